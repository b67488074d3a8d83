import { after, lookIn, type RestoreJob, type RestoreWork, saveRestoreJob } from './restore-work.ts';
import { failRestore } from './settle-restore.ts';

const SHORTEST_MS = 5_000;
/** Of the time that it has waited: whoever takes it up next knows that, and not how often others have tried. */
const NEXT_SHARE = 0.25;

/** Something that passes is in the way: the restore goes on from `state` later, unless it has waited for too long. */
export async function waitFor(
  job: RestoreJob,
  work: RestoreWork,
  state: 'waiting' | 'creating',
  reason: string,
): Promise<void> {
  const waitedMs = work.deps.clock.now().getTime() - job.record.askedAt.getTime();
  if (waitedMs > work.bounds.stuckAfterMs) {
    const hours = Math.round(waitedMs / 3_600_000);
    return failRestore(job, work, `it could not be begun within ${hours} h; last obstacle: ${reason}`);
  }
  job.nextAt = after(work, lookIn(waitedMs * NEXT_SHARE, SHORTEST_MS));
  await saveRestoreJob(job, work, { state, reason, notBeforeAt: job.nextAt });
}
