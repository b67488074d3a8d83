import type { BackupRecord } from '../../domain/backup-record.ts';
import { isOver } from '../run.ts';
import type { Arrivals } from './arrivals.ts';
import { openChains } from './chains.ts';
import type { Job } from './job.ts';
import type { Lease } from './lease.ts';
import { look } from './look.ts';
import { agesOf, shareFor } from './pace.ts';
import { takeStep, tolerate } from './take-step.ts';
import { isPinnedIntent, takeBackIntent } from './withdraw-deletion.ts';
import { later, type Work } from './work.ts';
import type { WorkEnd } from './work-cloud.ts';

/** The longest sleep between rounds. */
const ROUND_MS = 20_000;
/** Calls that are being made at once; more in flight than this is a matter of the cloud, not of open connections. */
const CALLS_AT_ONCE = 64;
/** Open records in memory; further ones stay in the catalog until these have gone. */
const JOBS_AT_ONCE = 10_000;
/** Of these, so many that can be started at once are enough. */
const READY_AT_ONCE = 2_000;
/** A run that waits for the end does not wait for a retry that is further away. */
const PATIENCE_MS = 120_000;
const INTERVAL_GOOD_MS = 200;
const LAST_LOOK_MS = 200;
/** While starts keep all calls busy, what has ended can wait a little: nobody waits for its place. */
const BUSY_LOOK_MS = 10_000;

/** Ends a pause. */
interface Alarm {
  readonly atMs: number;
  readonly over: AbortController;
}

/** The loop around starting and looking; starts run beside it, looks in it. */
export function createRounds(work: Work, arrivals: Arrivals, lease: Lease) {
  const { queue, deps, run } = work;
  const starting = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let wake = Promise.withResolvers<void>();
  let alarm: Alarm | undefined;
  let lookedAt = deps.clock.now();
  /** The interval between looks goes through all that is in flight, so it is worked out seldom, not in every round. */
  let interval = { ms: 0, goodUntilMs: Number.NEGATIVE_INFINITY };

  async function goRound(seeds: readonly BackupRecord[]): Promise<WorkEnd> {
    if (seeds.length === 0) await takeArrivals();
    await takeBegun();
    // What another worker has begun of these is known as such by now.
    for (const record of seeds) queue.add(record, deps.clock.now());
    // What an earlier run left in flight has not been looked at in this one, however long ago it was taken up.
    if (queue.busyCount > 0) lookedAt = new Date(0);
    if ([...queue.stuck()].length > 0) await lookOnce();
    while (true) {
      if (failure !== undefined) throw failure.error;
      if (isStopped()) return 'stopped';
      await takeArrivals();
      await fill();
      const isIdle = starting.size === 0 && queue.busyCount === 0;
      if (isIdle && isDone()) return 'done';
      if (!run.waits && starting.size === 0 && hasLooked() && !hasStartable()) return 'done';
      await pause();
      if (isLookDue()) await lookOnce();
      showProgress(work, starting.size);
    }
  }

  function isStopped(): boolean {
    return isOver(run, deps.clock.now()) || !lease.isHeld();
  }

  async function takeArrivals(): Promise<void> {
    while (queue.readyCount < READY_AT_ONCE && queue.waitingCount < JOBS_AT_ONCE) {
      const page = await arrivals.next(deps.clock.now());
      if (page === undefined) return;
      for (const record of page) {
        if (isPinnedIntent(record, work.cloud.now()))
          await tolerate(work, () => takeBackIntent(record, work));
        else queue.add(record, deps.clock.now());
      }
    }
  }

  /** What is in flight takes places, and volumes, even where it stands beyond what fits into memory at once. */
  async function takeBegun(): Promise<void> {
    if (arrivals.isDrained(deps.clock.now())) return;
    for await (const page of arrivals.listBegun()) {
      for (const record of page) queue.add(record, deps.clock.now());
    }
  }

  async function fill(): Promise<void> {
    const now = deps.clock.now();
    queue.wake(now);
    const room = work.bounds.inFlight === 'unlimited' ? Number.POSITIVE_INFINITY : work.bounds.inFlight;
    while (queue.busyCount < room && starting.size < CALLS_AT_ONCE && lease.isHeld()) {
      const job = queue.next(now);
      if (job === undefined) return;
      if (job.record.state === 'waiting') {
        if (work.startsBlockedUntil !== undefined && work.startsBlockedUntil > now) {
          queue.defer(job, work.startsBlockedUntil);
          continue;
        }
        work.chains ??= await openChains(work.project, deps.deployment.name, isStopped);
        if (work.chains === undefined || !lease.isHeld()) return queue.defer(job, now);
      }
      start(job);
    }
  }

  function start(job: Job): void {
    const task = takeStep(job, work)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        starting.delete(task);
        wake.resolve();
      });
    starting.add(task);
  }

  async function pause(): Promise<void> {
    const nowMs = deps.clock.now().getTime();
    const lookInMs = lookedAt.getTime() + lookIntervalMs() - nowMs;
    const wakeInMs = (queue.nextWakeAt()?.getTime() ?? Number.POSITIVE_INFINITY) - nowMs;
    const overInMs = (run.deadlineAt?.getTime() ?? Number.POSITIVE_INFINITY) - nowMs;
    const nextInMs = Math.min(queue.busyCount > 0 ? lookInMs : ROUND_MS, wakeInMs, overInMs, ROUND_MS);
    setAlarm(nowMs, Math.max(0, nextInMs));
    if (run.signal?.aborted !== true) await wake.promise;
    wake = Promise.withResolvers();
  }

  /** Sees that a pause ends in `ms` at the latest. One alarm serves many pauses: there is a round for every call that ends. */
  function setAlarm(nowMs: number, ms: number): void {
    if (alarm !== undefined && alarm.atMs <= nowMs + ms) return;
    alarm?.over.abort();
    const set: Alarm = { atMs: nowMs + ms, over: new AbortController() };
    alarm = set;
    void deps.clock.sleep(ms, set.over.signal).then(() => {
      if (alarm !== set) return;
      alarm = undefined;
      wake.resolve();
    });
  }

  function lookIntervalMs(): number {
    const nowMs = deps.clock.now().getTime();
    if (nowMs >= interval.goodUntilMs) {
      const share = shareFor(queue.busyCount, hasStartable());
      const sinceLookMs = nowMs - lookedAt.getTime();
      const ages = agesOf(queue.busy(), nowMs);
      const paceMs = isLastLook() ? LAST_LOOK_MS : work.pace.intervalMs(ages, sinceLookMs, share);
      const ms = starting.size > CALLS_AT_ONCE / 2 ? Math.max(paceMs, BUSY_LOOK_MS) : paceMs;
      interval = { ms, goodUntilMs: nowMs + INTERVAL_GOOD_MS };
    }
    return interval.ms;
  }

  /** A run that does not wait for the end goes as soon as it has seen what it left in flight. */
  function isLastLook(): boolean {
    return !run.waits && starting.size === 0 && !hasStartable() && !hasLooked();
  }

  function isLookDue(): boolean {
    return deps.clock.now().getTime() - lookedAt.getTime() >= lookIntervalMs();
  }

  async function lookOnce(): Promise<void> {
    lookedAt = deps.clock.now();
    await tolerate(work, () => look(work));
    interval.goodUntilMs = Number.NEGATIVE_INFINITY;
  }

  function hasLooked(): boolean {
    return [...queue.busy()].every((job) => job.phaseSince < lookedAt);
  }

  function hasStartable(): boolean {
    const wakeAt = queue.nextWakeAt();
    return queue.waitingCount > 0 && (wakeAt === undefined || wakeAt <= later(work, ROUND_MS));
  }

  /** Nothing is under way: is what remains further away than this run waits? */
  function isDone(): boolean {
    if (!arrivals.isDrained(deps.clock.now())) return false;
    const wakeAt = queue.nextWakeAt();
    if (queue.waitingCount === 0 || wakeAt === undefined) return true;
    return wakeAt.getTime() - deps.clock.now().getTime() > (run.waits ? PATIENCE_MS : ROUND_MS);
  }

  const stop = () => wake.resolve();
  run.signal?.addEventListener('abort', stop);

  return {
    goRound,
    async settle(): Promise<void> {
      alarm?.over.abort();
      run.signal?.removeEventListener('abort', stop);
      await Promise.all(starting);
    },
  };
}

function showProgress(work: Work, startingCount: number): void {
  work.deps.onProgress?.({
    cloud: work.cloud.name,
    waiting: work.queue.waitingCount,
    underWay: Math.max(work.queue.busyCount, startingCount),
    available: work.report.count('available'),
    deleted: work.report.count('deleted'),
    failed: work.report.failedCount,
  });
}
