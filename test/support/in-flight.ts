import type { World } from './world.ts';

/** What a fleet's work looks like from outside, second by second. */
export interface InFlight {
  /** The most backups that were being made at one moment. */
  readonly most: number;
  /** Seconds in which something waited while there was room for it. */
  readonly idleSeconds: number;
  /** The most requests that reached the cloud in a second. */
  readonly mostRequests: number;
  stop(): void;
}

const SECOND_MS = 1_000;

export function watchInFlight(world: World, room: number): InFlight {
  const over = new AbortController();
  let [most, idleSeconds, mostRequests, requests] = [0, 0, 0, world.control.requests.total];

  async function look(): Promise<void> {
    const count = world.control.backups().filter(({ status }) => status === 'creating').length;
    most = Math.max(most, count);
    mostRequests = Math.max(mostRequests, world.control.requests.total - requests);
    requests = world.control.requests.total;
    if (count < room && (await isWorkWaiting(world))) idleSeconds += 1;
  }

  async function watch(): Promise<void> {
    while (!over.signal.aborted) {
      await look();
      await world.clock.sleep(SECOND_MS, over.signal);
    }
  }
  void watch();

  return {
    get most() {
      return most;
    },
    get idleSeconds() {
      return idleSeconds;
    },
    get mostRequests() {
      return mostRequests;
    },
    stop: () => over.abort(),
  };
}

async function isWorkWaiting({ catalog, clock }: World): Promise<boolean> {
  for await (const page of catalog.listWork('prod')) {
    for (const record of page) {
      if (record.state !== 'waiting' || !('openedAt' in record)) continue;
      if (record.notBeforeAt === undefined || record.notBeforeAt <= clock.now()) return true;
    }
  }
  return false;
}
