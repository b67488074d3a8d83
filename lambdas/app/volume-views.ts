import type { Backup, VolumeId } from '../domain/backup.ts';
import type { VolumeFacts } from '../domain/volume.ts';
import type { Cloud } from './ports.ts';

/** A page of 1,000 costs the API about as much as this many lists of one volume. */
const LISTS_PER_PAGE = 4;
const PAGE_ROWS = 1_000;

/** What a cloud shows of some of its volumes, or of all. */
export interface CloudView {
  readonly wanted: ReadonlySet<VolumeId> | 'all';
  /** Of the wanted volumes, foreign ones too; a volume without a backup is absent. */
  readonly backups: ReadonlyMap<VolumeId, readonly Backup[]>;
  /** The wanted volumes that exist. */
  readonly volumes: ReadonlyMap<VolumeId, VolumeFacts>;
}

/** Backups first: a volume that is gone by then may have had its last one in between. A page that fails throws. */
export async function readCloudView(cloud: Cloud, wanted: ReadonlySet<VolumeId> | 'all'): Promise<CloudView> {
  const backups = await readBackups(cloud, wanted);
  return { wanted, backups, volumes: await readVolumes(cloud, wanted) };
}

/**
 * Every backup of the given volumes, foreign ones too: by one walk over the project, or by a list per volume where that is
 * cheaper. Volumes without a backup are absent. A page that fails throws: nothing is decided on a partial view.
 */
export async function readBackups(
  cloud: Cloud,
  volumeIds: ReadonlySet<VolumeId> | 'all',
): Promise<Map<VolumeId, Backup[]>> {
  const found = new Map<VolumeId, Backup[]>();
  const take = (page: readonly Backup[]) => {
    for (const backup of page) {
      if (volumeIds !== 'all' && !volumeIds.has(backup.volumeId)) continue;
      const known = found.get(backup.volumeId);
      if (known === undefined) found.set(backup.volumeId, [backup]);
      else known.push(backup);
    }
  };
  if (volumeIds !== 'all' && (await shouldListEach(cloud, volumeIds.size))) {
    for (const volumeId of volumeIds) {
      for await (const page of cloud.listBackups({ volumeId })) take(page);
    }
    return found;
  }
  for await (const page of cloud.listBackups()) take(page);
  return found;
}

async function shouldListEach(cloud: Cloud, volumeCount: number): Promise<boolean> {
  if (volumeCount <= 1) return true;
  const { usedBackups } = await cloud.getLimits();
  return areListsCheaper(volumeCount, usedBackups);
}

/** Whether lists of so many volumes cost less than the pages with so many backups. */
export function areListsCheaper(volumeCount: number, backupCount: number): boolean {
  return volumeCount < Math.ceil(backupCount / PAGE_ROWS) * LISTS_PER_PAGE;
}

/** The volumes that exist, with what to remember of each. */
export async function readVolumes(
  cloud: Cloud,
  volumeIds: ReadonlySet<VolumeId> | 'all',
): Promise<Map<VolumeId, VolumeFacts>> {
  const found = new Map<VolumeId, VolumeFacts>();
  for await (const page of cloud.listVolumes()) {
    for (const { id, ...volume } of page) {
      if (volumeIds === 'all' || volumeIds.has(id)) found.set(id, factsOf(volume));
    }
  }
  return found;
}

/** What must be remembered of a volume to make another like it. */
export function factsOf(volume: VolumeFacts): VolumeFacts {
  const { name, sizeGib, volumeType, availabilityZone, metadata, serverIds } = volume;
  return {
    name,
    sizeGib,
    ...(volumeType !== undefined && { volumeType }),
    ...(availabilityZone !== undefined && { availabilityZone }),
    ...(metadata !== undefined && Object.keys(metadata).length > 0 && { metadata }),
    ...(serverIds !== undefined && serverIds.length > 0 && { serverIds }),
  };
}
