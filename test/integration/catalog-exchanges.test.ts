import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbCatalog } from '../../lambdas/adapters/dynamodb/catalog.ts';
import { CatalogConflictError } from '../../lambdas/app/ports.ts';
import { type EmbeddedDynamoDb, openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { collect } from '../contracts/catalog-context.ts';
import { aRecord, aVolume, SLOT } from '../contracts/catalog-samples.ts';

let dynamoDb: EmbeddedDynamoDb;

beforeAll(async () => {
  dynamoDb = await openEmbeddedDynamoDb();
});
afterAll(() => dynamoDb.close());

/** Carries out the next request and loses its answer, as a broken connection does. */
function createForgetfulClient() {
  const client = new DynamoDBClient(dynamoDb.clientConfig);
  let loseNext = false;
  client.middlewareStack.add(
    (next) => async (request) => {
      const answer = await next(request);
      if (!loseNext) return answer;
      loseNext = false;
      throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
    },
    { step: 'deserialize', priority: 'low' },
  );
  return {
    client,
    loseNextAnswer: () => {
      loseNext = true;
    },
  };
}

describe('a write whose answer was lost', () => {
  it('is known again when the client repeats it', async () => {
    const { client, loseNextAnswer } = createForgetfulClient();
    const catalog = createDynamoDbCatalog({ client, tableName: dynamoDb.tableName });
    const record = aRecord({ cloud: 'forgetful' });

    loseNextAnswer();
    const waiting = await catalog.save(record);
    expect(waiting).toEqual({ ...record, version: 1 });
    loseNextAnswer();
    const creating = await catalog.save({ ...waiting, state: 'creating' });
    expect(creating.version).toBe(2);
    expect(await catalog.getRecord(record)).toEqual(creating);
    client.destroy();
  });

  it('of another writer is not taken for one’s own, even if both wrote the same', async () => {
    const [ours, theirs] = [createDynamoDbCatalog(dynamoDb), createDynamoDbCatalog(dynamoDb)];
    const waiting = await ours.save(aRecord({ cloud: 'rivals' }));
    const creating = { ...waiting, state: 'creating' as const };
    await theirs.save(creating);
    await expect(ours.save(creating)).rejects.toThrow(CatalogConflictError);
  });
});

describe('each exchange with DynamoDB', () => {
  it('is pending from before it starts until after it ends, failed ones too', async () => {
    const changes: number[] = [];
    const countPending = () => changes.reduce((sum, change) => sum + change, 0);
    const catalog = createDynamoDbCatalog({ ...dynamoDb, onPending: (change) => changes.push(change) });
    const record = aRecord({ cloud: 'pending' });

    const saving = catalog.save(record);
    expect(countPending()).toBe(1);
    await saving;
    await expect(catalog.save(record)).rejects.toThrow('VOLUME#pending');
    await catalog.noteVolume(aVolume({ cloud: 'pending', decideAt: SLOT }));
    await collect(catalog.listDecisions('pending', SLOT));
    expect(countPending()).toBe(0);
    expect(changes.filter((change) => change === 1)).toHaveLength(5);

    const lost = createDynamoDbCatalog({
      ...dynamoDb,
      tableName: 'absent',
      onPending: (change) => changes.push(change),
    });
    await expect(lost.getRecord(record)).rejects.toThrow();
    expect(countPending()).toBe(0);
  });
});
