import { storeBackupNow } from '../backups/backup-contents.ts';
import { giveBackSource } from '../backups/backup-endings.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { BackupRow } from '../state/rows.ts';

export type BackupPatch = Partial<Omit<BackupRow, 'id' | 'project_id' | 'created_at' | 'job'>>;

/**
 * Changes a row as an operator in the database would; a new status ends what was under way, and frees its source. A
 * backup that is `available` by it has what its source holds now.
 */
export function patchBackup(cloud: CloudState, id: string, patch: BackupPatch, nowMs: number): void {
  const row = requireBackup(cloud, id);
  if (patch.status !== undefined) {
    row.job = 0;
    if (row.status === 'creating') giveBackSource(cloud, row, nowMs);
  }
  cloud.backups.update(row, patch);
  const isStored = cloud.storage.manifestOf(id) !== undefined;
  if (row.status === 'available' && !isStored) storeBackupNow(cloud, row);
}

/** Removes a backup at once, as an operator would in the database and in the storage: no check for dependents. */
export function dropBackup(cloud: CloudState, id: string): void {
  forgetBackup(cloud, id);
  cloud.storage.remove(id);
}

/** Removes the row alone, as a database does that was lost; its record can be imported again. */
export function forgetBackup(cloud: CloudState, id: string): void {
  const row = requireBackup(cloud, id);
  row.job = 0;
  cloud.backups.remove(row);
  cloud.quotas.release(row.project_id, { backups: 1, backup_gigabytes: row.size });
}

function requireBackup(cloud: CloudState, id: string): BackupRow {
  const row = cloud.backups.get(id);
  if (row === undefined) throw new Error(`backup ${id}: no such backup in the embedded cloud`);
  return row;
}
