import { randomUUID } from 'node:crypto';
import { type CloudState, toEpochSeconds } from '../state/cloud-state.ts';
import type { BackupRow } from '../state/rows.ts';
import { removeTemporaryVolume } from '../volumes/temporary-volumes.ts';
import { storeBackup } from './backup-contents.ts';

const FAIL_REASON_MAX = 255;
const PARENT_LOST = 'Failed to read the hashes of the parent: its objects are not in the storage.';

/** @see cinder/backup/drivers/posix.py PosixBackupDriver.update_container_name */
function driverContainer(id: string): string {
  return `${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`;
}

/**
 * Ends a backup well: its bytes are stored, it is `available`, its source is what it was, and its parent counts one
 * dependent more. One whose parent's bytes are gone fails instead.
 *
 * @see cinder/backup/manager.py BackupManager._finish_backup (Cinder 21.3.1)
 */
export function finishBackup(cloud: CloudState, row: BackupRow, atMs: number): void {
  const objectCount = storeBackup(cloud, row);
  if (objectCount === undefined) {
    failBackup(cloud, row, PARENT_LOST, atMs, 'driver');
    return;
  }
  giveBackSource(cloud, row, atMs);
  const updated_at = toEpochSeconds(atMs);
  cloud.backups.update(row, {
    status: 'available',
    container: row.container ?? driverContainer(row.id),
    object_count: objectCount,
    updated_at,
  });
  countDependent(cloud, row, { updated_at });
}

/** Lets the parent of a backup that has become available count one dependent more. */
export function countDependent(
  { backups }: CloudState,
  row: BackupRow,
  changes: Pick<Partial<BackupRow>, 'updated_at'>,
): void {
  const parent = row.parent_id === null ? undefined : backups.get(row.parent_id);
  if (parent === undefined) return;
  backups.update(parent, { ...changes, num_dependent_backups: (parent.num_dependent_backups ?? 0) + 1 });
}

/** Gives the volume, or the snapshot, back the status that it had before its backup; temporary copies go. */
export function giveBackSource(cloud: CloudState, row: BackupRow, atMs: number): void {
  const updated_at = toEpochSeconds(atMs);
  cloud.contents.remove(row.id);
  if (row.temp_volume_id !== null) {
    removeTemporaryVolume(cloud, row.temp_volume_id);
    cloud.backups.update(row, { temp_volume_id: null });
  }
  const snapshot = row.snapshot_id === null ? undefined : cloud.snapshots.get(row.snapshot_id);
  if (snapshot?.status === 'backing-up') {
    cloud.snapshots.update(snapshot, { status: 'available', updated_at });
  }
  const volume = row.snapshot_id === null ? cloud.volumes.get(row.volume_id) : undefined;
  if (volume?.status === 'backing-up') {
    const status = volume.previous_status ?? 'available';
    cloud.volumes.update(volume, { status, previous_status: 'backing-up', updated_at });
  }
}

/** A failure's reason as it fits its column: cut at 255 characters, mid-word. */
export const cutReason = (reason: string): string => reason.slice(0, FAIL_REASON_MAX);

/** What Cinder tells the user of a backup that failed, by where it failed. */
const FAILURES = {
  attach: ['VOLUME_VOLUME_BACKUP_013_021', 'create backup:Failed to attach volume.'],
  driver: ['VOLUME_VOLUME_BACKUP_013_020', 'create backup:Backup driver failed to create backup.'],
} as const;

/** Ends a backup in `error`; its source goes back to what it was. A restart of cinder-backup tells the user nothing. */
export function failBackup(
  cloud: CloudState,
  row: BackupRow,
  reason: string,
  atMs: number,
  where?: keyof typeof FAILURES,
): void {
  giveBackSource(cloud, row, atMs);
  const updated_at = toEpochSeconds(atMs);
  cloud.backups.update(row, { status: 'error', fail_reason: cutReason(reason), updated_at });
  if (where === undefined) return;
  const [eventId, text] = FAILURES[where];
  addBackupMessage(cloud, row, eventId, text, atMs);
}

/** Leaves the user message by which Cinder says what went wrong in the background. */
export function addBackupMessage(
  cloud: CloudState,
  row: BackupRow,
  eventId: string,
  text: string,
  atMs: number,
): void {
  cloud.addMessage({
    id: randomUUID(),
    project_id: row.project_id,
    event_id: eventId,
    user_message: text,
    created_at: toEpochSeconds(atMs),
    request_id: `req-${randomUUID()}`,
    resource_type: 'VOLUME_BACKUP',
    resource_uuid: row.id,
  });
}
