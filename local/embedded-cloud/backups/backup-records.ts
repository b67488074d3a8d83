import type { Answer, Call } from '../protocol/call.ts';
import { formatStamp, formatZuluStamp } from '../protocol/cloud-text.ts';
import { invalidBackup, invalidInput, notFound, serverFault } from '../protocol/errors.ts';
import { authorize } from '../protocol/policy.ts';
import { isObject, validateBody } from '../protocol/schema.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';
import type { BackupRow, Metadata } from '../state/rows.ts';
import { importSchema } from './backup-schemas.ts';
import { backupSummary } from './backup-views.ts';
import { backupOf } from './backups.ts';

const DRIVER = 'cinder.backup.drivers.posix.PosixBackupDriver';
const NO_VOLUME = '00000000-0000-0000-0000-000000000000';
const IMPORT_SECONDS = 1;

/** `GET /backups/{id}/export_record`: the row itself, parent and all, as base64 of JSON. */
export function exportRecord(call: Call): Answer {
  const backup = backupOf(call);
  authorize(call, 'backup:export-import');
  if (backup.status !== 'available') {
    throw invalidBackup(`Backup status must be available and not ${backup.status}.`);
  }
  if (!call.cloud.isBackupServiceUp) throw notFound('Service', 'cinder-backup');
  const backup_url = Buffer.from(JSON.stringify(toRecord(backup))).toString('base64');
  return { status: 200, body: { 'backup-record': { backup_service: DRIVER, backup_url } } };
}

function toRecord(row: BackupRow): Record<string, unknown> {
  const compactStamp = formatStamp(row.created_at).slice(0, 19).replaceAll(/\D/g, '');
  return {
    driver_info: {},
    id: row.id,
    user_id: row.user_id,
    project_id: row.project_id,
    volume_id: row.volume_id,
    host: 'cinder-local',
    availability_zone: row.availability_zone,
    container: row.container,
    parent_id: row.parent_id,
    status: row.status,
    fail_reason: row.fail_reason,
    size: row.size,
    display_name: row.name,
    display_description: row.description,
    service_metadata: `volume_${row.volume_id}_${compactStamp}_backup_${row.id}`,
    service: DRIVER,
    object_count: row.object_count,
    temp_volume_id: null,
    temp_snapshot_id: null,
    num_dependent_backups: row.num_dependent_backups ?? 0,
    snapshot_id: row.snapshot_id,
    data_timestamp: formatZuluStamp(row.data_timestamp),
    restore_volume_id: row.restore_volume_id,
    metadata: row.metadata,
    encryption_key_id: row.encryption_key_id,
    created_at: formatZuluStamp(row.created_at),
    updated_at: formatZuluStamp(row.updated_at),
    deleted_at: null,
    deleted: false,
  };
}

/**
 * `POST /backups/import_record`: takes a record in again under its own id and parent.
 *
 * @see cinder/backup/api.py API.import_record; texts observed on Cinder 21.3.1 (Zed)
 */
export function importRecord(call: Call): Answer {
  validateBody(call.body, importSchema);
  authorize(call, 'backup:backup-import');
  const { cloud, caller, nowMs } = call;
  const asked = (call.body as { 'backup-record': { backup_service: string; backup_url: string } })[
    'backup-record'
  ];
  if (!cloud.isBackupServiceUp) throw notFound('Service', asked.backup_service);
  const record = readRecord(asked.backup_url);
  const id = String(record.id);
  if (cloud.backups.get(id) !== undefined) throw invalidBackup('Backup already exists in database.');
  const isOurs = asked.backup_service === DRIVER;
  const size = isOurs ? sizeOf(record) : 0;
  cloud.quotas.reserve(caller.projectId, { backups: 1, backup_gigabytes: size });
  const row = importedRow(call, isOurs ? record : { id }, size);
  cloud.backups.insert(row);
  cloud.beginJob(row, nowMs, IMPORT_SECONDS, (atMs) => {
    const updated_at = toEpochSeconds(atMs);
    if (isOurs) cloud.backups.update(row, { status: 'available', updated_at });
    else
      cloud.backups.update(row, {
        status: 'error',
        fail_reason: noImporter(asked.backup_service),
        updated_at,
      });
  });
  // The answer is there before the record has been read as a whole.
  return { status: 201, body: { backup: backupSummary(call, { ...row, name: null }) } };
}

/** @throws {Refusal} 500 for what is no size: Cinder adds it to what the project uses, and fails over it. */
function sizeOf({ size }: Readonly<Record<string, unknown>>): number {
  if (isCount(size)) return size;
  throw serverFault();
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

function noImporter(service: string): string {
  return `Import record failed, cannot find backup service to perform the import. Request service ${service}.`;
}

function readRecord(url: string): Readonly<Record<string, unknown>> {
  const record = parseRecord(url);
  if (record === undefined) throw invalidInput("Can't parse backup record.");
  if (record.id === undefined) throw invalidInput('Provided backup record is missing an id');
  if (record.size === undefined) throw invalidInput('Provided backup record is missing size attribute');
  return record;
}

function parseRecord(url: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(url, 'base64').toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function importedRow(call: Call, record: Readonly<Record<string, unknown>>, size: number): BackupRow {
  const now = toEpochSeconds(call.nowMs);
  const text = (key: string): string | null => (typeof record[key] === 'string' ? record[key] : null);
  const stamp = (key: string): number | null => {
    const atMs = Date.parse(text(key) ?? '');
    return Number.isNaN(atMs) ? null : toEpochSeconds(atMs);
  };
  const count = (key: string): number => (isCount(record[key]) ? record[key] : 0);
  const isKnown = text('volume_id') !== null;
  const volume = call.cloud.storage.volumeOf(String(record.id));
  return {
    id: String(record.id),
    project_id: call.caller.projectId,
    user_id: call.caller.userId,
    volume_id: text('volume_id') ?? NO_VOLUME,
    snapshot_id: text('snapshot_id'),
    parent_id: text('parent_id'),
    name: text('display_name'),
    description: text('display_description'),
    container: text('container'),
    availability_zone: isKnown ? 'nova' : null,
    status: 'creating',
    size,
    object_count: count('object_count'),
    fail_reason: null,
    created_at: stamp('created_at') ?? now,
    updated_at: now,
    data_timestamp: stamp('data_timestamp'),
    num_dependent_backups: count('num_dependent_backups'),
    metadata: textsOf(record.metadata),
    encryption_key_id: text('encryption_key_id'),
    restore_volume_id: null,
    temp_volume_id: null,
    volume_name: volume?.name ?? null,
    volume_description: volume?.description ?? null,
    volume_metadata: volume?.metadata ?? {},
    job: 0,
  };
}

/** Metadata as far as it is some. */
function textsOf(value: unknown): Metadata {
  const items = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(items.filter((item): item is [string, string] => typeof item[1] === 'string'));
}
