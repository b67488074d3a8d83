import type { Answer, Call } from '../protocol/call.ts';
import { noSuchMethod, notFound, serverFault } from '../protocol/errors.ts';
import type { Columns } from '../protocol/filters.ts';
import {
  asksForEveryProject,
  type ListSource,
  listBody,
  listPage,
  rowsAskedFor,
} from '../protocol/listing.ts';
import { FROM } from '../protocol/microversion.ts';
import { lastOf } from '../protocol/paging.ts';
import { authorize, isVisible } from '../protocol/policy.ts';
import { isObject, isTruthy, trimmed, validateBody } from '../protocol/schema.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';
import type { NewestFirst } from '../state/newest-first.ts';
import type { BackupRow, Metadata } from '../state/rows.ts';
import { MEMBER_FILTERS } from '../surroundings/other-resources.ts';
import { createBackup } from './backup-creation.ts';
import { deleteBackup } from './backup-deletion.ts';
import { restoreBackup } from './backup-restoration.ts';
import { createBackupSchema, restoreSchema, updateBackupSchema } from './backup-schemas.ts';
import { backupDetail, backupSummary } from './backup-views.ts';

const COLUMNS: Columns<BackupRow> = {
  id: (row) => row.id,
  created_at: (row) => row.created_at,
  updated_at: (row) => row.updated_at,
  status: (row) => row.status,
  size: (row) => row.size,
  volume_id: (row) => row.volume_id,
  snapshot_id: (row) => row.snapshot_id,
  parent_id: (row) => row.parent_id,
  display_name: (row) => row.name,
  display_description: (row) => row.description,
  container: (row) => row.container,
  availability_zone: (row) => row.availability_zone,
  object_count: (row) => row.object_count,
  fail_reason: (row) => row.fail_reason,
  data_timestamp: (row) => row.data_timestamp,
  num_dependent_backups: (row) => row.num_dependent_backups,
  project_id: (row) => row.project_id,
  user_id: (row) => row.user_id,
  restore_volume_id: (row) => row.restore_volume_id,
  temp_volume_id: (row) => row.temp_volume_id,
};

export function listBackups(call: Call): Answer {
  return list(call, 'backups', backupSummary);
}

export function listBackupDetails(call: Call): Answer {
  return list(call, 'backups/detail', backupDetail);
}

function list(call: Call, collection: string, view: (call: Call, row: BackupRow) => unknown): Answer {
  const isEveryProject = asksForEveryProject(call);
  const source: ListSource<BackupRow> = {
    collection,
    rows: rowsToLookThrough(call),
    isListed: (row) => isEveryProject || row.project_id === call.caller.projectId,
    columns: COLUMNS,
    memberFilters: MEMBER_FILTERS.backup,
    aliases: { name: 'display_name' },
    sortsByNameFrom: FROM.sortByName,
    findMarker: (id) => findBackup(call, id),
  };
  authorize(call, 'backup:get_all', 'read');
  return { status: 200, body: listBody('backups', listPage(call, source), (row) => view(call, row)) };
}

/** The project's rows, or those of one volume (of whatever project) when it is asked for by id. */
function rowsToLookThrough(call: Call): NewestFirst<BackupRow> {
  const { backups } = call.cloud;
  const volumeId = lastOf(call.query, 'volume_id');
  return volumeId === undefined || asksForEveryProject(call)
    ? rowsAskedFor(call, backups)
    : backups.ofVolume(volumeId.toLowerCase());
}

/** @throws {Refusal} 404, also for a backup of another project. */
export function findBackup(call: Call, id: string): BackupRow {
  const backup = call.cloud.backups.get(id);
  if (backup === undefined || !isVisible(call, backup)) throw notFound('Backup', id);
  return backup;
}

export function backupOf(call: Call): BackupRow {
  return findBackup(call, call.params[0] ?? '');
}

export function showBackup(call: Call): Answer {
  const backup = backupOf(call);
  authorize(call, 'backup:get', 'read');
  return { status: 200, body: { backup: backupDetail(call, backup) } };
}

/** @see cinder/api/contrib/backups.py BackupsController.create */
export function postBackup(call: Call): Answer {
  validateBody(call.body, createBackupSchema(call.version));
  const asked = innerOf(call.body, 'backup');
  const row = createBackup(call, {
    volumeId: String(asked.volume_id),
    name: trimmed(asked.name),
    description: textOrNull(asked.description),
    container: textOrNull(asked.container),
    isIncremental: isTruthy(asked.incremental),
    isForced: isTruthy(asked.force),
    snapshotId: textOrNull(asked.snapshot_id),
    availabilityZone: textOrNull(asked.availability_zone),
    metadata: (asked.metadata ?? {}) as Metadata,
  });
  return { status: 202, body: { backup: backupSummary(call, row) } };
}

/** From 3.9 on; `metadata` (3.43) replaces all that was there. */
export function putBackup(call: Call): Answer {
  if (call.version < FROM.updateBackup) throw noSuchMethod();
  validateBody(call.body, updateBackupSchema(call.version));
  const asked = innerOf(call.body, 'backup');
  const backup = backupOf(call);
  authorize(call, 'backup:update');
  call.cloud.backups.update(backup, {
    ...(Object.hasOwn(asked, 'name') && { name: trimmed(asked.name) }),
    ...(Object.hasOwn(asked, 'description') && { description: textOrNull(asked.description) }),
    ...(asked.metadata !== undefined && { metadata: asked.metadata as Metadata }),
    ...(Object.keys(asked).length > 0 && { updated_at: toEpochSeconds(call.nowMs) }),
  });
  return { status: 200, body: { backup: backupSummary(call, backup) } };
}

export function removeBackup(call: Call): Answer {
  const backup = backupOf(call);
  authorize(call, 'backup:delete');
  deleteBackup(call, backup, false);
  return { status: 202 };
}

export function postRestore(call: Call): Answer {
  validateBody(call.body, restoreSchema);
  const asked = innerOf(call.body, 'restore');
  const backup = backupOf(call);
  authorize(call, 'backup:restore');
  const volume = restoreBackup(call, backup, {
    volumeId: textOrNull(asked.volume_id),
    name: trimmed(asked.name),
  });
  const restore = { backup_id: backup.id, volume_id: volume.id, volume_name: volume.name };
  return { status: 202, body: { restore } };
}

/** The object inside a validated body; Cinder's own code fails over a `null` there, with a 500. */
function innerOf(body: unknown, name: string): Readonly<Record<string, unknown>> {
  const inner = isObject(body) ? body[name] : undefined;
  if (!isObject(inner)) throw serverFault();
  return inner;
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
