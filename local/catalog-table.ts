import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceNotFoundException,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import { CATALOG_TABLE } from '../lib/table-definition.ts';

const TABLE_NAME = 'catalog';
const POLL_MS = 5;
const POLLS = 400;

/**
 * Creates the catalog's table unless it is there, and returns its name once it can be used.
 *
 * @throws {Error} the one that is there has other keys or indexes, or does not become usable.
 */
export async function createCatalogTable(client: DynamoDBClient, tableName = TABLE_NAME): Promise<string> {
  const wanted = toCreateTable(tableName);
  if ((await describeTable(client, tableName)) === undefined) {
    await client.send(new CreateTableCommand(wanted));
  }
  const found = await waitUntilActive(client, tableName);
  if (describeKeys(found) !== describeKeys(wanted)) {
    throw new Error(
      `open table ${tableName}: it has ${describeKeys(found)}, but this program needs ${describeKeys(wanted)}`,
    );
  }
  return tableName;
}

function toCreateTable(tableName: string): CreateTableCommandInput {
  const { partitionKey, sortKey, indexes } = CATALOG_TABLE;
  const attributes = new Set([partitionKey, sortKey, ...indexes.flatMap((i) => [i.partitionKey, i.sortKey])]);
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [...attributes].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: toKeySchema(partitionKey, sortKey),
    GlobalSecondaryIndexes: indexes.map((index) => ({
      IndexName: index.name,
      KeySchema: toKeySchema(index.partitionKey, index.sortKey),
      Projection: { ProjectionType: 'ALL' },
    })),
  };
}

function toKeySchema(partitionKey: string, sortKey: string): CreateTableCommandInput['KeySchema'] {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    { AttributeName: sortKey, KeyType: 'RANGE' },
  ];
}

async function describeTable(
  client: DynamoDBClient,
  tableName: string,
): Promise<TableDescription | undefined> {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: tableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

async function waitUntilActive(client: DynamoDBClient, tableName: string): Promise<TableDescription> {
  for (let poll = 0; poll < POLLS; poll += 1) {
    const table = await describeTable(client, tableName);
    if (table?.TableStatus === 'ACTIVE') return table;
    await sleep(POLL_MS);
  }
  throw new Error(`create table ${tableName}: it is not active after ${(POLLS * POLL_MS) / 1000} s`);
}

/** `pk+sk, work: workCloud+openedAt, …`, indexes by name. */
function describeKeys(table: Pick<TableDescription, 'KeySchema' | 'GlobalSecondaryIndexes'>): string {
  const keysOf = (schema: TableDescription['KeySchema']): string =>
    (schema ?? []).map((key) => key.AttributeName).join('+');
  const indexes = (table.GlobalSecondaryIndexes ?? []).map((i) => `${i.IndexName}: ${keysOf(i.KeySchema)}`);
  return [keysOf(table.KeySchema), ...indexes.sort()].join(', ');
}
