import type { Backup } from './backup.ts';
import type { Volume, VolumeFacts } from './volume.ts';

/** What someone wants of a new volume; whatever is not said is as the original's. */
export interface NewVolumeWish {
  readonly name?: string;
  /** Before the original's name. */
  readonly namePrefix?: string;
  readonly volumeType?: string;
  readonly availabilityZone?: string;
}

/** @see cinder/api/schemas/volumes.py: names of at most 255 characters */
const LONGEST_NAME = 255;

/**
 * The volume to be made for a backup: name, type, zone and metadata of the original, the size that it had.
 */
export function newVolumeFor(
  backup: Pick<Backup, 'id' | 'sizeGib'>,
  source: VolumeFacts,
  wish: NewVolumeWish = {},
): VolumeFacts {
  const volumeType = wish.volumeType ?? source.volumeType;
  const availabilityZone = wish.availabilityZone ?? source.availabilityZone;
  const { metadata = {} } = source;
  const originalName = source.name === '' ? `restored-${backup.id}` : source.name;
  return {
    name: (wish.name ?? `${wish.namePrefix ?? ''}${originalName}`).slice(0, LONGEST_NAME),
    sizeGib: backup.sizeGib,
    ...(volumeType !== undefined && { volumeType }),
    ...(availabilityZone !== undefined && { availabilityZone }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  };
}

/** Why a backup cannot be restored into an existing volume now, in words; undefined: it can. */
export function findTargetProblem(volume: Volume, backup: Pick<Backup, 'sizeGib'>): string | undefined {
  if (volume.serverIds.length > 0)
    return `it is in use by server ${volume.serverIds.join(', ')}; detach it first`;
  if (volume.status !== 'available') return `its status is ${volume.status}; it has to be available`;
  if (volume.sizeGib < backup.sizeGib) {
    return `it has ${volume.sizeGib} GiB, and the backup is of ${backup.sizeGib} GiB; extend it first, or restore into a new volume`;
  }
  return undefined;
}

/** Statuses from which a volume does not come back by itself. */
const LASTING = /^(available|in-use|error.*|deleting|managing|awaiting-transfer)$/;

/** Whether a volume is only held up for a while, by whatever the cloud is doing with it. */
export function isPassing({ status, serverIds }: Pick<Volume, 'status' | 'serverIds'>): boolean {
  return serverIds.length === 0 && !LASTING.test(status);
}
