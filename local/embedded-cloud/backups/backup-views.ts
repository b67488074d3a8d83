import type { Call } from '../protocol/call.ts';
import { formatStamp, formatStampOrNull } from '../protocol/cloud-text.ts';
import { FROM } from '../protocol/microversion.ts';
import type { BackupRow } from '../state/rows.ts';

/** @see cinder/api/views/backups.py ViewBuilder.summary */
export function backupSummary(call: Call, row: BackupRow): Record<string, unknown> {
  return { id: row.id, name: row.name, links: call.links.to('backups', row.id) };
}

/**
 * A backup in full. There is no parent in it: of the chain a client sees only the two flags, and
 * `has_dependent_backups` counts available children alone.
 *
 * @see cinder/api/v3/views/backups.py ViewBuilder.detail
 */
export function backupDetail(call: Call, row: BackupRow): Record<string, unknown> {
  const view: Record<string, unknown> = {
    id: row.id,
    status: row.status,
    size: row.size,
    object_count: row.object_count,
    availability_zone: row.availability_zone,
    container: row.container,
    created_at: formatStamp(row.created_at),
    updated_at: formatStampOrNull(row.updated_at),
    name: row.name,
    description: row.description,
    fail_reason: row.fail_reason,
    volume_id: row.volume_id,
    links: call.links.to('backups', row.id),
    is_incremental: row.parent_id !== null,
    has_dependent_backups: (row.num_dependent_backups ?? 0) > 0,
    snapshot_id: row.snapshot_id,
    data_timestamp: formatStampOrNull(row.data_timestamp),
  };
  if (call.version >= FROM.backupMetadata) view.metadata = row.metadata;
  if (call.version >= FROM.encryptionKeyId && row.encryption_key_id !== null) {
    view.encryption_key_id = row.encryption_key_id;
  }
  if (call.caller.isAdmin) {
    if (call.version >= FROM.projectOfBackup) view['os-backup-project-attr:project_id'] = row.project_id;
    if (call.version >= FROM.userOfBackup) view.user_id = row.user_id;
  }
  return view;
}
