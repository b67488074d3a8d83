import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { CinderProtocolError } from '../../lambdas/adapters/cinder/errors.ts';
import { readList, readRow } from '../../lambdas/adapters/cinder/fields.ts';
import { toBackup } from '../../lambdas/adapters/cinder/wire.ts';
import type { Backup } from '../../lambdas/domain/backup.ts';
import { UsageError } from './usage-error.ts';

export interface BackupsFile {
  readonly backups: readonly Backup[];
  /** Cinder had more to say: the list has a link to a next page. */
  readonly isPartial: boolean;
}

/**
 * Reads a list of backups as `GET /backups/detail` answers it.
 *
 * @param file a path; `-` is stdin.
 * @throws {UsageError} naming the file and what is wrong in it.
 */
export async function readBackupsFile(file: string): Promise<BackupsFile> {
  const name = file === '-' ? 'stdin' : file;
  const document = parseJson(await readText(file, name), name);
  try {
    const list = readRow(document, 'the file');
    const backups = readList(list, 'backups', 'the file').map(toBackupAt);
    refuseTwins(backups, name);
    const links = Array.isArray(list.backups_links) ? list.backups_links : [];
    return { backups, isPartial: links.some((link) => readRow(link, 'link').rel === 'next') };
  } catch (cause) {
    if (!(cause instanceof CinderProtocolError)) throw cause;
    throw new UsageError(
      `${name}: ${cause.message}; it should be {"backups":[…]}, as GET /backups/detail answers`,
      { cause },
    );
  }
}

async function readText(file: string, name: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new UsageError(`${name}: cannot be read (${code}); it should be a list of backups in JSON`, {
      cause,
    });
  }
}

function parseJson(content: string, name: string): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`${name}: is not JSON: ${why}`, { cause });
  }
}

function toBackupAt(row: unknown, index: number): Backup {
  try {
    return toBackup(row);
  } catch (cause) {
    if (!(cause instanceof CinderProtocolError)) throw cause;
    throw new CinderProtocolError(`backups[${index}]: ${cause.message}`, { cause });
  }
}

function refuseTwins(backups: readonly Backup[], name: string): void {
  const seen = new Set<string>();
  for (const { id } of backups) {
    if (seen.has(id)) throw new UsageError(`${name}: backup ${id} is in it twice; it should be there once`);
    seen.add(id);
  }
}
