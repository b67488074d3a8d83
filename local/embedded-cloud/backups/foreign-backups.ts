import { randomUUID } from 'node:crypto';
import { type CloudState, toEpochSeconds } from '../state/cloud-state.ts';
import type { BackupRow, Metadata } from '../state/rows.ts';
import { storeBackupNow } from './backup-contents.ts';
import { countDependent } from './backup-endings.ts';

/** A backup that somebody else made, in the same project. */
export interface ForeignBackup {
  readonly volumeId: string;
  readonly id?: string;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly status?: string;
  readonly sizeGib?: number;
  readonly metadata?: Metadata;
  readonly parentId?: string | null;
  readonly snapshotId?: string | null;
  /** Default: now. */
  readonly createdAt?: Date;
  /** Default: `createdAt`. */
  readonly dataTimestamp?: Date;
}

/** Puts a finished backup there, with its effect on quota and on its parent's count; returns its id. */
export function insertForeignBackup(cloud: CloudState, backup: ForeignBackup): string {
  const nowMs = cloud.settle();
  const volume = cloud.volumes.get(backup.volumeId);
  const created_at = toEpochSeconds(backup.createdAt?.getTime() ?? nowMs);
  const id = backup.id ?? randomUUID();
  const row: BackupRow = {
    id,
    project_id: cloud.identity.project.id,
    user_id: cloud.identity.member.id,
    volume_id: backup.volumeId,
    snapshot_id: backup.snapshotId ?? null,
    parent_id: backup.parentId ?? null,
    name: backup.name ?? null,
    description: backup.description ?? null,
    container: null,
    availability_zone: null,
    status: backup.status ?? 'available',
    size: backup.sizeGib ?? volume?.size ?? 1,
    object_count: 1,
    fail_reason: null,
    created_at,
    updated_at: created_at,
    data_timestamp: backup.dataTimestamp ? toEpochSeconds(backup.dataTimestamp.getTime()) : created_at,
    num_dependent_backups: null,
    metadata: backup.metadata ?? {},
    encryption_key_id: null,
    restore_volume_id: null,
    temp_volume_id: null,
    volume_name: volume?.name ?? null,
    volume_description: volume?.description ?? null,
    volume_metadata: volume?.metadata ?? {},
    job: 0,
  };
  cloud.backups.insert(row);
  if (row.status === 'available') storeBackupNow(cloud, row);
  cloud.quotas.add(row.project_id, { backups: 1, backup_gigabytes: row.size });
  if (row.status === 'available') countDependent(cloud, row, {});
  return id;
}
