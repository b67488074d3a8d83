import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbCatalog } from '../../lambdas/adapters/dynamodb/catalog.ts';
import type { Catalog } from '../../lambdas/app/ports.ts';
import type { BackupRecord } from '../../lambdas/domain/backup-record.ts';
import { RECORD_STATES } from '../../lambdas/domain/backup-record.ts';
import { type EmbeddedDynamoDb, openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { createUniqueNames } from '../contracts/catalog-context.ts';
import { aFinishedRecord, aRecord, minutesAfter, OPENED } from '../contracts/catalog-samples.ts';

type Item = Record<string, AttributeValue>;

const unique = createUniqueNames();
let dynamoDb: EmbeddedDynamoDb;
let catalog: Catalog;

beforeAll(async () => {
  dynamoDb = await openEmbeddedDynamoDb();
  catalog = createDynamoDbCatalog(dynamoDb);
});
afterAll(() => dynamoDb.close());

async function readItem(record: BackupRecord): Promise<Item> {
  const key = {
    pk: { S: `VOLUME#${record.cloud}#${record.volumeId}` },
    sk: { S: `SLOT#${record.slotAt.toISOString()}#${record.policy}#001` },
  };
  const { client, tableName: TableName } = dynamoDb;
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: key }));
  if (Item === undefined) throw new Error(`no item under ${key.pk.S} ${key.sk.S}`);
  return Item;
}

async function damage(record: BackupRecord, fields: Item): Promise<void> {
  const Item = { ...(await readItem(record)), ...fields };
  await dynamoDb.client.send(new PutItemCommand({ TableName: dynamoDb.tableName, Item }));
}

describe('a record in the DynamoDB console', () => {
  it('can be read by a person', async () => {
    const record = aFinishedRecord({ volumeId: unique('volume') });
    await catalog.save(record);
    expect(await readItem(record)).toMatchObject({
      pk: { S: `VOLUME#prod#${record.volumeId}` },
      sk: { S: 'SLOT#2026-11-23T02:30:00.000Z#nightly#001' },
      policy: { S: 'nightly' },
      slotAt: { S: '2026-11-23T02:30:00.000Z' },
      state: { S: 'available' },
      backupId: { S: record.backupId },
      volume: { M: { name: { S: 'customers-primary-database' }, sizeGib: { N: '200' } } },
    });
  });

  it.each(RECORD_STATES)(
    'is left to DynamoDB to forget only if nothing can be in the cloud: %s',
    async (state) => {
      const forgetAt = new Date(minutesAfter(OPENED, 60).getTime() + 1);
      const record = aRecord({ volumeId: unique('volume'), state, forgetAt });
      await catalog.save(record);
      const isSweepable = ['failed', 'skipped', 'deleted', 'lost'].includes(state);
      expect((await readItem(record)).forgetAtEpochSeconds).toEqual(
        isSweepable ? { N: String(Math.ceil(forgetAt.getTime() / 1000)) } : undefined,
      );
      expect((await catalog.getRecord(record))?.forgetAt).toEqual(forgetAt);
    },
  );

  it('is not to be forgotten when it does not say when', async () => {
    const record = aRecord({ volumeId: unique('volume'), state: 'deleted' });
    await catalog.save(record);
    expect(await readItem(record)).not.toHaveProperty('forgetAtEpochSeconds');
  });

  it.each([
    ['a field of the wrong type', { recordedAt: { N: '7' } }, /recordedAt/],
    ['a field inside of another', { volume: { M: { name: { S: 'db' } } } }, /volume\.sizeGib/],
    ['an unknown state', { state: { S: 'paused' } }, /state/],
    ['a day that does not exist', { slotAt: { S: '2026-02-31T00:00:00.000Z' } }, /slotAt/],
    ['a type that is never written', { reason: { NULL: true } }, /reason/],
    ['no version of its shape', { schemaVersion: { S: '1' } }, /schemaVersion/],
    ['the shape of a newer cinderkeep', { schemaVersion: { N: '2' } }, /schemaVersion 2.*newer cinderkeep/],
  ] satisfies [string, Item, RegExp][])(
    'with %s is an error that names item and field',
    async (_what, fields, field) => {
      const record = aRecord({ volumeId: unique('volume') });
      await catalog.save(record);
      await damage(record, fields);
      const read = catalog.getRecord(record);
      await expect(read).rejects.toMatchObject({ name: 'CatalogItemError' });
      await expect(read).rejects.toThrow(field);
      await expect(read).rejects.toThrow(
        `VOLUME#prod#${record.volumeId} SLOT#2026-11-23T02:30:00.000Z#nightly#001`,
      );
      await expect(catalog.listVolumeRecords('prod', record.volumeId)).rejects.toMatchObject({
        name: 'CatalogItemError',
      });
    },
  );

  it('may carry a remark that somebody added', async () => {
    const record = aRecord({ volumeId: unique('volume') });
    const saved = await catalog.save(record);
    await damage(record, { remark: { S: 'asked the owner' } });
    expect(await catalog.getRecord(record)).toStrictEqual(saved);
  });

  it('is not written with an instant that would sort wrongly', async () => {
    const openedAt = new Date('+010000-01-01T00:00:00.000Z');
    await expect(catalog.save(aRecord({ volumeId: unique('volume'), openedAt }))).rejects.toThrow(
      '+010000-01-01T00:00:00.000Z',
    );
  });
});
