import type { Benchmark, BenchOptions, Figure } from '../benchmark.ts';
import { timeBarePosts, withCloud } from '../clouds.ts';
import type { CatalogPlace } from '../deployment.ts';
import { measurePairs, median } from '../statistics.ts';
import { runSlot, withDynamoDb } from '../workers.ts';

const VOLUMES = 10_000;
const ROUNDS = 5;
/** With the embedded DynamoDB, which takes some hundred writes a second. */
const DYNAMODB_VOLUMES = 2_000;
/** So that all are in flight at once. */
const BACKUP_SECONDS = 300;
const GOAL_RATIO = 1.3;
/** A record is written when the slot is recorded and once more before its POST. */
const WRITES_PER_VOLUME = 2;

export const slot: Benchmark = {
  name: 'slot',
  summary: 'a slot of 10,000 volumes until the last POST is answered, beside a bare loop of the same POSTs',
  run: async (options) => [...(await measureInMemory(options)), await measureWithDynamoDb(options)],
};

async function measureInMemory({ say }: BenchOptions): Promise<Figure[]> {
  say(`slot: ${VOLUMES} volumes, catalog in memory, ${ROUNDS} pairs`);
  const cpuMs = { ours: [] as number[], peer: [] as number[] };
  const pairs = await measurePairs(
    ROUNDS,
    async () => {
      const { lastPostMs, cpuMs: spent } = await spendOnSlot(VOLUMES, 'memory');
      cpuMs.ours.push(spent);
      return lastPostMs;
    },
    async () => {
      const { ms, cpuMs: spent } = await spendOnPosts(VOLUMES);
      cpuMs.peer.push(spent);
      return ms;
    },
  );
  const [ours, peer] = [median(cpuMs.ours), median(cpuMs.peer)];
  const name = 'bare loop of POSTs';
  return [
    {
      what: `a slot of ${VOLUMES} volumes, catalog in memory`,
      value: pairs.ours,
      unit: 'ms',
      peer: { name, value: pairs.peer },
      ratio: pairs.ratio,
      goal: { atMost: GOAL_RATIO },
      note: `pairs ${pairs.spread}`,
    },
    {
      what: 'processor time of that, without the cloud',
      value: ours,
      unit: 'ms',
      peer: { name, value: peer },
      ratio: ours / peer,
    },
  ];
}

/** Two writes stand before each POST: here the pace of the emulator is all. */
async function measureWithDynamoDb({ full, say }: BenchOptions): Promise<Figure> {
  const volumes = full ? VOLUMES : DYNAMODB_VOLUMES;
  say(`slot: ${volumes} volumes, catalog in the embedded DynamoDB`);
  const pairs = await measurePairs(
    1,
    () => withDynamoDb(async (place) => (await spendOnSlot(volumes, place)).lastPostMs),
    async () => (await spendOnPosts(volumes)).ms,
  );
  const writesPerSecond = Math.round((volumes * WRITES_PER_VOLUME * 1000) / pairs.ours);
  return {
    what: `a slot of ${volumes} volumes, catalog in the embedded DynamoDB`,
    value: pairs.ours,
    unit: 'ms',
    peer: { name: 'bare loop of POSTs', value: pairs.peer },
    ratio: pairs.ratio,
    note: `${writesPerSecond} writes/s: what the emulator takes is what it takes`,
  };
}

function spendOnPosts(volumes: number) {
  return withCloud({ volumes, backupSeconds: BACKUP_SECONDS }, timeBarePosts);
}

function spendOnSlot(volumes: number, catalog: CatalogPlace) {
  return withCloud({ volumes, backupSeconds: BACKUP_SECONDS }, ({ credentials }) =>
    runSlot({ credentials, catalog, volumes, inFlight: 'unlimited', isWholeRun: false }),
  );
}
