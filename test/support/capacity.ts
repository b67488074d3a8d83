import {
  type AttributeValue,
  DeleteItemCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { CATALOG_TABLE, type IndexDefinition } from '../../lib/table-definition.ts';

type Item = Record<string, AttributeValue>;
type Command = {
  readonly input: {
    readonly TableName?: string | undefined;
    readonly Key?: Item | undefined;
    readonly Item?: Item | undefined;
    readonly ConsistentRead?: boolean | undefined;
  };
};

const WRITE_UNIT_BYTES = 1024;
const READ_UNIT_BYTES = 4096;
const CONTAINER_BYTES = 3;

/** What AWS bills: units of a table on demand. */
export interface Capacity {
  readonly writeUnits: number;
  readonly readUnits: number;
  /** The largest item that was written. */
  readonly itemBytes: number;
}

export interface MeteredClient {
  readonly client: DynamoDBClient;
  measure<Answer>(task: () => Promise<Answer>): Promise<Capacity>;
  close(): void;
}

/**
 * A client that reckons what AWS would bill for what is sent through it, from the items before and after each write. A DynamoDB
 * emulator leaves out what the indexes cost. Meant for one call at a time.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html "Provisioned throughput considerations"
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function createMeteredClient(config: DynamoDBClientConfig): MeteredClient {
  const [client, observer] = [new DynamoDBClient(config), new DynamoDBClient(config)];
  const spent = { writeUnits: 0, readUnits: 0, itemBytes: 0 };
  const stored = async ({ TableName, Key, Item }: Command['input']): Promise<Item | undefined> => {
    const key = Object.fromEntries(
      [CATALOG_TABLE.partitionKey, CATALOG_TABLE.sortKey].map((name) => [name, (Key ?? Item)?.[name]]),
    ) as Item;
    return (await observer.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }))).Item;
  };
  const original = client.send.bind(client) as (command: Command) => Promise<{ Item?: Item; Items?: Item[] }>;
  const metered = async (command: Command): Promise<unknown> => {
    if (isWrite(command)) {
      const before = await stored(command.input);
      try {
        return await original(command);
      } finally {
        const after = await stored(command.input);
        spent.writeUnits += countWriteUnits(before, after);
        spent.itemBytes = Math.max(spent.itemBytes, after ? sizeOfItem(after) : 0);
      }
    }
    const answer = await original(command);
    const read = answer.Items ?? (answer.Item ? [answer.Item] : []);
    spent.readUnits += countReadUnits(read, command.input.ConsistentRead === true);
    return answer;
  };
  client.send = metered as unknown as typeof client.send;
  return {
    client,
    async measure(task) {
      const before = { ...spent };
      await task();
      return {
        writeUnits: spent.writeUnits - before.writeUnits,
        readUnits: spent.readUnits - before.readUnits,
        itemBytes: spent.itemBytes,
      };
    },
    close() {
      client.destroy();
      observer.destroy();
    },
  };
}

/** A query, or the read of one item: the sum of the sizes is rounded up to 4 KB, and half of it unless consistent. */
export function countReadUnits(items: readonly Item[], isConsistent: boolean): number {
  const bytes = items.reduce((sum, item) => sum + sizeOfItem(item), 0);
  return Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) / (isConsistent ? 1 : 2);
}

/** The table's own write, by the larger of both items, and what each index needs. */
export function countWriteUnits(before: Item | undefined, after: Item | undefined): number {
  const table = Math.max(1, toWriteUnits(before), toWriteUnits(after));
  return CATALOG_TABLE.indexes.reduce((sum, index) => sum + countIndexUnits(index, before, after), table);
}

/** In or out of the index: one write; another key in it: one to remove and one to put; the same key: one if anything changed. */
function countIndexUnits(index: IndexDefinition, before?: Item, after?: Item): number {
  const [former, next] = [projectTo(index, before), projectTo(index, after)];
  if (former === undefined || next === undefined) return toWriteUnits(former) + toWriteUnits(next);
  if (keyIn(index, former) !== keyIn(index, next)) return toWriteUnits(former) + toWriteUnits(next);
  const isSame = sortedText(former) === sortedText(next);
  return isSame ? 0 : Math.max(toWriteUnits(former), toWriteUnits(next));
}

/** Every attribute is projected, so the entry has the item's size. */
function projectTo(index: IndexDefinition, item: Item | undefined): Item | undefined {
  return item?.[index.partitionKey] && item[index.sortKey] ? item : undefined;
}

function keyIn(index: IndexDefinition, item: Item): string {
  return JSON.stringify([item[index.partitionKey], item[index.sortKey]]);
}

function sortedText(item: Item): string {
  return JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function toWriteUnits(item: Item | undefined): number {
  return item ? Math.ceil(sizeOfItem(item) / WRITE_UNIT_BYTES) : 0;
}

/** Names and values in UTF-8; a number takes one byte for two digits and one more; a map three and one for each of its entries. */
export function sizeOfItem(item: Item): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOf(value),
    0,
  );
}

function sizeOf(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replaceAll(/\D/g, '').length / 2) + 1;
  if (value.BOOL !== undefined) return 1;
  if (value.M !== undefined) return CONTAINER_BYTES + Object.keys(value.M).length + sizeOfItem(value.M);
  if (value.L !== undefined)
    return CONTAINER_BYTES + value.L.reduce((sum, each) => sum + 1 + sizeOf(each), 0);
  throw new Error(`measure an attribute: unexpected type ${Object.keys(value).join()}`);
}

function isWrite(command: Command): boolean {
  if (command instanceof QueryCommand || command instanceof GetItemCommand) return false;
  if (
    command instanceof PutItemCommand ||
    command instanceof UpdateItemCommand ||
    command instanceof DeleteItemCommand
  ) {
    return true;
  }
  throw new Error('measure a command: unexpected kind');
}
