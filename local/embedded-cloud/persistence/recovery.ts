import { startBackupService } from '../backups/backup-service.ts';
import { beginSnapshotDeletion } from '../snapshots/snapshots.ts';
import type { CloudState } from '../state/cloud-state.ts';
import { beginVolumeDeletion } from '../volumes/volume-deletion.ts';

/**
 * Clears up as Cinder's services do when they start: what was being made or restored has failed, deletions go on.
 *
 * @see cinder/backup/manager.py BackupManager._cleanup_one_backup and cinder/volume/manager.py
 *   VolumeManager._do_cleanup (Cinder 21.3.1); there an `extending` volume, and a snapshot that is being deleted, stay
 *   so for ever.
 */
export function recoverWork(cloud: CloudState): void {
  startBackupService(cloud);
  const nowMs = cloud.settle();
  const { volumes, snapshots } = cloud;
  for (const volume of volumes.all()) {
    if (volume.status === 'creating') volumes.update(volume, { status: 'error' });
    else if (volume.status === 'extending') volumes.update(volume, { status: 'error_extending' });
    else if (volume.status === 'deleting') beginVolumeDeletion(cloud, volume, nowMs);
  }
  for (const snapshot of snapshots.all()) {
    if (snapshot.status === 'creating') snapshots.update(snapshot, { status: 'error' });
    else if (snapshot.status === 'deleting') beginSnapshotDeletion(cloud, snapshot, nowMs);
  }
}

/** Removes content that no row speaks of, as a crash between the two leaves it. */
export function sweepContents({ contents, volumes, snapshots }: CloudState): void {
  for (const owner of contents.owners()) {
    if (volumes.get(owner) === undefined && snapshots.get(owner) === undefined) contents.remove(owner);
  }
}
