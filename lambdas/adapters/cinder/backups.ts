import type {
  BackupQuery,
  CreateBackupRequest,
  CreateOutcome,
  DeleteOutcome,
  RestoreOutcome,
  UpdateBackupRequest,
  UpdateOutcome,
} from '../../app/ports.ts';
import type { Backup, BackupId, VolumeId } from '../../domain/backup.ts';
import { createThing, deleteThing, encodeId, getThing, startRestore, updateThing } from './outcomes.ts';
import { listPages } from './pages.ts';
import type { CinderSession } from './session.ts';
import { toBackup } from './wire.ts';

const PATH = '/backups';

/**
 * GET /backups/detail → 200. Details cost the API hardly more than summaries. Members can filter by these three only, exactly.
 *
 * @see etc/cinder/resource_filters.json
 */
export function listBackups(
  session: CinderSession,
  query: BackupQuery = {},
): AsyncIterable<readonly Backup[]> {
  return listPages(session, {
    path: `${PATH}/detail`,
    key: 'backups',
    filters: { volume_id: query.volumeId, name: query.name, status: query.status },
    toItem: toBackup,
  });
}

export function getBackup(session: CinderSession, id: BackupId): Promise<Backup | undefined> {
  return getThing(session, 'Backup', PATH, id, toBackup);
}

/**
 * POST /backups → 202 with nothing but id, name and links. Cinder picks the parent of an incremental; the caller cannot.
 *
 * @see cinder/api/schemas/backups.py create (no property but these; metadata from 3.43 on)
 */
export async function createBackup(
  session: CinderSession,
  request: CreateBackupRequest,
): Promise<CreateOutcome<BackupId>> {
  const { hasBackupMetadata } = await session.identify();
  const { description, force, snapshotId, container, metadata } = request;
  const backup = {
    volume_id: request.volumeId,
    name: request.name,
    incremental: request.type === 'incremental',
    ...(description !== undefined && { description }),
    ...(force !== undefined && { force }),
    ...(snapshotId !== undefined && { snapshot_id: snapshotId }),
    ...(container !== undefined && { container }),
    ...(metadata !== undefined && hasBackupMetadata && { metadata }),
  };
  return createThing(session, 'backup', {
    method: 'POST',
    path: PATH,
    body: { backup },
    tokenUse: 'long-work',
  });
}

/**
 * PUT /backups/{id} → 200, from 3.9 on, `metadata` (3.43) in place of all that was there; whatever the backup's status.
 *
 * @see cinder/api/v3/backups.py BackupsController.update
 */
export async function updateBackup(
  session: CinderSession,
  id: BackupId,
  { name, description, metadata }: UpdateBackupRequest,
): Promise<UpdateOutcome> {
  const { hasBackupMetadata } = await session.identify();
  const backup = {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && hasBackupMetadata && { metadata }),
  };
  return updateThing(session, 'Backup', PATH, id, { backup });
}

/** DELETE /backups/{id} → 202 with an empty body; the work follows, and may end in `error`. */
export function deleteBackup(session: CinderSession, id: BackupId): Promise<DeleteOutcome> {
  return deleteThing(session, 'Backup', PATH, id);
}

/**
 * POST /backups/{id}/restore → 202; the volume is `restoring-backup` from then on.
 *
 * @see cinder/backup/api.py API.restore
 */
export function restoreBackup(
  session: CinderSession,
  id: BackupId,
  volumeId: VolumeId,
): Promise<RestoreOutcome> {
  return startRestore(session, {
    method: 'POST',
    path: `${PATH}/${encodeId(id)}/restore`,
    body: { restore: { volume_id: volumeId } },
    tokenUse: 'long-work',
  });
}
