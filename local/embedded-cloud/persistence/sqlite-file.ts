import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What is wrong with a directory that a cloud is to be kept in; for the person who named it. */
export class CloudDirectoryError extends Error {
  override readonly name = 'CloudDirectoryError';
}

export interface SqliteFile {
  readonly database: DatabaseSync;
  /** Whether there was nothing before. */
  readonly isNew: boolean;
  /** Lets what is done from now on count only as a whole, and only after `commit`. */
  begin(): void;
  /** What was done is there after a crash of this process. */
  commit(): void;
  close(): void;
}

/** Marks our files among all that are SQLite's: `ckec`. */
const APPLICATION_ID = 0x636b6563;
/** Of the tables and of what is in them; another one is not read. */
const FORMAT_VERSION = 1;
const LOCKED = 5;

/**
 * Opens a file for this process alone, and makes it if absent.
 *
 * @param tables the SQL that makes its tables.
 * @throws {CloudDirectoryError} when another process has it, or it is none of ours or of another version.
 */
export function openSqlite(path: string, tables: string): SqliteFile {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true });
    database = new DatabaseSync(path);
    const isNew = prepare(database, path, tables);
    return { ...transactions(database), database, isNew, close: () => database?.close() };
  } catch (error) {
    database?.close();
    throw toDirectoryError(path, error);
  }
}

function prepare(database: DatabaseSync, path: string, tables: string): boolean {
  // Without a wait for the disk: what was committed outlives the process, not a power cut.
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  const isNew = database.prepare('SELECT 1 FROM sqlite_master').get() === undefined;
  if (isNew) {
    const marks = `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT_VERSION};`;
    database.exec(`BEGIN; ${tables}; ${marks} COMMIT`);
    return true;
  }
  if (readPragma(database, 'application_id') !== APPLICATION_ID) {
    throw new CloudDirectoryError(`${path}: is no file of an embedded cloud`);
  }
  const version = readPragma(database, 'user_version');
  if (version !== FORMAT_VERSION) {
    throw new CloudDirectoryError(
      `${path}: is of format ${version}, and this cinderkeep reads ${FORMAT_VERSION}: use the version that wrote it, ` +
        'or another directory',
    );
  }
  return false;
}

function readPragma(database: DatabaseSync, name: 'application_id' | 'user_version'): unknown {
  return database.prepare(`PRAGMA ${name}`).get()?.[name];
}

function transactions(database: DatabaseSync): Pick<SqliteFile, 'begin' | 'commit'> {
  let isOpen = false;
  return {
    begin() {
      if (!isOpen) database.exec('BEGIN');
      isOpen = true;
    },
    commit() {
      if (isOpen) database.exec('COMMIT');
      isOpen = false;
    },
  };
}

function toDirectoryError(path: string, error: unknown): unknown {
  if (error instanceof CloudDirectoryError || !(error instanceof Error)) return error;
  const isLocked = 'errcode' in error && error.errcode === LOCKED;
  const reason = isLocked ? 'another process has it open' : error.message;
  return new CloudDirectoryError(reason.includes(path) ? reason : `${path}: ${reason}`, { cause: error });
}
