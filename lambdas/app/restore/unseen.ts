import { lookLater, type RestoreJob, type RestoreWork, saveRestoreJob } from './restore-work.ts';

/** A POST without an answer is repeated once it stayed without a trace for this long. */
const UNSEEN_MS = 120_000;

/** There is no trace of what was asked for: it is waited for, and then asked for again from `state`. */
export async function followUnseen(
  job: RestoreJob,
  work: RestoreWork,
  state: 'waiting' | 'creating',
): Promise<void> {
  const now = work.deps.clock.now();
  const { unseenSinceAt, state: present } = job.record;
  if (unseenSinceAt === undefined) await saveRestoreJob(job, work, { state: present, unseenSinceAt: now });
  else if (now.getTime() - unseenSinceAt.getTime() > UNSEEN_MS) {
    await saveRestoreJob(job, work, { state });
    job.nextAt = now;
    return;
  }
  lookLater(job, work);
}
