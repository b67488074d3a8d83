import * as z from 'zod';

/** What a file of JSON lines is: a header, a value on each line, and at the end how many they were. */
export interface LineForm<Header extends object, Value> {
  /** The first thing in the file. */
  readonly format: string;
  /** Of the form of the lines, and the newest that is read. */
  readonly version: number;
  readonly header: z.ZodObject;
  readonly toFields: (value: Value) => object;
  /** @throws {LineError} */
  readonly toValue: (fields: Readonly<Record<string, unknown>>, line: number) => Value;
  /** Only says what type the header has. */
  readonly headerType?: Header;
}

export interface CountedLines<Header, Value> {
  readonly header: Header;
  /** None is empty. @throws {LineError} while they are read. */
  readonly pages: AsyncIterable<readonly Value[]>;
}

const VALUES_A_PAGE = 500;

const end = z.strictObject({ kind: z.literal('end'), count: z.int().nonnegative() });

/** A line that is not what belongs there. */
export class LineError extends Error {
  override readonly name = 'LineError';
  /** From 1. */
  readonly line: number;
  constructor(line: number, problem: string, options?: ErrorOptions) {
    super(problem, options);
    this.line = line;
  }
}

/** The last line tells how many there were, so that a file that was cut short is found out. */
export async function* writeCountedLines<Header extends object, Value>(
  { format, version, toFields }: LineForm<Header, Value>,
  header: Header,
  pages: AsyncIterable<readonly Value[]>,
): AsyncGenerator<string> {
  yield JSON.stringify({ format, version, ...header });
  let count = 0;
  for await (const page of pages) {
    for (const value of page) yield JSON.stringify(toFields(value));
    count += page.length;
  }
  yield JSON.stringify({ kind: 'end', count });
}

/** Reads what `writeCountedLines` writes. @throws {LineError} the first line is not that of such a file. */
export async function readCountedLines<Header extends object, Value>(
  form: LineForm<Header, Value>,
  lines: AsyncIterable<string>,
): Promise<CountedLines<Header, Value>> {
  const iterator = lines[Symbol.asyncIterator]();
  const first = await iterator.next();
  const header = readHeader(form, first.done === true ? '' : first.value);
  return { header, pages: readPages(form, iterator) };
}

function readHeader<Header extends object, Value>(form: LineForm<Header, Value>, text: string): Header {
  const { format, version, ...fields } = readJson(text, 1);
  if (format !== form.format) throw new LineError(1, `is not the first line of a ${form.format} export`);
  if (typeof version === 'number' && version > form.version) {
    throw new LineError(
      1,
      `version ${version}, but this program knows ${form.version} at most: a newer cinderkeep wrote it`,
    );
  }
  return parseFields(z.strictObject(form.header.shape), fields, 1) as Header;
}

async function* readPages<Header extends object, Value>(
  { toValue }: LineForm<Header, Value>,
  lines: AsyncIterator<string>,
): AsyncGenerator<readonly Value[]> {
  let page: Value[] = [];
  let line = 1;
  for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
    line += 1;
    const fields = readJson(next.value, line);
    if (fields.kind === 'end') {
      await readEnd(fields, line, lines);
      if (page.length > 0) yield page;
      return;
    }
    page.push(toValue(fields, line));
    if (page.length === VALUES_A_PAGE) {
      yield page;
      page = [];
    }
  }
  throw new LineError(line, 'the file ends here without its last line: it was cut short');
}

async function readEnd(fields: object, line: number, lines: AsyncIterator<string>): Promise<void> {
  const { count } = parseFields(end, fields, line);
  const valueCount = line - 2;
  if (count !== valueCount)
    throw new LineError(line, `count: ${count} lines were written, and ${valueCount} are here`);
  if ((await lines.next()).done !== true)
    throw new LineError(line + 1, 'there should be nothing after the end');
}

function readJson(text: string, line: number): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw new LineError(line, 'is not JSON', { cause });
  }
  throw new LineError(line, 'should be a JSON object');
}

/** @throws {LineError} naming the fields. */
export function parseFields<Parsed>(schema: z.ZodType<Parsed>, fields: object, line: number): Parsed {
  const result = schema.safeParse(fields);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  throw new LineError(line, problems.join('; '), { cause: result.error });
}
