import database, {
  type BatchOperation,
  type Item,
  type KeySchemaElement,
  type Level,
  type Store,
  type StoredTable,
} from 'dynalite/db/index.js';

/**
 * Mends two things of dynalite 4 for all its servers in this process.
 *
 * It writes the entries of an item in the indexes and then the item, one after the other: a crash in between leaves an open
 * record outside of its index for good. Here all go into one LevelDB batch, synced to the disk before it is acknowledged.
 *
 * It tells index entries of equal keys apart by 24 bits of a hash: of 10,000 records opened at one instant, three are lost.
 * Here the whole key of the item does.
 *
 * Must be called before a directory is first written to: the keys of the indexes differ from dynalite's own.
 *
 * @see dynalite/actions/putItem.js, dynalite/db/index.js updateIndexes, createIndexKey (dynalite 4.0.0)
 */
export function repairDynalite(): void {
  database.createIndexKey = createIndexKey;
  database.updateIndexes = (store, table, before, after, done) => {
    const operations = [...itemOperations(table, before, after), ...indexOperations(table, before, after)];
    const written = store.lifecycleManager.trackOperation(writeBatch(store, operations));
    // Not called inside of the promise: what it throws is not a failure to write.
    written.then(
      () => setImmediate(done),
      (error: unknown) => setImmediate(done, error),
    );
  };
}

function createIndexKey(item: Item, table: StoredTable, keySchema: readonly KeySchemaElement[]): string {
  return database.createKey(item, table, keySchema) + database.createKey(item, table);
}

/** Around dynalite's wrapper of `batch`, which takes no options. */
function writeBatch(store: Store, operations: readonly BatchOperation[]): Promise<void> {
  const level: Level = Object.getPrototypeOf(store.db);
  return level.batch.call(store.db, operations, { sync: true, valueEncoding: 'json' });
}

function itemOperations(table: StoredTable, before?: Item | null, after?: Item | null): BatchOperation[] {
  const prefix = `item-${table.TableName}~`;
  if (after) return [{ type: 'put', key: prefix + database.createKey(after, table), value: after }];
  return before ? [{ type: 'del', key: prefix + database.createKey(before, table) }] : [];
}

function indexOperations(table: StoredTable, before?: Item | null, after?: Item | null): BatchOperation[] {
  return (table.GlobalSecondaryIndexes ?? []).flatMap((index) => {
    const prefix = `index-global~${table.TableName}~${index.IndexName}~`;
    const keyOf = (item: Item | null | undefined): string | undefined =>
      item && index.KeySchema.every(({ AttributeName }) => item[AttributeName] != null)
        ? prefix + createIndexKey(item, table, index.KeySchema)
        : undefined;
    const [former, next] = [keyOf(before), keyOf(after)];
    const operations: BatchOperation[] = [];
    if (former !== undefined && former !== next) operations.push({ type: 'del', key: former });
    if (next !== undefined && after) operations.push({ type: 'put', key: next, value: after });
    return operations;
  });
}
