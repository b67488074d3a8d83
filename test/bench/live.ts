/**
 * Backs up volumes of the live cloud (docs/live-cinder.md), by our own run and by bare POSTs with as many in flight:
 * `node test/bench/live.ts [--volumes 24] [--in-flight 8] [--rounds 3] [--poll-ms 200]`
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseConfig } from '../../config/config.ts';
import { createCinderCloud } from '../../lambdas/adapters/cinder/cinder-cloud.ts';
import { parseCloudEntry } from '../../lambdas/adapters/cinder/cloud-entry.ts';
import { createDynamoDbCatalog } from '../../lambdas/adapters/dynamodb/catalog.ts';
import { createBackups } from '../../lambdas/app/create-backups.ts';
import type { Dependencies } from '../../lambdas/app/run.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import { openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { expectStatus, type LiveCloud, liveCloud } from '../live/cloud.ts';
import type { Figure } from './benchmark.ts';
import { measurePairs, median, timeMs } from './statistics.ts';
import { formatTable } from './table.ts';

/** Our run leaves two seconds between two backups of a volume, which would count against it in the next round. */
const REST_MS = 3_000;

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: { volumes: text, 'in-flight': text, rounds: text, 'poll-ms': text },
});
const volumeCount = Number(values.volumes ?? 24);
const inFlight = Number(values['in-flight'] ?? 8);
const rounds = Number(values.rounds ?? 3);
/** Of each bare lane, for its one backup; 200 ms is as often as our own run looks at the most, for all. */
const pollMs = Number(values['poll-ms'] ?? 200);

const live = await liveCloud();
await live.purge();
console.error(`${volumeCount} volumes, ${inFlight} in flight, ${rounds} rounds`);
const database = await openEmbeddedDynamoDb();
const [ours, bare] = [openTally(), openTally()];
const { deps, close } = openDeployment(live, ours);
const volumeIds = await Promise.all(Array.from({ length: volumeCount }, () => live.createVolume()));
try {
  console.log(formatTable([{ benchmark: 'live', figures: await measure() }]));
} finally {
  await close();
  await database.close();
  await live.purge();
}

async function measure(): Promise<readonly Figure[]> {
  const pairs = await measurePairs(rounds, rested(runOurs, ours), rested(runBare, bare));
  const busy = { ours: median(ours.busyMs), peer: median(bare.busyMs) };
  const perMinute = (count: number, ms: number) => (count / ms) * 60_000;
  const perBackup = ({ requestCount }: Tally) => requestCount / rounds / volumeCount;
  const peer = `bare POSTs, a show each ${pollMs} ms`;
  const began = volumeCount - inFlight;
  return [
    {
      what: 'fulls a minute, from the event to the last that is there',
      value: perMinute(volumeCount, pairs.ours),
      unit: 'a minute',
      peer: { name: peer, value: perMinute(volumeCount, pairs.peer) },
      ratio: 1 / pairs.ratio,
      goal: { atLeast: 0.95 },
      note: `${seconds(pairs.ours)} beside ${seconds(pairs.peer)}; time ratios ${pairs.spread}`,
    },
    {
      what: 'fulls a minute, while volumes wait for a slot',
      value: perMinute(began, busy.ours),
      unit: 'a minute',
      peer: { name: peer, value: perMinute(began, busy.peer) },
      ratio: busy.peer / busy.ours,
      goal: { atLeast: 0.95 },
      note: `${seconds(busy.ours)} beside ${seconds(busy.peer)}, from the first POST to the last`,
    },
    {
      what: 'requests for a full',
      value: perBackup(ours),
      unit: 'requests',
      peer: { name: peer, value: perBackup(bare) },
    },
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** Milliseconds that the task takes, after a rest. */
function rested(task: () => Promise<void>, tally: Tally): () => Promise<number> {
  return async () => {
    await sleep(REST_MS);
    const ms = await timeMs(task);
    tally.endRound();
    console.error(`${task.name}: ${seconds(ms)}`);
    return ms;
  };
}

async function runOurs(): Promise<void> {
  const run = { startedAt: new Date(), waits: true };
  const report = await createBackups({ trigger: 'manual', policy: 'all', type: 'full' }, run, deps);
  if (report.counts.available !== volumeCount)
    throw new Error(`not all were made: ${JSON.stringify(report)}`);
}

/** So many lanes, each POSTing a backup, asking for it until it is there, and going on with the next volume. */
async function runBare(): Promise<void> {
  const waiting = volumeIds.values();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (const volumeId of waiting) await backUpBare(volumeId);
    }),
  );
}

async function backUpBare(volumeId: string): Promise<void> {
  const body = { backup: { volume_id: volumeId, name: 'bare' } };
  const accepted = await expectStatus('POST /backups', live.memberRequest('POST', '/backups', body), 202);
  bare.note('POST');
  const path = `/backups/${accepted.backup.id}`;
  for (;;) {
    await sleep(pollMs);
    bare.note('GET');
    const { backup } = await expectStatus(`GET ${path}`, live.memberRequest('GET', path), 200);
    if (backup.status === 'available') return;
    if (backup.status !== 'creating') throw new Error(`${path} is ${backup.status}: ${backup.fail_reason}`);
  }
}

/** What was asked of the cloud, and from when to when something was left to POST. */
interface Tally {
  readonly requestCount: number;
  /** Of each round: from the first POST of a backup to the last. */
  readonly busyMs: readonly number[];
  note(method: string): void;
  endRound(): void;
}

function openTally(): Tally {
  let requestCount = 0;
  let postedAtMs: number[] = [];
  const busyMs: number[] = [];
  return {
    get requestCount() {
      return requestCount;
    },
    busyMs,
    note(method) {
      requestCount += 1;
      if (method === 'POST') postedAtMs.push(performance.now());
    },
    endRound() {
      busyMs.push(Math.max(...postedAtMs) - Math.min(...postedAtMs));
      postedAtMs = [];
    },
  };
}

function openDeployment(
  { credentials }: LiveCloud,
  tally: Tally,
): {
  readonly deps: Dependencies;
  close(): Promise<void>;
} {
  const config = parseConfig(
    `version: 1
deployment: bench
clouds:
  live: { auth: env, limits: { inFlight: ${inFlight}, requestsPerSecond: 1000 } }
policies:
  all:
    cloud: live
    select: { volumes: { all: true } }
    schedule: { cron: "0 2 * * *", timezone: UTC }
    keep: { semantics: restic, daily: 7 }
`,
    'bench.yaml',
  );
  const resolved = parseCloudEntry(credentials.member, (key) => key);
  const log = { info() {}, warn: (message: string, fields?: object) => console.error(message, fields ?? '') };
  const cloud = createCinderCloud({
    name: 'live',
    credentials: resolved.credentials,
    region: resolved.region,
    requestsPerSecond: 'unlimited',
    clock: systemClock,
    random: Math.random,
    log,
    onExchange: ({ method, path }) => tally.note(path.endsWith('/backups') ? method : 'other'),
  });
  const deps = {
    deployment: config.deployment,
    clock: systemClock,
    catalog: createDynamoDbCatalog(database),
    openCloud: async () => cloud,
    log,
    owner: 'bench',
    recordedSlots: new Map(),
    workingClouds: new Set<string>(),
  };
  return { deps, close: () => cloud.close() };
}
