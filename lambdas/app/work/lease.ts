import { type Dependencies, isOver, type Run } from '../run.ts';

const LEASE_MS = 60_000;
const RENEW_MS = 20_000;
/** The clocks of two machines differ: who holds the lease stops so much before its successor can begin. */
const MARGIN_MS = 5_000;
/** A successor may wait so long for a worker that is about to end: a little more than the minute between two invocations. */
const STAND_BY_MS = 75_000;
const ASK_AGAIN_MS = 1_000;

/** The right to work on a cloud: renewed in the background, however long a list takes to read. */
export interface Lease {
  /** Whether nobody else can have it now, nor in the next seconds. */
  isHeld(): boolean;
  release(): Promise<void>;
}

/**
 * Takes the lease of a cloud, for making and deleting backups; undefined while another owner has it.
 *
 * @param endsAt when it will be released at the latest, if that is known: who wants to go on from there may wait for it.
 */
export function takeLease(cloud: string, deps: Dependencies, endsAt?: Date): Promise<Lease | undefined> {
  return takeNamedLease(cloudLease(cloud), deps, endsAt);
}

/** Takes the lease of a cloud's restores: these are worked on beside its backups. */
export function takeRestoreLease(cloud: string, deps: Dependencies): Promise<Lease | undefined> {
  return takeNamedLease(`restores of ${cloud}`, deps);
}

async function takeNamedLease(name: string, deps: Dependencies, endsAt?: Date): Promise<Lease | undefined> {
  const { catalog, clock, owner } = deps;
  const released = new AbortController();
  let heldUntil = clock.now();

  async function renew(): Promise<boolean> {
    const now = clock.now();
    const until = new Date(now.getTime() + LEASE_MS);
    if (!(await catalog.takeLease(name, owner, now, until, endsAt))) return false;
    heldUntil = until;
    return true;
  }

  const isHeld = () => clock.now().getTime() < heldUntil.getTime() - MARGIN_MS;

  async function keep(): Promise<void> {
    while (!released.signal.aborted) {
      await clock.sleep(RENEW_MS, released.signal);
      // Once it has run out it is lost for good, even if it could be had again: another may have been at the work meanwhile.
      if (released.signal.aborted || !isHeld()) return;
      const isKept = await renew().catch((error: unknown) => {
        // Not lost yet: it lasts until `heldUntil`, and the next renewal may succeed.
        deps.log.warn('could not renew the lease', { name, message: String(error) });
        return true;
      });
      if (!isKept) {
        heldUntil = new Date(0);
        return;
      }
    }
  }

  if (!(await renew())) return undefined;
  const kept = keep();
  return {
    isHeld,
    async release() {
      released.abort();
      await kept;
      await catalog.releaseLease(name, owner);
    },
  };
}

/**
 * Takes the lease of a cloud, of an owner that is about to release it as soon as it does; undefined while another owner means to keep
 * it for longer. So work that outlasts an invocation goes on at once in the next one.
 */
export async function standByForLease(
  cloud: string,
  run: Run,
  deps: Dependencies,
): Promise<Lease | undefined> {
  while (true) {
    const lease = await takeLease(cloud, deps, run.deadlineAt);
    if (lease !== undefined) return lease;
    const waitMs = await untilHandOverMs(cloud, deps);
    if (waitMs === undefined || isOver(run, deps.clock.now())) return undefined;
    await deps.clock.sleep(Math.max(waitMs, ASK_AGAIN_MS), run.signal);
  }
}

async function untilHandOverMs(cloud: string, { catalog, clock }: Dependencies): Promise<number | undefined> {
  const held = await catalog.getLease(cloudLease(cloud));
  if (held === undefined) return 0;
  if (held.endsAt === undefined) return undefined;
  const ms = held.endsAt.getTime() - clock.now().getTime();
  return ms <= STAND_BY_MS ? ms : undefined;
}

function cloudLease(cloud: string): string {
  return `cloud ${cloud}`;
}
