import type { BlockPool } from '../content/block-pool.ts';
import { type BlockHash, hashBlock } from '../content/blocks.ts';
import type { ContentIndex } from '../content/volume-contents.ts';
import { openSqlite, type SqliteFile } from './sqlite-file.ts';

const TABLES = `
  CREATE TABLE owners (owner TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE content (owner TEXT, number INTEGER, hash TEXT, PRIMARY KEY (owner, number)) WITHOUT ROWID;
  CREATE TABLE blocks (hash TEXT PRIMARY KEY, block BLOB) WITHOUT ROWID`;

/** The bytes of volumes and snapshots in one file: which block stands where, and each block once. */
export interface ContentFile {
  readonly pool: BlockPool;
  readonly index: ContentIndex;
  commit(): void;
  close(): void;
}

/** @throws {CloudDirectoryError} */
export function openContentFile(path: string): ContentFile {
  const file = openSqlite(path, TABLES);
  return {
    pool: new FileBlockPool(file),
    index: createIndex(file),
    commit: () => file.commit(),
    close: () => file.close(),
  };
}

/** Holders are counted in memory: whoever holds blocks says so again when the file is opened. */
class FileBlockPool implements BlockPool {
  readonly #file: SqliteFile;
  readonly #holders = new Map<BlockHash, number>();
  readonly #insert;
  readonly #select;
  readonly #delete;

  constructor(file: SqliteFile) {
    this.#file = file;
    this.#insert = file.database.prepare('INSERT OR IGNORE INTO blocks VALUES (?, ?)');
    this.#select = file.database.prepare('SELECT block FROM blocks WHERE hash = ?');
    this.#delete = file.database.prepare('DELETE FROM blocks WHERE hash = ?');
  }

  put(block: Uint8Array): BlockHash {
    const hash = hashBlock(block);
    if (!this.#holders.has(hash)) {
      this.#file.begin();
      this.#insert.run(hash, block);
    }
    this.hold(hash);
    return hash;
  }

  hold(hash: BlockHash): void {
    this.#holders.set(hash, (this.#holders.get(hash) ?? 0) + 1);
  }

  release(hash: BlockHash): void {
    const holders = (this.#holders.get(hash) ?? 0) - 1;
    if (holders > 0) {
      this.#holders.set(hash, holders);
      return;
    }
    this.#holders.delete(hash);
    this.#file.begin();
    this.#delete.run(hash);
  }

  read(hash: BlockHash): Uint8Array {
    const block = this.#select.get(hash)?.block;
    if (!(block instanceof Uint8Array)) throw new Error(`block ${hash}: not in the pool`);
    return block;
  }
}

function createIndex(file: SqliteFile): ContentIndex {
  const { database, begin } = file;
  const own = database.prepare('INSERT OR IGNORE INTO owners VALUES (?)');
  const set = database.prepare('INSERT OR REPLACE INTO content VALUES (?, ?, ?)');
  const clear = database.prepare('DELETE FROM content WHERE owner = ? AND number = ?');
  const copy = database.prepare('INSERT INTO content SELECT ?, number, hash FROM content WHERE owner = ?');
  const disown = database.prepare('DELETE FROM owners WHERE owner = ?');
  const empty = database.prepare('DELETE FROM content WHERE owner = ?');
  return {
    own(owner) {
      begin();
      own.run(owner);
    },
    set(owner, number, hash) {
      begin();
      if (hash === undefined) clear.run(owner, number);
      else set.run(owner, number, hash);
    },
    copy(from, to) {
      begin();
      own.run(to);
      copy.run(to, from);
    },
    remove(owner) {
      begin();
      disown.run(owner);
      empty.run(owner);
    },
    *owners() {
      for (const row of database.prepare('SELECT owner FROM owners').iterate()) yield String(row.owner);
    },
    *blocks() {
      for (const row of database.prepare('SELECT owner, number, hash FROM content').iterate()) {
        yield { owner: String(row.owner), number: Number(row.number), hash: String(row.hash) };
      }
    },
  };
}
