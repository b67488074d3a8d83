import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '../cli/usage-error.ts';
import { type CountedLines, LineError, type LineForm, readCountedLines } from './counted-lines.ts';

/**
 * Writes lines into a file, which is there only when it is whole, or to stdout.
 *
 * @param file undefined: stdout.
 * @throws {UsageError} the file cannot be written.
 */
export async function writeLines(file: string | undefined, lines: AsyncIterable<string>): Promise<void> {
  const source = Readable.from(endEach(lines));
  if (file === undefined) return pipeline(source, process.stdout, { end: false });
  const unfinished = `${file}.unfinished`;
  try {
    await pipeline(source, createWriteStream(unfinished));
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw isFromFiles(cause)
      ? new UsageError(`${file}: cannot be written (${cause.code})`, { cause })
      : cause;
  }
}

async function* endEach(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

/** The lines of a file, one by one; only a line feed ends one, as JSON may hold any other separator. @throws {UsageError} it cannot be read. */
async function* readLines(file: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of createReadStream(file, 'utf8')) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (cause) {
    throw isFromFiles(cause) ? new UsageError(`${file}: cannot be read (${cause.code})`, { cause }) : cause;
  }
  if (rest !== '') yield rest;
}

/**
 * Works on the values of a file, after all of it was read once and found to be right.
 *
 * @throws {UsageError} it cannot be read, or a line is not what belongs there: `FILE:LINE: problem`.
 */
export async function withLines<Header extends object, Value, Result>(
  form: LineForm<Header, Value>,
  file: string,
  work: (lines: CountedLines<Header, Value>) => Promise<Result>,
): Promise<Result> {
  try {
    for await (const _page of (await readCountedLines(form, readLines(file))).pages);
    return await work(await readCountedLines(form, readLines(file)));
  } catch (cause) {
    if (!(cause instanceof LineError)) throw cause;
    throw new UsageError(`${file}:${cause.line}: ${cause.message}`, { cause });
  }
}

function isFromFiles(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
