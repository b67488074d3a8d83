import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDynamoDbCatalog } from '../../lambdas/adapters/dynamodb/catalog.ts';
import { CATALOG_TABLE } from '../../lib/table-definition.ts';
import { openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { collect } from '../contracts/catalog-context.ts';
import { aRecord, aVolume, SLOT } from '../contracts/catalog-samples.ts';

const KILLS = 4;
const WRITES_BEFORE_KILL = 60;
const WRITER = join(import.meta.dirname, '../support/catalog-writer.ts');

let path: string;

beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'cinderkeep-catalog-'));
});
afterEach(() => rm(path, { recursive: true, force: true }));

describe('the embedded DynamoDB on disk', () => {
  it('has everything again after it was closed', async () => {
    const first = await openEmbeddedDynamoDb({ path });
    const saved = await createDynamoDbCatalog(first).save(aRecord());
    await first.close();
    const second = await openEmbeddedDynamoDb({ path });
    const catalog = createDynamoDbCatalog(second);
    expect(await catalog.getRecord(saved)).toEqual(saved);
    expect(await collect(catalog.listWork('prod'))).toEqual([saved]);
    await second.close();
  });

  it('says which directory is in use, and leaves its user in peace', async () => {
    const first = await openEmbeddedDynamoDb({ path });
    await expect(openEmbeddedDynamoDb({ path })).rejects.toMatchObject({
      name: 'DirectoryInUseError',
      message: expect.stringContaining(path),
    });
    const catalog = createDynamoDbCatalog(first);
    expect((await catalog.save(aRecord())).version).toBe(1);
    await first.close();
  });

  it('says which directory cannot be used', async () => {
    await expect(openEmbeddedDynamoDb({ path: WRITER })).rejects.toThrow(WRITER);
  });

  it('has lost nothing that it acknowledged when it is killed, and its indexes agree with its items', async () => {
    const acknowledged = new Map<string, number>();
    for (let kill = 0; kill < KILLS; kill += 1) {
      await writeUntilKilled(acknowledged, WRITES_BEFORE_KILL * (kill + 1));
      await expectNothingLost(acknowledged);
    }
    expect(acknowledged.size).toBeGreaterThan(KILLS);
  });
});

describe('the embedded DynamoDB in memory', () => {
  it('is another one each time', async () => {
    const [first, second] = [await openEmbeddedDynamoDb(), await openEmbeddedDynamoDb()];
    await createDynamoDbCatalog(first).save(aRecord());
    expect(await createDynamoDbCatalog(second).getRecord(aRecord())).toBeUndefined();
    await first.close();
    await second.close();
  });

  it('keeps items apart in an index whose keys and hashes are the same', async () => {
    const dynamoDb = await openEmbeddedDynamoDb();
    const catalog = createDynamoDbCatalog(dynamoDb);
    const [one, other] = findVolumesOfOneHash();
    for (const volumeId of [one, other]) await catalog.noteVolume(aVolume({ volumeId, decideAt: SLOT }));
    const listIds = async () =>
      (await collect(catalog.listDecisions('prod', SLOT))).map((volume) => volume.volumeId);
    expect((await listIds()).sort()).toEqual([one, other].sort());
    await catalog.settleDecision('prod', one, SLOT);
    expect(await listIds()).toEqual([other]);
    await dynamoDb.close();
  });
});

async function writeUntilKilled(acknowledged: Map<string, number>, writes: number): Promise<void> {
  const writer: ChildProcessWithoutNullStreams = spawn(process.execPath, [WRITER, path]);
  writer.stderr.pipe(process.stderr);
  const exited = once(writer, 'exit');
  let count = 0;
  for await (const line of createInterface(writer.stdout)) {
    const [volumeId = '', version] = line.split(' ');
    if (version !== undefined) acknowledged.set(volumeId, Number(version));
    count += 1;
    if (count === writes) writer.kill('SIGKILL');
  }
  await exited;
}

/** A line that was written before the kill is an acknowledged write; a later version of the record may be stored, no earlier one. */
async function expectNothingLost(acknowledged: ReadonlyMap<string, number>): Promise<void> {
  const dynamoDb = await openEmbeddedDynamoDb({ path });
  const catalog = createDynamoDbCatalog(dynamoDb);
  for (const [volumeId, version] of acknowledged) {
    const stored = await catalog.getRecord(aRecord({ volumeId }));
    expect(stored?.version ?? 0, volumeId).toBeGreaterThanOrEqual(version);
  }
  const { client, tableName: TableName } = dynamoDb;
  const { Items: items = [] } = await client.send(new ScanCommand({ TableName }));
  for (const index of CATALOG_TABLE.indexes) {
    const scan = await client.send(new ScanCommand({ TableName, IndexName: index.name }));
    const expected = items.filter((item) => item[index.partitionKey] && item[index.sortKey]);
    expect(toTexts(scan.Items ?? []), index.name).toEqual(toTexts(expected));
  }
  await dynamoDb.close();
}

function toTexts(items: readonly object[]): string[] {
  return items.map((item) => JSON.stringify(Object.entries(item).sort())).sort();
}

/** Two volumes of which dynalite, left to itself, would keep one in an index. */
function findVolumesOfOneHash(): [string, string] {
  const seen = new Map<string, string>();
  for (let count = 0; ; count += 1) {
    const volumeId = `v${count}`;
    const hash = createHash('md5').update('Outliers').update(`VOLUME#prod#${volumeId}`).update('VOLUME');
    const prefix = hash.digest('hex').slice(0, 6);
    const former = seen.get(prefix);
    if (former !== undefined) return [former, volumeId];
    seen.set(prefix, volumeId);
  }
}
