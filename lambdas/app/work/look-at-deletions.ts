import type { Backup, BackupId } from '../../domain/backup.ts';
import { finishDeletion, noteFailedDeletion, noteSlowDeletion } from './delete-backup.ts';
import { eachAtOnce } from './each-at-once.ts';
import type { Job } from './job.ts';
import { leaveOnConflict } from './leave-conflict.ts';
import { noteEnded } from './note-ended.ts';
import type { Work } from './work.ts';

/**
 * Every status in which a backup can be after a DELETE was accepted, in the order in which it can pass through them: read in
 * this order, complete lists cannot miss one that exists.
 *
 * @see cinder/backup/manager.py BackupManager.delete_backup
 */
const STATUSES_AFTER_DELETE = ['deleting', 'error', 'error_deleting'] as const;

/** What may still be there of the backups that are being deleted, as far as it takes to judge these jobs. */
export async function findRemaining(
  jobs: readonly Job[],
  work: Work,
): Promise<ReadonlyMap<BackupId, Backup>> {
  const remaining = new Map<BackupId, Backup>();
  const isRemaining = ({ backupId }: Job) => backupId !== undefined && remaining.has(backupId);
  for (const status of STATUSES_AFTER_DELETE) {
    if (jobs.every(isRemaining)) break;
    for await (const page of work.cloud.listBackups({ status })) {
      for (const backup of page) remaining.set(backup.id, backup);
    }
  }
  return remaining;
}

/** A deletion is done when the backup is in none of the complete lists read after it was accepted; in doubt a GET decides. */
export async function judgeDeletions(
  jobs: readonly Job[],
  remaining: ReadonlyMap<BackupId, Backup>,
  work: Work,
): Promise<void> {
  const gone: Job[] = [];
  const present: (readonly [Job, Backup])[] = [];
  await eachAtOnce(jobs, async (job) => {
    const backup = job.backupId === undefined ? undefined : await find(job, job.backupId, remaining, work);
    if (backup === undefined) gone.push(job);
    else present.push([job, backup]);
  });
  await noteEnded(gone, work);
  await eachAtOnce(gone, (job) => leaveOnConflict(job, work, () => finishGone(job, work)));
  await eachAtOnce(present, ([job, backup]) =>
    leaveOnConflict(job, work, () => notePresent(job, backup, work)),
  );
}

function notePresent(job: Job, backup: Backup, work: Work): Promise<void> {
  return backup.status === 'deleting' ? noteSlowDeletion(job, work) : noteFailedDeletion(job, backup, work);
}

function finishGone(job: Job, work: Work): Promise<void> {
  work.pace.noteEnd('leaving', work.deps.clock.now().getTime() - job.phaseSince.getTime());
  return finishDeletion(job, work);
}

async function find(
  job: Job,
  backupId: BackupId,
  remaining: ReadonlyMap<BackupId, Backup>,
  work: Work,
): Promise<Backup | undefined> {
  const listed = remaining.get(backupId);
  if (listed !== undefined || job.isDeleteAccepted === true) return listed;
  return work.cloud.getBackup(backupId);
}
