import { ChangeNotAllowedError, CloudRefusedCredentialsError, CloudUnreachableError } from '../ports.ts';
import { WrongProjectError } from '../same-project.ts';
import { startClearing, startDeletion } from './delete-backup.ts';
import type { Job } from './job.ts';
import { leaveOnConflict } from './leave-conflict.ts';
import { putBack } from './put-back.ts';
import { startBackup } from './start-backup.ts';
import { later, type Work } from './work.ts';

const UNREACHABLE_PAUSE_MS = 5_000;
const UNREACHABLE_LIMIT = 5;

/** One step for one job. What concerns this job only is settled here; what concerns the cloud is thrown. */
export async function takeStep(job: Job, work: Work): Promise<void> {
  try {
    await leaveOnConflict(job, work, () => stepOf(job, work));
    work.unreachableCount = 0;
  } catch (error) {
    if (!isUnsent(error)) throw error;
    if (error instanceof CloudUnreachableError) await noteUnreachable(work, error);
    await leaveOnConflict(job, work, () => putOff(job, work, error.message));
  }
}

function isUnsent(error: unknown): error is CloudUnreachableError | ChangeNotAllowedError {
  return error instanceof ChangeNotAllowedError || (error instanceof CloudUnreachableError && !error.sent);
}

async function putOff(job: Job, work: Work, why: string): Promise<void> {
  if (job.record.state === 'creating') return putBack(job, work, why);
  work.queue.defer(job, later(work, UNREACHABLE_PAUSE_MS));
}

function stepOf(job: Job, work: Work): Promise<void> {
  if (job.record.state === 'waiting') return startBackup(job, work);
  return job.record.state === 'clearing' ? startClearing(job, work) : startDeletion(job, work);
}

/** A look that fails proves nothing and changes nothing; it is repeated, a few times. */
export async function tolerate(work: Work, action: () => Promise<void>): Promise<void> {
  try {
    await action();
    work.unreachableCount = 0;
  } catch (error) {
    if (error instanceof CloudRefusedCredentialsError || error instanceof WrongProjectError) throw error;
    // The lease is over, which ends the rounds.
    if (error instanceof ChangeNotAllowedError) return;
    await noteUnreachable(work, error);
  }
}

async function noteUnreachable(work: Work, error: unknown): Promise<void> {
  work.unreachableCount += 1;
  if (work.unreachableCount >= UNREACHABLE_LIMIT) throw error;
  work.startsBlockedUntil = later(work, UNREACHABLE_PAUSE_MS);
  work.deps.log.warn('the cloud did not answer properly; trying again', {
    cloud: work.cloud.name,
    message: error instanceof Error ? error.message : String(error),
  });
}
