import type { Backup, BackupStatus } from '../../domain/backup.ts';
import type { Snapshot, Volume } from '../../domain/volume.ts';
import {
  readCount,
  readCountOrZero,
  readFlag,
  readInstant,
  readList,
  readOptionalText,
  readRow,
  readText,
  readTextMap,
  readTextOrEmpty,
} from './fields.ts';

const STATUSES: ReadonlySet<string> = new Set<BackupStatus>([
  'creating',
  'available',
  'restoring',
  'deleting',
  'error',
  'error_deleting',
]);

/**
 * A row of `GET /backups/detail`. Unknown fields are let be; a status that we do not know is `unknown`.
 *
 * @throws {CinderProtocolError} a field of another shape, by its name.
 * @see cinder/api/v3/views/backups.py ViewBuilder.detail
 */
export function toBackup(value: unknown): Backup {
  const row = readRow(value, 'backup');
  const statusText = readText(row, 'status', 'backup');
  const createdAt = readInstant(row, 'created_at', 'backup');
  const failReason = readOptionalText(row, 'fail_reason', 'backup');
  const snapshotId = readOptionalText(row, 'snapshot_id', 'backup');
  const container = readOptionalText(row, 'container', 'backup');
  const metadata = readTextMap(row, 'metadata', 'backup');
  return {
    id: readText(row, 'id', 'backup'),
    volumeId: readText(row, 'volume_id', 'backup'),
    name: readTextOrEmpty(row, 'name', 'backup'),
    description: readTextOrEmpty(row, 'description', 'backup'),
    status: isKnownStatus(statusText) ? statusText : 'unknown',
    statusText,
    isIncremental: readFlag(row, 'is_incremental', 'backup'),
    hasDependentBackups: readFlag(row, 'has_dependent_backups', 'backup'),
    sizeGib: readCountOrZero(row, 'size', 'backup'),
    objectCount: readCountOrZero(row, 'object_count', 'backup'),
    createdAt,
    dataTimestampAt: readDataTimestamp(row, createdAt),
    ...(failReason !== undefined && { failReason }),
    ...(snapshotId !== undefined && { snapshotId }),
    ...(container !== undefined && { container }),
    ...(metadata !== undefined && { metadata }),
  };
}

function isKnownStatus(text: string): text is BackupStatus {
  return STATUSES.has(text);
}

/** An import that failed leaves a row without one (observed on Cinder 21.3.1, Zed). */
function readDataTimestamp(row: Readonly<Record<string, unknown>>, createdAt: Date): Date {
  const value = row.data_timestamp;
  return value === null || value === undefined || value === row.created_at
    ? createdAt
    : readInstant(row, 'data_timestamp', 'backup');
}

/**
 * A row of `GET /volumes/detail`.
 *
 * @throws {CinderProtocolError} a field of another shape, by its name.
 * @see cinder/api/v3/views/volumes.py ViewBuilder.detail
 */
export function toVolume(value: unknown): Volume {
  const row = readRow(value, 'volume');
  const volumeType = readOptionalText(row, 'volume_type', 'volume');
  const availabilityZone = readOptionalText(row, 'availability_zone', 'volume');
  const description = readOptionalText(row, 'description', 'volume');
  const metadata = readTextMap(row, 'metadata', 'volume') ?? {};
  const restoredFrom = metadata.src_backup_id;
  return {
    id: readText(row, 'id', 'volume'),
    name: readTextOrEmpty(row, 'name', 'volume'),
    status: readText(row, 'status', 'volume'),
    sizeGib: readCount(row, 'size', 'volume'),
    metadata,
    serverIds: readList(row, 'attachments', 'volume').flatMap(toServerId),
    createdAt: readInstant(row, 'created_at', 'volume'),
    ...(volumeType !== undefined && { volumeType }),
    ...(availabilityZone !== undefined && { availabilityZone }),
    ...(description !== undefined && { description }),
    ...(restoredFrom !== undefined && { restoredFrom }),
  };
}

/** Attached to a host, a volume has no server. */
function toServerId(value: unknown): readonly string[] {
  const id = readOptionalText(readRow(value, 'attachment'), 'server_id', 'attachment');
  return id === undefined ? [] : [id];
}

/**
 * A row of `GET /snapshots/detail`.
 *
 * @throws {CinderProtocolError} a field of another shape, by its name.
 * @see cinder/api/views/snapshots.py ViewBuilder.detail
 */
export function toSnapshot(value: unknown): Snapshot {
  const row = readRow(value, 'snapshot');
  return {
    id: readText(row, 'id', 'snapshot'),
    volumeId: readText(row, 'volume_id', 'snapshot'),
    name: readTextOrEmpty(row, 'name', 'snapshot'),
    status: readText(row, 'status', 'snapshot'),
    sizeGib: readCount(row, 'size', 'snapshot'),
    createdAt: readInstant(row, 'created_at', 'snapshot'),
  };
}
