/** Only what is used here of dynalite 4, which has no types of its own. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  interface Options {
    /** A LevelDB directory; in memory without it. */
    readonly path?: string;
    readonly createTableMs?: number;
  }
  export default function dynalite(options?: Options): Server;
}

/** The functions that its actions look up on this object at each call. */
declare module 'dynalite/db/index.js' {
  type Item = Record<string, Record<string, unknown>>;
  interface KeySchemaElement {
    readonly AttributeName: string;
  }
  interface StoredIndex {
    readonly IndexName: string;
    readonly KeySchema: readonly KeySchemaElement[];
  }
  interface StoredTable {
    readonly TableName: string;
    readonly KeySchema: readonly KeySchemaElement[];
    readonly GlobalSecondaryIndexes?: readonly StoredIndex[];
  }
  type BatchOperation =
    | { readonly type: 'put'; readonly key: string; readonly value: Item }
    | { readonly type: 'del'; readonly key: string };
  interface Options {
    readonly path?: string;
  }
  interface Level {
    open(): Promise<void>;
    batch(
      operations: readonly BatchOperation[],
      options: { readonly sync: boolean; readonly valueEncoding: 'json' },
    ): Promise<void>;
  }
  interface Store {
    readonly db: Level;
    readonly lifecycleManager: { trackOperation<Answer>(operation: Promise<Answer>): Promise<Answer> };
  }
  interface Database {
    create(options?: Options): Store;
    createKey(item: Item, table: StoredTable, keySchema?: readonly KeySchemaElement[]): string;
    createIndexKey(item: Item, table: StoredTable, keySchema: readonly KeySchemaElement[]): string;
    updateIndexes(
      store: Store,
      table: StoredTable,
      before: Item | null | undefined,
      after: Item | null | undefined,
      done: (error?: unknown) => void,
    ): void;
  }
  const database: Database;
  export default database;
  export type { BatchOperation, Database, Item, KeySchemaElement, Level, Store, StoredTable };
}
