import { flushCompileCache } from 'node:module';
import { parseConfig } from '../../config/config.ts';
import { createCinderCloud } from '../../lambdas/adapters/cinder/cinder-cloud.ts';
import { runDaemon } from '../../local/daemon.ts';
import { openLocalCatalog } from '../../local/local-catalog.ts';
import { createScaledClock } from '../../local/scaled-clock.ts';

/** What a daemon that is to be killed is told, as JSON in its first argument. It answers with the real instant at which its time begins. */
export interface DaemonOrders {
  readonly directory: string;
  readonly authUrl: string;
  readonly username: string;
  readonly password: string;
  readonly projectName: string;
  /** Simulated milliseconds in a real one. */
  readonly speed: number;
  /** The simulated instant at which it begins. */
  readonly startMs: number;
  readonly config: string;
  readonly pruneMs: number;
}

const domain = { name: 'Default' };

// Who is killed cannot leave it for the next one when it ends.
flushCompileCache();

async function main(orders: DaemonOrders): Promise<void> {
  const local = await openLocalCatalog(orders.directory);
  const real = new Date();
  const clock = createScaledClock(orders.speed, { real, start: new Date(orders.startMs) });
  const log = { info: () => undefined, warn: () => undefined };
  const cloud = createCinderCloud({
    name: 'prod',
    credentials: {
      type: 'password',
      authUrl: orders.authUrl,
      user: { name: orders.username, domain },
      password: orders.password,
      project: { name: orders.projectName, domain },
    },
    requestsPerSecond: 'unlimited',
    clock,
    random: Math.random,
    log,
  });
  const { deployment } = parseConfig(orders.config, 'test.yaml');
  process.stdout.write(`${real.getTime()}\n`);
  await runDaemon(
    {
      deployment,
      clock,
      catalog: local.catalog,
      openCloud: async () => cloud,
      log,
      owner: local.owner,
      recordedSlots: new Map(),
      workingClouds: new Set(),
    },
    { signal: new AbortController().signal, pruneMs: orders.pruneMs, onReport: () => undefined },
  );
}

await main(JSON.parse(process.argv[2] ?? '') as DaemonOrders);
