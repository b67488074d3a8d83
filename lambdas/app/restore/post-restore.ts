import type { Volume } from '../../domain/volume.ts';
import type { RestoreRefusal } from '../ports.ts';
import { enterPhase, type RestoreJob, type RestoreWork, saveRestoreJob } from './restore-work.ts';
import { failRestore } from './settle-restore.ts';
import { waitFor } from './wait-for.ts';

const PASSING: ReadonlySet<RestoreRefusal> = new Set([
  'not-now',
  'volume-not-available',
  'backup-not-available',
]);

/**
 * Asks for the restore into a volume that is `available`, once that is written down. A restore that was perhaps never asked for is asked
 * for again: into the same volume it does the same again.
 */
export async function postRestore(job: RestoreJob, volume: Volume, work: RestoreWork): Promise<void> {
  const {
    unseenSinceAt: _past,
    seenAt: _earlier,
    formerBackupId: _other,
    reason: _obstacle,
    ...record
  } = job.record;
  job.record = record;
  await saveRestoreJob(job, work, {
    state: 'restoring',
    targetId: volume.id,
    startedAt: record.startedAt ?? work.deps.clock.now(),
    ...(volume.restoredFrom !== undefined && { formerBackupId: volume.restoredFrom }),
  });
  enterPhase(job, work);
  const outcome = await work.cloud.restoreBackup(record.backupId, { volumeId: volume.id });
  // From then on the volume is `restoring-backup`: when it is not any more, the restore has ended.
  if (outcome.outcome === 'accepted') {
    return saveRestoreJob(job, work, { state: 'restoring', seenAt: work.deps.clock.now() });
  }
  if (outcome.outcome !== 'refused') return;
  const state = record.into === 'new' ? 'creating' : 'waiting';
  await (PASSING.has(outcome.cause)
    ? waitFor(job, work, state, outcome.message)
    : failRestore(job, work, outcome.message));
}
