import type { CreateOutcome, CreateVolumeRequest, DeleteOutcome } from '../../app/ports.ts';
import type { VolumeId } from '../../domain/backup.ts';
import type { Volume } from '../../domain/volume.ts';
import { createThing, deleteThing, getThing } from './outcomes.ts';
import { listPages } from './pages.ts';
import type { CinderSession } from './session.ts';
import { toVolume } from './wire.ts';

const PATH = '/volumes';
/** Metadata that Cinder writes itself, of the attachment and of the last restore: of another volume they would be untrue. */
const OWN_METADATA: ReadonlySet<string> = new Set(['readonly', 'attached_mode', 'src_backup_id']);

/** GET /volumes/detail → 200, with the attachments. The filter is exact. */
export function listVolumes(
  session: CinderSession,
  query: { readonly name?: string } = {},
): AsyncIterable<readonly Volume[]> {
  return listPages(session, {
    path: `${PATH}/detail`,
    key: 'volumes',
    filters: { name: query.name },
    toItem: toVolume,
  });
}

export function getVolume(session: CinderSession, id: VolumeId): Promise<Volume | undefined> {
  return getThing(session, 'Volume', PATH, id, toVolume);
}

/**
 * POST /volumes → 202; the volume is `creating` first. Of the metadata what is Cinder's own is left out.
 *
 * @see cinder/api/v3/volumes.py VolumeController.create
 */
export async function createVolume(
  session: CinderSession,
  request: CreateVolumeRequest,
): Promise<CreateOutcome<VolumeId>> {
  const { description, volumeType, availabilityZone, metadata } = request;
  const volume = {
    name: request.name,
    size: request.sizeGib,
    ...(description !== undefined && { description }),
    ...(volumeType !== undefined && { volume_type: volumeType }),
    ...(availabilityZone !== undefined && { availability_zone: availabilityZone }),
    ...(metadata !== undefined && { metadata: withoutOwn(metadata) }),
  };
  return createThing(session, 'volume', { method: 'POST', path: PATH, body: { volume } });
}

/**
 * DELETE /volumes/{id} → 202; the work follows. Refused while the volume is in use, is worked on or has snapshots.
 *
 * @see cinder/volume/api.py API.delete
 */
export function deleteVolume(session: CinderSession, id: VolumeId): Promise<DeleteOutcome> {
  return deleteThing(session, 'Volume', PATH, id);
}

function withoutOwn(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => !OWN_METADATA.has(key)));
}
