import { randomUUID } from 'node:crypto';
import { type CloudState, toEpochSeconds } from '../state/cloud-state.ts';
import type { Attachment, Metadata, VolumeRow } from '../state/rows.ts';
import { defaultType, ensureType } from '../types/volume-types.ts';
import { newVolume } from '../volumes/volume-creation.ts';
import { destroyVolume } from '../volumes/volume-deletion.ts';

export interface AddVolume {
  readonly id?: string;
  readonly name?: string;
  readonly description?: string;
  readonly sizeGib?: number;
  readonly metadata?: Metadata;
  readonly status?: string;
  /** By name; one that there is not yet is made. */
  readonly volumeType?: string;
  /** One that there is not yet is made. */
  readonly availabilityZone?: string;
  readonly isEncrypted?: boolean;
  readonly createdAt?: Date;
  /** Servers that have it; the volume is then `in-use` unless a status is given. */
  readonly attachments?: readonly { readonly serverId: string; readonly device?: string }[];
}

export function addVolume(cloud: CloudState, volume: AddVolume, nowMs: number): string {
  const attachments = (volume.attachments ?? []).map((one) => newAttachment(one.serverId, one.device, nowMs));
  const row = newVolume({
    id: volume.id ?? randomUUID(),
    project_id: cloud.identity.project.id,
    user_id: cloud.identity.member.id,
    name: volume.name ?? null,
    description: volume.description ?? null,
    size: volume.sizeGib ?? 1,
    status: volume.status ?? (attachments.length > 0 ? 'in-use' : 'available'),
    metadata: volume.metadata ?? {},
    attachments,
    availability_zone: volume.availabilityZone ?? 'nova',
    volume_type_id: (volume.volumeType ? ensureType(cloud, volume.volumeType) : defaultType(cloud)).id,
    encryption_key_id: volume.isEncrypted ? randomUUID() : null,
    created_at: toEpochSeconds(volume.createdAt?.getTime() ?? nowMs),
  });
  cloud.volumes.insert(row);
  cloud.zones.add(row.availability_zone);
  cloud.quotas.add(row.project_id, { volumes: 1, gigabytes: row.size });
  return row.id;
}

export function requireVolume(cloud: CloudState, id: string): VolumeRow {
  const volume = cloud.volumes.get(id);
  if (volume === undefined) throw new Error(`volume ${id}: no such volume in the embedded cloud`);
  return volume;
}

export function attachVolume(
  cloud: CloudState,
  volume: VolumeRow,
  { serverId, device }: { readonly serverId: string; readonly device: string | undefined },
  nowMs: number,
): void {
  const attachments = [...volume.attachments, newAttachment(serverId, device, nowMs)];
  cloud.volumes.update(volume, { attachments, ...idleStatus(volume, 'in-use') });
}

export function detachVolume(cloud: CloudState, volume: VolumeRow): void {
  cloud.volumes.update(volume, { attachments: [], ...idleStatus(volume, 'available') });
}

/** A volume that is being backed up gets the status afterwards. */
function idleStatus(volume: VolumeRow, status: string): Partial<VolumeRow> {
  return volume.status === 'backing-up' ? { previous_status: status } : { status };
}

export function extendVolume(cloud: CloudState, volume: VolumeRow, sizeGib: number): void {
  cloud.quotas.add(volume.project_id, { gigabytes: sizeGib - volume.size });
  cloud.volumes.update(volume, { size: sizeGib });
}

/** A new status ends what was under way. */
export function setVolumeStatus(cloud: CloudState, volume: VolumeRow, status: string): void {
  cloud.volumes.update(volume, { status });
  volume.job = 0;
}

/** As an operator would, to end what hangs. @throws {Error} there is no such snapshot. */
export function setSnapshotStatus(cloud: CloudState, id: string, status: string): void {
  const snapshot = cloud.snapshots.get(id);
  if (snapshot === undefined) throw new Error(`snapshot ${id}: no such snapshot in the embedded cloud`);
  cloud.snapshots.update(snapshot, { status });
  snapshot.job = 0;
}

/** The volume and its snapshots are gone at once; its backups stay. */
export function dropVolume(cloud: CloudState, volume: VolumeRow): void {
  destroyVolume(cloud, volume);
  volume.job = 0;
}

function newAttachment(serverId: string, device: string | undefined, nowMs: number): Attachment {
  return {
    attachment_id: randomUUID(),
    server_id: serverId,
    host_name: null,
    device: device ?? '/dev/vdb',
    attached_at: toEpochSeconds(nowMs),
  };
}
