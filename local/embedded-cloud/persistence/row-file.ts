import { openSqlite } from './sqlite-file.ts';

const TABLES = 'CREATE TABLE items (kind TEXT, id TEXT, value TEXT, PRIMARY KEY (kind, id)) WITHOUT ROWID';

/** JSON documents by kind and id, in one file. */
export interface RowFile {
  readonly isNew: boolean;
  all(kind: string): Iterable<unknown>;
  get(kind: string, id: string): unknown;
  put(kind: string, id: string, value: unknown): void;
  remove(kind: string, id: string): void;
  commit(): void;
  close(): void;
}

/** @throws {CloudDirectoryError} */
export function openRowFile(path: string): RowFile {
  const { database, isNew, begin, commit, close } = openSqlite(path, TABLES);
  const select = database.prepare('SELECT value FROM items WHERE kind = ? AND id = ?');
  const insert = database.prepare('INSERT OR REPLACE INTO items VALUES (?, ?, ?)');
  const drop = database.prepare('DELETE FROM items WHERE kind = ? AND id = ?');
  return {
    isNew,
    *all(kind) {
      const rows = database.prepare('SELECT value FROM items WHERE kind = ?').iterate(kind);
      for (const { value } of rows) yield JSON.parse(String(value));
    },
    get(kind, id) {
      const value = select.get(kind, id)?.value;
      return value === undefined ? undefined : JSON.parse(String(value));
    },
    put(kind, id, value) {
      begin();
      insert.run(kind, id, JSON.stringify(value));
    },
    remove(kind, id) {
      begin();
      drop.run(kind, id);
    },
    commit,
    close,
  };
}
