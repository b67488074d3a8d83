import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createDynamoDbCatalog } from '../../../lambdas/adapters/dynamodb/catalog.ts';
import { toRecordItem } from '../../../lambdas/adapters/dynamodb/record-item.ts';
import { createBackups } from '../../../lambdas/app/create-backups.ts';
import { mapBounded } from '../../../lambdas/app/map-bounded.ts';
import { pruneBackups } from '../../../lambdas/app/prune-backups.ts';
import { openEmbeddedDynamoDb } from '../../../local/embedded-dynamodb.ts';
import { aRecord } from '../../contracts/catalog-samples.ts';
import { createMeteredClient } from '../../support/capacity.ts';
import { openWorld } from '../../support/world.ts';
import type { Benchmark, BenchOptions, Figure } from '../benchmark.ts';
import { openCatalog, openDynamoDbClient } from '../deployment.ts';
import { measurePairs, timeMs } from '../statistics.ts';
import { withDynamoDb } from '../workers.ts';

const VOLUMES = 64;
const KEPT = 2;
const DAYS = 4;
const DAY_MS = 86_400_000;
const GOAL_WRITE_UNITS = 16;
const GOAL_READ_UNITS = 10;

const SAVES_AT_ONCE = 32;
const MEMORY_SAVES = 50_000;
const DYNAMODB_SAVES = 1_000;
const ROUNDS = 3;

const POLICIES = `
  nightly:
    cloud: prod
    select: { volumes: { metadata: { backup: nightly } } }
    schedule: { cron: "0 2 * * *", timezone: UTC }
    full: always
    keep: { semantics: restic, last: ${KEPT} }`;

export const catalog: Benchmark = {
  name: 'catalog',
  summary: "the catalog: capacity units in a backup's whole life, saves a second",
  async run(options) {
    return [...(await measureCapacity(options)), ...(await measureSaves(options))];
  },
};

/** The use cases themselves, from the first record to the tombstone, leases and slots included. */
async function measureCapacity({ say }: BenchOptions): Promise<Figure[]> {
  say(`catalog: capacity of ${VOLUMES} volumes over ${DAYS} days`);
  const dynamoDb = await openEmbeddedDynamoDb();
  const metered = createMeteredClient(dynamoDb.clientConfig);
  let noteExchange = (_change: 1 | -1): void => {};
  const world = await openWorld({
    policies: POLICIES,
    limits: `{ inFlight: ${VOLUMES}, requestsPerSecond: 1000 }`,
    cloud: { volumes: VOLUMES, durations: { fullSeconds: 60 } },
    catalog: createDynamoDbCatalog({
      client: metered.client,
      tableName: dynamoDb.tableName,
      onPending: (change) => noteExchange(change),
    }),
  });
  noteExchange = world.clock.onPending;
  const liveOneDay = async (): Promise<number> => {
    await createBackups({ trigger: 'manual', policy: 'nightly' }, world.run(), world.deps);
    const { counts } = await pruneBackups({ trigger: 'schedule' }, world.run(), world.deps);
    await world.clock.sleep(DAY_MS);
    return counts.deleted ?? 0;
  };
  try {
    for (let day = 1; day <= KEPT; day += 1) await liveOneDay();
    let lives = 0;
    const spent = await metered.measure(async () => {
      for (let day = KEPT + 1; day <= DAYS; day += 1) lives += await liveOneDay();
    });
    if (lives !== VOLUMES * (DAYS - KEPT)) throw new Error(`${lives} backups lived to their end`);
    const note = 'as AWS bills items and indexes; measured on days on which as many backups go as come';
    return [
      {
        what: 'write units in the whole life of a backup',
        value: spent.writeUnits / lives,
        unit: 'units',
        goal: { atMost: GOAL_WRITE_UNITS },
        note,
      },
      {
        what: 'read units in the whole life of a backup',
        value: spent.readUnits / lives,
        unit: 'units',
        goal: { atMost: GOAL_READ_UNITS },
      },
    ];
  } finally {
    await world.close();
    metered.close();
    await dynamoDb.close();
  }
}

async function measureSaves({ say }: BenchOptions): Promise<Figure[]> {
  say('catalog: saves a second');
  const inMemory = await timeSaves('memory', MEMORY_SAVES);
  const pairs = await withDynamoDb((place) =>
    measurePairs(
      ROUNDS,
      async () => toRate(DYNAMODB_SAVES, await timeSaves(place, DYNAMODB_SAVES)),
      async () => toRate(DYNAMODB_SAVES, await timeBarePuts(place)),
    ),
  );
  return [
    { what: 'saves in memory', value: toRate(MEMORY_SAVES, inMemory), unit: '/s' },
    {
      what: 'saves in the embedded DynamoDB',
      value: pairs.ours,
      unit: '/s',
      peer: { name: 'bare conditional puts of the same items', value: pairs.peer },
      ratio: pairs.ratio,
      note: `${SAVES_AT_ONCE} at once; pairs ${pairs.spread}`,
    },
  ];
}

function toRate(count: number, ms: number): number {
  return (count * 1000) / ms;
}

let lastVolume = 0;

/** Records of volumes that no measurement had before. */
function makeRecords(count: number) {
  return Array.from({ length: count }, () => {
    lastVolume += 1;
    return aRecord({ volumeId: `volume-${lastVolume}` });
  });
}

function timeSaves(place: Parameters<typeof openCatalog>[0], count: number): Promise<number> {
  const opened = openCatalog(place);
  const records = makeRecords(count);
  return timeMs(() => mapBounded(records, SAVES_AT_ONCE, (record) => opened.save(record)));
}

async function timeBarePuts(place: {
  readonly endpoint: string;
  readonly tableName: string;
}): Promise<number> {
  const client = openDynamoDbClient(place.endpoint);
  const items = makeRecords(DYNAMODB_SAVES).map((record) => toRecordItem({ ...record, version: 1 }, 'bench'));
  const put = (Item: (typeof items)[number]) =>
    client.send(
      new PutItemCommand({
        TableName: place.tableName,
        Item,
        ConditionExpression: 'attribute_not_exists(#pk)',
        ExpressionAttributeNames: { '#pk': 'pk' },
      }),
    );
  const ms = await timeMs(() => mapBounded(items, SAVES_AT_ONCE, put));
  client.destroy();
  return ms;
}
