import { isForWantOfQuota } from '../../domain/quota-reason.ts';
import type { Job } from './job.ts';
import { backOffMs, later, setPhase, type Work } from './work.ts';

const BUSY_FIRST_MS = 30_000;
/** A quota that is used up changes when something is pruned, not by asking again. */
export const QUOTA_PAUSE_MS = 600_000;

/** Nothing was made, and later it may work: the attempt waits again. */
export async function putBack(job: Job, work: Work, message: string): Promise<void> {
  await waitFor(job, work, backOffMs(job.tries++, BUSY_FIRST_MS), message);
}

/** Nothing was made: the attempt waits again. A snapshot that was made already stays and is used or cleared with the attempt. */
async function waitFor(job: Job, work: Work, ms: number, reason: string): Promise<void> {
  const retryAt = later(work, ms);
  if (job.snapshotId !== undefined) {
    // The snapshot is there: only the backup of it is asked for again.
    job.retryAt = retryAt;
    return setPhase(job, 'snapshot', work);
  }
  const { whyFull, type, parentId: _none, startedAt: _unstarted, ...record } = job.record;
  const keepsType = whyFull === 'incremental-failed' || whyFull === 'requested';
  job.record = await work.deps.catalog.save({
    ...record,
    ...(keepsType && type !== undefined && { type, whyFull }),
    state: 'waiting',
    notBeforeAt: retryAt,
    reason,
  });
  work.queue.defer(job, retryAt);
}

/** Until a quota may have room again. Reported for one job, in which it is also written down; the others wait silently, in the runs of the next ten minutes too. */
export async function waitForQuota(job: Job, work: Work, reason: string): Promise<void> {
  const isTold = isQuotaTold(work);
  if (isTold && job.record.state === 'waiting') return work.queue.defer(job, later(work, QUOTA_PAUSE_MS));
  work.quotaToldUntil = later(work, QUOTA_PAUSE_MS);
  await waitFor(job, work, QUOTA_PAUSE_MS, reason);
  if (!isTold) work.report.addRecord(job.record, 'refused', { isFailure: true, reason });
}

/** In this run, or in one before it, by which then a job waits for that reason. */
function isQuotaTold(work: Work): boolean {
  const now = work.deps.clock.now();
  work.quotaToldUntil ??= work.queue.waitingRecords.find(
    ({ notBeforeAt, reason = '' }) =>
      notBeforeAt !== undefined && notBeforeAt > now && isForWantOfQuota(reason),
  )?.notBeforeAt;
  return work.quotaToldUntil !== undefined && work.quotaToldUntil > now;
}
