import type { Call } from '../protocol/call.ts';
import { invalidBackup, notFound, serverFault } from '../protocol/errors.ts';
import { type CloudState, toEpochSeconds } from '../state/cloud-state.ts';
import type { BackupRow } from '../state/rows.ts';
import { cutReason, giveBackSource } from './backup-endings.ts';

/**
 * Accepts the deletion of a backup; it is gone later.
 *
 * The check for dependents looks at every child row, whatever its status, but only in the project of the token: an
 * administrator of another project can delete a full under its incrementals.
 *
 * @throws {Refusal} 400 for a wrong status or dependents, 404 while cinder-backup is down.
 * @see cinder/backup/api.py API.delete (Cinder 21.3.1)
 */
export function deleteBackup(call: Call, backup: BackupRow, isForced: boolean): void {
  const { cloud, caller } = call;
  if (!isForced && backup.status !== 'available' && backup.status !== 'error') {
    throw invalidBackup('Backup status must be available or error');
  }
  // To force, Cinder first asks cinder-backup whether it may, and waits for an answer until that times out.
  if (isForced && !cloud.isBackupServiceUp) throw serverFault();
  if (hasChildren(cloud, backup, caller.projectId)) {
    throw invalidBackup('Incremental backups exist for this backup.');
  }
  if (!cloud.isBackupServiceUp) throw notFound('Service', 'cinder-backup');
  const wasCreating = backup.status === 'creating';
  cloud.backups.update(backup, { status: 'deleting', updated_at: toEpochSeconds(call.nowMs) });
  const effect = call.takeFault('failDelete', 'stuck');
  if (effect?.stuck) {
    backup.job = 0;
    return;
  }
  beginDeletion(cloud, backup, call.nowMs, { wasCreating, failReason: effect?.failDelete?.reason });
}

function hasChildren(cloud: CloudState, backup: BackupRow, projectId: string): boolean {
  for (const other of cloud.backups.ofVolume(backup.volume_id)) {
    if (other.parent_id === backup.id && other.project_id === projectId) return true;
  }
  return false;
}

interface DeletionCourse {
  readonly wasCreating?: boolean;
  readonly failReason?: string | undefined;
}

/** Lets the deletion of a `deleting` backup take its time. */
export function beginDeletion(
  cloud: CloudState,
  backup: BackupRow,
  nowMs: number,
  { wasCreating = false, failReason }: DeletionCourse = {},
): void {
  cloud.beginJob(backup, nowMs, cloud.settings.durations.deleteSeconds, (atMs) => {
    if (wasCreating) giveBackSource(cloud, backup, atMs);
    if (failReason === undefined) destroyBackup(cloud, backup, atMs);
    else failDeletion(cloud, backup, failReason, atMs);
  });
}

/** A deletion that fails in the driver leaves `error`, not `error_deleting` (observed on Cinder 21.3.1). */
function failDeletion(cloud: CloudState, backup: BackupRow, reason: string, atMs: number): void {
  const updated_at = toEpochSeconds(atMs);
  cloud.backups.update(backup, { status: 'error', fail_reason: cutReason(reason), updated_at });
}

/**
 * Removes the row, gives its quota back and takes it off its parent's count: off a count above 0, even when
 * it is a failed child that was never added. Where the parent is gone Cinder fails over that, and gives nothing back.
 *
 * @see cinder/backup/manager.py BackupManager.delete_backup (Cinder 21.3.1)
 */
export function destroyBackup(cloud: CloudState, backup: BackupRow, atMs: number): void {
  cloud.backups.remove(backup);
  cloud.storage.remove(backup.id);
  cloud.createdWhileDown.delete(backup.id);
  const parent = backup.parent_id === null ? undefined : cloud.backups.get(backup.parent_id);
  if (parent === undefined && backup.parent_id !== null) return;
  cloud.quotas.release(backup.project_id, { backups: 1, backup_gigabytes: backup.size });
  if (!parent?.num_dependent_backups) return;
  cloud.backups.update(parent, {
    num_dependent_backups: parent.num_dependent_backups - 1,
    updated_at: toEpochSeconds(atMs),
  });
}
