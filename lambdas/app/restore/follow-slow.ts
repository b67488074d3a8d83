import { lookLater, type RestoreJob, type RestoreWork } from './restore-work.ts';
import { failRestore } from './settle-restore.ts';

/** The cloud is at something, which it may take `stuckAfter` for. */
export async function followSlow(job: RestoreJob, work: RestoreWork, what: string): Promise<void> {
  const { startedAt, askedAt } = job.record;
  const ageMs = work.deps.clock.now().getTime() - (startedAt ?? askedAt).getTime();
  if (ageMs > work.bounds.stuckAfterMs) return failRestore(job, work, what);
  lookLater(job, work);
}
