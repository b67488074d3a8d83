import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../lambdas/app/ports.ts';
import type { EmbeddedCloud } from '../../local/embedded-cloud/embedded-cloud.ts';
import type { DaemonOrders } from './daemon-child.ts';

/** A life is measured in requests to the cloud, as on a busy machine nothing at all might get done in a given time. */
const MOST_REQUESTS = 30;
/** An idle daemon makes no requests: it is killed all the same. */
const LONGEST_LIFE_MS = 4_000;
const LONGEST_REST_MS = 25;
const POLL_MS = 5;
/** Hardly so long that it could begin to work. */
const LONGEST_START_MS = 100;
const CHILD = fileURLToPath(new URL('./daemon-child.ts', import.meta.url));

export interface KillOptions {
  readonly config: string;
  readonly speed: number;
  readonly startAt: Date;
  readonly pruneMs: number;
  readonly seed: number;
}

/** A data directory on which one daemon after the other is started and killed. */
export interface KilledDaemon {
  readonly directory: string;
  /** The time that the daemons and their cloud share; it passes only while one lives, so that a slow start costs none. */
  readonly clock: Pick<Clock, 'now'>;
  /** Starts a daemon and kills it with SIGKILL at a random moment, of its start now and then. */
  liveAndDie(cloud: EmbeddedCloud): Promise<void>;
  remove(): Promise<void>;
}

export async function createKilledDaemon(options: KillOptions): Promise<KilledDaemon> {
  const { speed, startAt, config, pruneMs } = options;
  const directory = await mkdtemp(join(tmpdir(), 'cinderkeep-killed-'));
  const draw = createDraw(options.seed);
  let reachedMs = startAt.getTime();
  let livesSinceMs: number | undefined;
  const nowMs = () => reachedMs + (livesSinceMs === undefined ? 0 : (Date.now() - livesSinceMs) * speed);

  async function liveAndDie({ authUrl, credentials, control }: EmbeddedCloud): Promise<void> {
    const { username, password, projectName } = credentials;
    const where = { directory, authUrl, username, password, projectName };
    const child = startChild({ ...where, config, speed, pruneMs, startMs: reachedMs });
    // Its output included.
    const ended = once(child, 'close');
    const begun = once(child.stdout, 'data').then(([data]) => {
      livesSinceMs = Number(data);
    });
    const isEarly = draw() < 0.1;
    if (!isEarly) {
      await Promise.race([
        begun,
        ended.then(([code]) => Promise.reject(new Error(`the daemon ended by itself, with ${code}`))),
      ]);
    }
    if (isEarly) await wait(LONGEST_START_MS * draw());
    else {
      await untilRequests(control, 1 + Math.floor(MOST_REQUESTS * draw()));
      await wait(LONGEST_REST_MS * draw());
    }
    child.kill('SIGKILL');
    await ended;
    reachedMs = nowMs();
    livesSinceMs = undefined;
  }

  return {
    directory,
    clock: { now: () => new Date(nowMs()) },
    liveAndDie,
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function untilRequests({ requests }: EmbeddedCloud['control'], count: number): Promise<void> {
  const sum = () => Object.values(requests.counts()).reduce((total, each) => total + each, 0);
  const [goal, endsAtMs] = [sum() + count, Date.now() + LONGEST_LIFE_MS];
  while (sum() < goal && Date.now() < endsAtMs) await wait(POLL_MS);
}

function startChild(orders: DaemonOrders) {
  return spawn(process.execPath, [CHILD, JSON.stringify(orders)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'cinderkeep-compile-cache') },
  });
}

/** The same numbers in [0, 1) for the same seed (mulberry32). */
function createDraw(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
