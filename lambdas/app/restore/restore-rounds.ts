import { isRestoreOpen, type RestoreRecord } from '../../domain/restore-record.ts';
import { CatalogConflictError, ChangeNotAllowedError, CloudRefusedCredentialsError } from '../ports.ts';
import { isOver } from '../run.ts';
import { WrongProjectError } from '../same-project.ts';
import type { WorkEnd } from '../work/work-cloud.ts';
import { after, createRestoreJob, type RestoreJob, type RestoreWork } from './restore-work.ts';
import { showRestoreProgress } from './show-restore-progress.ts';
import { takeRestoreStep } from './take-restore-step.ts';

const POLL_MS = 15_000;
/** What a run does not wait for it looks at for so long at the most, and leaves to the next what comes later. */
const PATIENCE_MS = 20_000;
const TROUBLE_PAUSE_MS = 5_000;
const TROUBLE_LIMIT = 5;

/**
 * The loop around the restores of one cloud: steps run side by side, each restore's one after the other.
 *
 * @param awaited ids of those that the run was asked for: a run that waits, waits for no others. None: it waits for all.
 */
export function createRestoreRounds(work: RestoreWork, awaited: ReadonlySet<string>) {
  const { jobs, deps, run, lease } = work;
  const patientUntil = after(work, PATIENCE_MS);
  const running = new Set<Promise<void>>();
  let wake = Promise.withResolvers<void>();
  let failure: { readonly error: unknown } | undefined;
  let polledAt: Date | undefined;
  /** Steps in a row that the cloud gave no proper answer to. */
  let troubles = 0;

  async function goRound(): Promise<WorkEnd> {
    while (true) {
      if (failure !== undefined) throw failure.error;
      if (isOver(run, deps.clock.now()) || !lease.isHeld()) return 'stopped';
      await takeArrivals();
      startDue();
      showRestoreProgress(work);
      if (running.size === 0 && isDone()) return 'done';
      await pause();
    }
  }

  /** What an index shows may be old: the record itself counts. */
  async function takeUp(hint: RestoreRecord): Promise<void> {
    if (jobs.has(hint.id)) return;
    const record = await deps.catalog.getRestore(hint);
    if (record === undefined || !isRestoreOpen(record)) return;
    jobs.set(record.id, createRestoreJob(record, deps.clock.now()));
  }

  async function takeArrivals(): Promise<void> {
    const now = deps.clock.now();
    if (polledAt !== undefined && now.getTime() - polledAt.getTime() < POLL_MS) return;
    polledAt = now;
    for await (const page of deps.catalog.listOpenRestores(work.cloud.name)) {
      for (const hint of page) await takeUp(hint);
    }
  }

  function startDue(): void {
    const now = deps.clock.now();
    const due = [...jobs.values()].filter((job) => !job.isBusy && job.nextAt <= now).sort(compareTurn);
    for (const job of due) if (job.record.state !== 'waiting' || hasRoomFor(job)) start(job);
  }

  /** Tests begin only where no restore waits, and leave a place to one that may come. */
  function hasRoomFor({ record }: RestoreJob): boolean {
    const all = [...jobs.values()];
    const isRestore = record.purpose === 'restore';
    if (!isRestore && all.some(isRestoreWaiting)) return false;
    const { restoresInFlight: limit } = work.bounds;
    const places = limit === 'unlimited' || isRestore ? limit : Math.max(1, limit - 1);
    return places === 'unlimited' || all.filter(isUnderWay).length < places;
  }

  function start(job: RestoreJob): void {
    job.isBusy = true;
    const task = step(job)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => {
        job.isBusy = false;
        running.delete(task);
        wake.resolve();
      });
    running.add(task);
  }

  async function step(job: RestoreJob): Promise<void> {
    try {
      await takeRestoreStep(job, work);
      troubles = 0;
    } catch (error) {
      if (error instanceof CatalogConflictError) {
        deps.log.warn('another run changed this restore; leaving it to that run', { id: job.record.id });
        jobs.delete(job.record.id);
        return;
      }
      if (error instanceof ChangeNotAllowedError) return; // the lease is lost: the next worker goes on
      if (error instanceof CloudRefusedCredentialsError || error instanceof WrongProjectError) throw error;
      // A look that fails proves nothing and changes nothing; it is repeated, a few times.
      troubles += 1;
      if (troubles >= TROUBLE_LIMIT) throw error;
      job.nextAt = after(work, TROUBLE_PAUSE_MS);
      deps.log.warn('the cloud did not answer properly; trying again', {
        cloud: work.cloud.name,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }

  function isDone(): boolean {
    const open = [...jobs.values()].filter(({ isLeft }) => !isLeft);
    if (open.length === 0) return true;
    if (run.waits) return awaited.size > 0 && !open.some(({ record }) => awaited.has(record.id));
    return (
      deps.clock.now() >= patientUntil ||
      open.every((job) => isInGoodHands(job) || job.nextAt >= patientUntil)
    );
  }

  async function pause(): Promise<void> {
    const nowMs = deps.clock.now().getTime();
    const times = [...jobs.values()].filter(canGoOn).map(({ nextAt }) => nextAt.getTime());
    const overMs = run.deadlineAt?.getTime() ?? Number.POSITIVE_INFINITY;
    const ms = Math.min(POLL_MS, overMs - nowMs, ...times.map((time) => time - nowMs));
    const over = new AbortController();
    if (run.signal?.aborted !== true)
      await Promise.race([deps.clock.sleep(Math.max(0, ms), over.signal), wake.promise]);
    over.abort();
    wake = Promise.withResolvers();
  }

  function canGoOn(job: RestoreJob): boolean {
    return !job.isBusy && (job.record.state !== 'waiting' || hasRoomFor(job));
  }

  const stop = () => wake.resolve();
  run.signal?.addEventListener('abort', stop);

  return {
    goRound,
    takeUp,
    async settle(): Promise<void> {
      run.signal?.removeEventListener('abort', stop);
      await Promise.all(running);
    },
  };
}

/** Restores before tests, and what was asked for first before what came later. */
function compareTurn(a: RestoreJob, b: RestoreJob): number {
  const rank = ({ record }: RestoreJob) => (record.purpose === 'restore' ? 0 : 1);
  return rank(a) - rank(b) || a.record.askedAt.getTime() - b.record.askedAt.getTime();
}

/** The cloud is at it, which was seen in this run. */
function isInGoodHands({ record, phaseSince, nextAt }: RestoreJob): boolean {
  return record.state === 'restoring' && nextAt > phaseSince && record.seenAt !== undefined;
}

function isRestoreWaiting({ record, isBusy }: RestoreJob): boolean {
  return record.purpose === 'restore' && record.state === 'waiting' && !isBusy;
}

/** Whether it takes one of the places; a stuck one takes none. */
function isUnderWay({ record, isBusy }: RestoreJob): boolean {
  return record.state === 'waiting' ? isBusy : record.state !== 'stuck';
}
