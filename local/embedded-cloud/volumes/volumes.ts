import { randomUUID } from 'node:crypto';
import { restoreIntoNewVolume } from '../backups/backup-restoration.ts';
import type { Answer, Call } from '../protocol/call.ts';
import { badRequest } from '../protocol/errors.ts';
import { readBoolean } from '../protocol/filters.ts';
import { FROM } from '../protocol/microversion.ts';
import { lastOf } from '../protocol/paging.ts';
import { authorize } from '../protocol/policy.ts';
import { textAsked, trimmed, validateBody } from '../protocol/schema.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';
import type { Metadata, VolumeRow } from '../state/rows.ts';
import { defaultType, resolveType } from '../types/volume-types.ts';
import { newVolume } from './volume-creation.ts';
import { deleteVolume } from './volume-deletion.ts';
import { volumeOf } from './volume-lookup.ts';
import { createVolumeSchema, updateVolumeSchema } from './volume-schemas.ts';
import { checkSources, findSources, sizeOf, type VolumeSources, zoneOf } from './volume-sources.ts';
import { setVolume } from './volume-status.ts';
import { volumeDetail, volumeShown } from './volume-views.ts';

type Asked = Readonly<Record<string, unknown>>;

export function showVolume(call: Call): Answer {
  const volume = volumeOf(call);
  authorize(call, 'volume:get', 'read');
  return { status: 200, body: { volume: volumeShown(call, volume) } };
}

/** @see cinder/api/v3/volumes.py VolumeController.create */
export function postVolume(call: Call): Answer {
  validateBody(call.body, createVolumeSchema(call.version));
  const asked = (call.body as { volume: Asked }).volume;
  const { cloud, caller } = call;
  const askedType = trimmed(asked.volume_type);
  const type = askedType ? resolveType(cloud, askedType) : undefined;
  const sources = findSources(call, asked);
  authorize(call, 'volume:create');
  refuseImages(asked);
  checkSources(sources);
  const size = sizeOf(asked, sources);
  const availability_zone = zoneOf(call, asked, sources);
  cloud.quotas.checkVolumeSize(caller.projectId, size);
  cloud.quotas.reserve(caller.projectId, { volumes: 1, gigabytes: size });
  const { volume: original } = sources;
  const volume = newVolume({
    project_id: caller.projectId,
    user_id: caller.userId,
    name: trimmed(asked.name ?? asked.display_name),
    description: trimmed(asked.description ?? asked.display_description),
    size,
    status: 'creating',
    availability_zone,
    volume_type_id: type?.id ?? original?.volume_type_id ?? defaultType(cloud).id,
    snapshot_id: sources.snapshot?.id ?? null,
    source_volid: original?.id ?? null,
    metadata: (asked.metadata ?? {}) as Metadata,
    encryption_key_id: original?.encryption_key_id ? randomUUID() : null,
    created_at: toEpochSeconds(call.nowMs),
    updated_at: null,
    bootable: original?.bootable ?? false,
  });
  cloud.volumes.insert(volume);
  beginCreation(call, volume, sources);
  return { status: 202, body: { volume: volumeDetail(call, volume) } };
}

/** There is no Glance beside this Cinder. */
function refuseImages(asked: Asked): void {
  if ((asked.imageRef ?? asked.image_id ?? null) === null) return;
  throw badRequest('Invalid image identifier or unable to access requested image.');
}

/** What it is a copy of is copied as it is now; a backup is restored once the volume is there. */
function beginCreation(
  call: Call,
  volume: VolumeRow,
  { snapshot, volume: original, backup }: VolumeSources,
): void {
  const { cloud, nowMs } = call;
  const copied = snapshot ?? original;
  if (copied !== undefined) cloud.contents.copy(copied.id, volume.id);
  const effect = call.takeFault('fail', 'stuck');
  if (effect?.stuck) return;
  cloud.beginJob(volume, nowMs, cloud.settings.durations.volumeSeconds, (atMs) => {
    const updated_at = toEpochSeconds(atMs);
    if (effect?.fail !== undefined) cloud.volumes.update(volume, { status: 'error', updated_at });
    else if (backup === undefined) cloud.volumes.update(volume, { status: 'available', updated_at });
    else restoreIntoNewVolume(cloud, backup, volume, atMs);
  });
}

/** `cascade` takes its snapshots along; `force` (3.23) is for administrators. */
export function removeVolume(call: Call): Answer {
  const isCascading = wants(call, 'cascade');
  const isForced = call.version >= FROM.forcedVolumeDeletion && wants(call, 'force');
  const volume = volumeOf(call);
  if (isForced) authorize(call, 'volume:force_delete');
  authorize(call, 'volume:delete');
  deleteVolume(call, volume, { isForced, isCascading });
  return { status: 202, isBare: true };
}

/** @throws {Refusal} 400 for a word that is no boolean. */
function wants(call: Call, name: string): boolean {
  const text = lastOf(call.query, name) ?? 'false';
  const isWanted = readBoolean(text);
  if (isWanted === undefined) throw badRequest(`Value '${text}' for '${name}' is not a boolean.`);
  return isWanted;
}

export function putVolume(call: Call): Answer {
  validateBody(call.body, updateVolumeSchema(call.version));
  const asked = (call.body as { volume: Asked }).volume;
  const volume = volumeOf(call);
  authorize(call, 'volume:update');
  setVolume(call, volume, {
    ...textAsked('name', asked, ['name', 'display_name']),
    ...textAsked('description', asked, ['description', 'display_description']),
    ...(asked.metadata !== undefined && { metadata: asked.metadata as Metadata }),
  });
  return { status: 200, body: { volume: volumeDetail(call, volume) } };
}
