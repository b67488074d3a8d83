import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, expect, it } from 'vitest';
import { createDynamoDbCatalog } from '../../lambdas/adapters/dynamodb/catalog.ts';
import { mapBounded } from '../../lambdas/app/map-bounded.ts';
import { embeddedClientConfig, openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { collect } from '../contracts/catalog-context.ts';
import { aRecord } from '../contracts/catalog-samples.ts';
import { openThrottledTable } from '../support/throttled-table.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

it('a table that takes every other write slows the writer down; none is lost and none fails', async () => {
  const behind = await openEmbeddedDynamoDb();
  closers.push(() => behind.close());
  const table = await openThrottledTable(behind.endpoint, 2);
  closers.push(() => table.close());
  // One attempt: what the client repeats by itself would hide what is repeated here.
  const client = new DynamoDBClient({ ...embeddedClientConfig(table.endpoint), maxAttempts: 1 });
  closers.push(async () => client.destroy());
  const catalog = createDynamoDbCatalog({ client, tableName: behind.tableName });

  const records = Array.from({ length: 100 }, (_, volume) =>
    aRecord({ cloud: 'narrow', volumeId: `volume-${volume}` }),
  );
  const saved = await mapBounded(records, 32, (record) => catalog.save(record));

  expect(table.refusedCount).toBe(100);
  expect(saved.every(({ version }) => version === 1)).toBe(true);
  expect(await collect(catalog.listWork('narrow'))).toHaveLength(100);
});
