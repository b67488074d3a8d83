import { parseConfig } from '../../config/config.ts';
import { createDynamoDbCatalog } from '../../lambdas/adapters/dynamodb/catalog.ts';
import { followBackups } from '../../lambdas/app/follow-backups.ts';
import type { Catalog, Cloud, Log } from '../../lambdas/app/ports.ts';
import type { Dependencies, Run } from '../../lambdas/app/run.ts';
import type { RunReport } from '../../lambdas/app/run-report.ts';
import { type BackupRecord, isOpen } from '../../lambdas/domain/backup-record.ts';
import { resolveLocally } from '../../lambdas/runtime/local-credentials.ts';
import { createOpenClouds } from '../../lambdas/runtime/open-clouds.ts';
import { openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { type LiveCloud, liveCloud, waitUntil } from './cloud.ts';
import { createShiftedClock, type ShiftedClock } from './shifted-clock.ts';

/** What was sent to the cloud, and what it answered. */
export interface LiveExchange {
  readonly method: string;
  readonly path: string;
  readonly status?: number;
}

/** A deployment, composed as on one machine, against the real Cinder. */
export interface LiveWorld {
  readonly live: LiveCloud;
  /** Years away from the cloud's: whoever compares the two is found out. */
  readonly clock: ShiftedClock;
  readonly cloud: Cloud;
  readonly catalog: Catalog;
  readonly deps: Dependencies;
  /** Of all processes, in order of the answers. */
  readonly exchanges: readonly LiveExchange[];
  run(options?: Partial<Run>): Run;
  /** Another process on the same cloud: with the same catalog, or with a new and empty one. */
  another(owner: string, catalog?: 'same' | 'empty'): Promise<Dependencies>;
  /** Every record of the volume: oldest slot first, then attempt. */
  recordsOf(volumeId: string): Promise<readonly BackupRecord[]>;
  /**
   * Runs the worker until the volume's records are as wanted, and puts the clock forward a minute whenever nothing is in flight; returns
   * the last run's report.
   */
  followUntil(volumeId: string, isDone: (records: readonly BackupRecord[]) => boolean): Promise<RunReport>;
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;
/** Before the first slot of any test's policies. */
const START_AT = new Date('2031-05-05T00:00:00Z');

/** @param policies the `policies:` part of a config, as YAML, indented by two. */
export async function openLiveWorld(policies: string): Promise<LiveWorld> {
  const live = await liveCloud();
  await live.purge();
  const clock = createShiftedClock(START_AT);
  const exchanges: LiveExchange[] = [];
  const closers: (() => Promise<void>)[] = [];
  const config = parseConfig(
    `version: 1\ndeployment: live\nclouds:\n  prod:\n    auth: { cloudsYaml: application-credential }\n` +
      `    limits: { inFlight: 8, requestsPerSecond: 1000 }\npolicies:\n${policies}\n`,
    'live.yaml',
  );

  const { home } = live.environment;
  const surroundings = { env: { OS_CLIENT_CONFIG_FILE: `${home}/clouds.yaml` }, home, cwd: home };

  function openClouds() {
    const clouds = createOpenClouds({
      clouds: config.clouds,
      resolve: (cloud) =>
        resolveLocally(cloud, surroundings, async (name) => {
          throw new Error(`there is no secret ${name}`);
        }),
      clock,
      log: output,
      onExchange: (exchange) => exchanges.push(exchange),
    });
    closers.push(() => clouds.close());
    return clouds;
  }

  async function openCatalog(): Promise<Catalog> {
    const database = await openEmbeddedDynamoDb();
    closers.push(() => database.close());
    return createDynamoDbCatalog(database);
  }

  const shared = await openCatalog();
  async function another(owner: string, catalog: 'same' | 'empty' = 'same'): Promise<Dependencies> {
    return {
      deployment: config.deployment,
      clock,
      catalog: catalog === 'same' ? shared : await openCatalog(),
      openCloud: openClouds().open,
      log: output,
      owner,
      recordedSlots: new Map(),
      workingClouds: new Set(),
    };
  }

  const deps = await another('first process');
  const run = (options?: Partial<Run>): Run => ({ startedAt: clock.now(), waits: true, ...options });
  const recordsOf = (volumeId: string) => shared.listVolumeRecords('prod', volumeId);
  return {
    live,
    clock,
    cloud: await deps.openCloud('prod'),
    catalog: shared,
    deps,
    exchanges,
    run,
    another,
    recordsOf,
    followUntil: (volumeId, isDone) =>
      waitUntil(`the records of volume ${volumeId}`, async () => {
        const report = await followBackups(run({ waits: false }), deps);
        const records = await recordsOf(volumeId);
        if (isDone(records)) return report;
        // What the cloud is working on takes real time.
        if (records.every((record) => !isOpen(record) || record.state === 'waiting'))
          clock.putForward(MINUTE_MS);
        return undefined;
      }),
    async close() {
      for (const close of closers) await close();
    },
  };
}

/** Warnings belong to what a failing test shows. */
const output: Log = { info() {}, warn: (message, fields) => console.warn(message, fields ?? '') };
