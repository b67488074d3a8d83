import type { Volume } from '../../domain/volume.ts';
import { findFailureReason } from './find-failure-reason.ts';
import { findOwnVolumes } from './find-own-volumes.ts';
import { followSlow } from './follow-slow.ts';
import { postRestore } from './post-restore.ts';
import { type RestoreJob, type RestoreWork, saveRestoreJob } from './restore-work.ts';
import { failRestore } from './settle-restore.ts';
import { followUnseen } from './unseen.ts';
import { waitFor } from './wait-for.ts';

/** Waits for the new volume, and asks for the restore into it as soon as it is available. */
export async function followCreation(job: RestoreJob, work: RestoreWork): Promise<void> {
  const volume = await findMade(job, work);
  if (volume === undefined) return followUnseen(job, work, 'waiting');
  switch (volume.status) {
    case 'available':
      return restoreInto(job, volume, work);
    case 'creating':
      return followSlow(job, work, `the new volume ${volume.id} is still being made`);
    case 'restoring-backup':
      // A restore whose answer was lost has begun after all.
      return saveRestoreJob(job, work, { state: 'restoring', targetId: volume.id });
    default:
      break;
  }
  if (volume.status.startsWith('error')) {
    const reason = await findFailureReason([volume.id], job, work);
    return failRestore(job, work, `the new volume ${volume.id} is ${volume.status}: ${reason}`);
  }
  await followSlow(job, work, `the new volume ${volume.id} is ${volume.status}`);
}

/** The one that the last attempt asked for; one of an earlier attempt that came late will do as well. */
async function findMade(job: RestoreJob, work: RestoreWork): Promise<Volume | undefined> {
  const volumes = await findOwnVolumes(job.record, work);
  return volumes.find(({ status }) => status !== 'deleting' && !status.startsWith('error')) ?? volumes[0];
}

async function restoreInto(job: RestoreJob, volume: Volume, work: RestoreWork): Promise<void> {
  const backup = await work.cloud.getBackup(job.record.backupId);
  if (backup?.status === 'available') return postRestore(job, volume, work);
  if (backup?.status === 'restoring') {
    return waitFor(job, work, 'creating', 'another restore of the same backup is under way');
  }
  const what = backup === undefined ? 'is gone' : `is ${backup.statusText}`;
  await failRestore(job, work, `backup ${job.record.backupId} ${what}`);
}
