import { createCinderCloud } from '../lambdas/adapters/cinder/cinder-cloud.ts';
import { createDynamoDbCatalog } from '../lambdas/adapters/dynamodb/catalog.ts';
import type { Cloud, Log } from '../lambdas/app/ports.ts';
import type { Dependencies } from '../lambdas/app/run.ts';
import type { RunReport } from '../lambdas/app/run-report.ts';
import type { Deployment } from '../lambdas/domain/deployment.ts';
import { runDaemon } from './daemon.ts';
import { DEMO_EVENTS, type DemoEvent } from './demo-events.ts';
import { type DemoResult, takeStock } from './demo-result.ts';
import { addDemoVolumes, type DemoVolumes } from './demo-volumes.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from './embedded-cloud/embedded-cloud.ts';
import { openEmbeddedDynamoDb } from './embedded-dynamodb.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

export interface DemoOptions {
  readonly deployment: Deployment;
  readonly days: number;
  readonly signal: AbortSignal;
  /** As each day begins, the first is 0; and `days` at the end. */
  readonly onDay: (day: number) => void;
  readonly onEvent: (event: DemoEvent) => void;
  readonly onReport?: (report: RunReport) => void;
}

/** A Sunday; the month has the night in which Berlin skips an hour. */
const STARTS_AT = new Date('2026-03-01T00:00:00Z');
const DAY_MS = 86_400_000;
/** What work takes in the demonstration's cloud, in seconds. */
const DURATIONS = { fullSeconds: 3, incrementalSeconds: 1, snapshotSeconds: 0.2, deleteSeconds: 0.2 };
/** A real daemon looks more often than this; here that would only be waiting made visible. */
const FOLLOW_MS = 3_600_000;
const PRUNE_MS = 7_200_000;
const SILENT: Log = { info() {}, warn() {} };

/**
 * Lets the daemon work off a deployment's policies for some days of virtual time against an embedded cloud that has its troubles: the real
 * use cases, over real HTTP and an embedded DynamoDB. Reads nothing of what surrounds the process.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const clock = createVirtualClock(STARTS_AT);
  const database = await openEmbeddedDynamoDb();
  const cloud = await startEmbeddedCloud({ clock, durations: DURATIONS }).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  const clouds = createCloudOpener(cloud, clock);
  const deps: Dependencies = {
    deployment: options.deployment,
    clock,
    catalog: createDynamoDbCatalog({ ...database, onPending: clock.onPending }),
    openCloud: clouds.open,
    log: SILENT,
    owner: 'demonstration',
    recordedSlots: new Map(),
    workingClouds: new Set(),
  };
  try {
    const volumes = addDemoVolumes(cloud.control, clock.now());
    const reports = await playMonth(deps, cloud, volumes, clock, options);
    const events = eventsOf(options).map(({ atDay, what }) => ({ at: atOf(atDay), what }));
    return await takeStock({ deps, cloud, volumes, reports, events, startsAt: STARTS_AT });
  } finally {
    await clouds.close();
    await cloud.close();
    await database.close();
  }
}

async function playMonth(
  deps: Dependencies,
  cloud: EmbeddedCloud,
  volumes: DemoVolumes,
  clock: VirtualClock,
  options: DemoOptions,
): Promise<readonly RunReport[]> {
  const reports: RunReport[] = [];
  const until = atOf(options.days);
  await Promise.all([
    runDaemon(deps, {
      until,
      signal: options.signal,
      followMs: FOLLOW_MS,
      pruneMs: PRUNE_MS,
      onReport(report) {
        reports.push(report);
        options.onReport?.(report);
      },
    }),
    countDays(clock, options),
    playEvents(cloud, volumes, clock, options),
  ]);
  return reports;
}

async function countDays(clock: VirtualClock, { days, signal, onDay }: DemoOptions): Promise<void> {
  for (let day = 0; day <= days && !signal.aborted; day += 1) {
    await clock.sleep(atOf(day).getTime() - clock.now().getTime(), signal);
    onDay(day);
  }
}

async function playEvents(
  { control }: EmbeddedCloud,
  volumes: DemoVolumes,
  clock: VirtualClock,
  options: DemoOptions,
): Promise<void> {
  const { signal, onEvent } = options;
  for (const event of eventsOf(options)) {
    await clock.sleep(atOf(event.atDay).getTime() - clock.now().getTime(), signal);
    if (signal.aborted) return;
    event.happen(control, volumes);
    onEvent(event);
  }
}

function eventsOf({ days }: DemoOptions): readonly DemoEvent[] {
  return DEMO_EVENTS.filter(({ atDay }) => atDay < days);
}

/** A day of the demonstration, or a part of one, as an instant; to the second, as clouds have it. */
function atOf(day: number): Date {
  return new Date(STARTS_AT.getTime() + Math.round((day * DAY_MS) / 1000) * 1000);
}

/** All clouds of the deployment are the one embedded cloud. */
function createCloudOpener({ authUrl, credentials }: EmbeddedCloud, clock: VirtualClock) {
  const opened = new Map<string, Cloud>();
  const { username, password, userDomainName, projectName, projectDomainName } = credentials;
  return {
    async open(name: string): Promise<Cloud> {
      const known = opened.get(name);
      if (known !== undefined) return known;
      const cloud = createCinderCloud({
        name,
        credentials: {
          type: 'password',
          authUrl,
          user: { name: username, domain: { name: userDomainName } },
          password,
          project: { name: projectName, domain: { name: projectDomainName } },
        },
        requestsPerSecond: 'unlimited',
        clock,
        random: Math.random,
        log: SILENT,
        onPending: clock.onPending,
      });
      opened.set(name, cloud);
      return cloud;
    },
    async close(): Promise<void> {
      for (const cloud of opened.values()) await cloud.close();
    },
  };
}
