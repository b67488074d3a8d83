import type { CreateOutcome, DeleteOutcome } from '../../app/ports.ts';
import type { SnapshotId, VolumeId } from '../../domain/backup.ts';
import type { Snapshot } from '../../domain/volume.ts';
import { SNAPSHOT_WITHOUT_FORCE_MINOR } from './microversion.ts';
import { createThing, deleteThing, getThing } from './outcomes.ts';
import { listPages } from './pages.ts';
import type { CinderSession } from './session.ts';
import { toSnapshot } from './wire.ts';

const PATH = '/snapshots';

export interface CreateSnapshotRequest {
  readonly volumeId: VolumeId;
  readonly name: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** GET /snapshots/detail → 200. Both filters are exact. */
export function listSnapshots(
  session: CinderSession,
  query: { readonly name?: string; readonly volumeId?: VolumeId } = {},
): AsyncIterable<readonly Snapshot[]> {
  return listPages(session, {
    path: `${PATH}/detail`,
    key: 'snapshots',
    filters: { name: query.name, volume_id: query.volumeId },
    toItem: toSnapshot,
  });
}

export function getSnapshot(session: CinderSession, id: SnapshotId): Promise<Snapshot | undefined> {
  return getThing(session, 'Snapshot', PATH, id, toSnapshot);
}

/**
 * POST /snapshots → 202, of an in-use volume too.
 *
 * @see cinder/api/v3/snapshots.py SnapshotsController.create
 */
export async function createSnapshot(
  session: CinderSession,
  request: CreateSnapshotRequest,
): Promise<CreateOutcome<SnapshotId>> {
  const { minor } = await session.identify();
  const snapshot = {
    volume_id: request.volumeId,
    name: request.name,
    ...(minor < SNAPSHOT_WITHOUT_FORCE_MINOR && { force: true }),
    ...(request.metadata !== undefined && { metadata: request.metadata }),
  };
  return createThing(session, 'snapshot', { method: 'POST', path: PATH, body: { snapshot } });
}

/** DELETE /snapshots/{id} → 202; the work follows, and may end in `error_deleting`. */
export function deleteSnapshot(session: CinderSession, id: SnapshotId): Promise<DeleteOutcome> {
  return deleteThing(session, 'Snapshot', PATH, id);
}
