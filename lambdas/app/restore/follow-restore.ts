import type { Volume } from '../../domain/volume.ts';
import { findFailureReason } from './find-failure-reason.ts';
import { reportRestore } from './report-restore.ts';
import { after, lookLater, type RestoreJob, type RestoreWork, saveRestoreJob } from './restore-work.ts';
import { failRestore, settleRestored } from './settle-restore.ts';
import { followUnseen } from './unseen.ts';

const STUCK_INTERVAL_MS = 300_000;
/** After so long nobody believes in it any more. */
const GIVEN_UP_MS = 7 * 24 * 3_600_000;

/**
 * Follows a restore on its volume: the backup is `available` again whatever comes of it.
 *
 * @see cinder/backup/manager.py BackupManager.restore_backup
 */
export async function followRestore(job: RestoreJob, work: RestoreWork): Promise<void> {
  const { targetId = '', backupId } = job.record;
  const volume = await work.cloud.getVolume(targetId);
  if (volume === undefined) {
    return failRestore(
      job,
      work,
      `volume ${targetId} is gone: someone deleted it while it was being restored`,
    );
  }
  if (volume.status === 'restoring-backup') return followRunning(job, work);
  if (volume.status.startsWith('error')) {
    const reason = await findFailureReason([backupId, targetId], job, work);
    return failRestore(job, work, `volume ${targetId} is ${volume.status}: ${reason}`);
  }
  if (hasEnded(job, volume)) return settleRestored(job, work);
  await followUnseen(job, work, job.record.into === 'new' ? 'creating' : 'waiting');
}

/**
 * Whether a volume that is not being restored has been: it is known to have begun, or the cloud has the volume as restored from this
 * backup, and did not before. (Of a volume that is restored to what it was itself the cloud says nothing.)
 */
function hasEnded({ record }: RestoreJob, { restoredFrom }: Volume): boolean {
  if (record.seenAt !== undefined) return true;
  return restoredFrom === record.backupId && record.formerBackupId !== record.backupId;
}

async function followRunning(job: RestoreJob, work: RestoreWork): Promise<void> {
  const now = work.deps.clock.now();
  const { seenAt = now, startedAt = now, state } = job.record;
  const ageMs = now.getTime() - startedAt.getTime();
  if (ageMs > GIVEN_UP_MS) return failRestore(job, work, 'the cloud does not come back on it');
  if (state === 'restoring' && ageMs > work.bounds.stuckAfterMs) {
    const reason = `still restoring after ${Math.round(ageMs / 60_000)} min`;
    await saveRestoreJob(job, work, { state: 'stuck', seenAt, reason });
    reportRestore(work.report, job.record, 'stuck', { isFailure: true });
    work.told.add(job.record.id);
  } else if (job.record.seenAt === undefined) await saveRestoreJob(job, work, { state, seenAt });
  if (job.record.state !== 'stuck') return lookLater(job, work);
  job.isLeft = true;
  job.nextAt = after(work, STUCK_INTERVAL_MS);
}
