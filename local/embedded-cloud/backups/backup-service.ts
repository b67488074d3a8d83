import { type CloudState, toEpochSeconds } from '../state/cloud-state.ts';
import type { BackupRow } from '../state/rows.ts';
import { beginDeletion } from './backup-deletion.ts';
import { failBackup } from './backup-endings.ts';
import { interruptRestore } from './backup-restoration.ts';

const INTERRUPTED = 'incomplete backup reset on manager restart';
const CREATED_WHILE_DOWN = 'Create backup aborted, expected volume status backing-up but got available.';

/** Kills cinder-backup: what it was doing stands still, in whatever status it is. */
export function stopBackupService(cloud: CloudState): void {
  cloud.settle();
  cloud.isBackupServiceUp = false;
  for (const backup of cloud.backups.all()) backup.job = 0;
}

/**
 * Starts cinder-backup again, which clears up after itself: `creating` ends in `error`, `restoring` goes back to
 * `available` (its volume to `error_restoring`), deletions are resumed, but those of encrypted volumes' backups.
 *
 * @see cinder/backup/manager.py BackupManager._cleanup_one_backup; observed on Cinder 21.3.1 (Zed)
 */
export function startBackupService(cloud: CloudState): void {
  const nowMs = cloud.settle();
  cloud.isBackupServiceUp = true;
  for (const backup of [...cloud.backups.all()]) {
    if (backup.status === 'creating') {
      const reason = cloud.createdWhileDown.has(backup.id) ? CREATED_WHILE_DOWN : INTERRUPTED;
      failBackup(cloud, backup, reason, nowMs);
    } else if (backup.status === 'restoring') interruptRestore(cloud, backup, nowMs);
    else if (backup.status === 'deleting') resumeDeletion(cloud, backup, nowMs);
  }
  cloud.createdWhileDown.clear();
}

/** To delete the key of an encrypted one would take its user's own rights, which a restart does not have. */
function resumeDeletion(cloud: CloudState, backup: BackupRow, nowMs: number): void {
  if (backup.encryption_key_id === null) beginDeletion(cloud, backup, nowMs);
  else cloud.backups.update(backup, { status: 'error_deleting', updated_at: toEpochSeconds(nowMs) });
}
