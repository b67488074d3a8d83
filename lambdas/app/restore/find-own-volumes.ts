import { readRestoreMarker } from '../../domain/restore-marker.ts';
import type { RestoreRecord } from '../../domain/restore-record.ts';
import type { Volume } from '../../domain/volume.ts';
import type { RestoreWork } from './restore-work.ts';

/**
 * The volumes that a restore made, by their name and then by the marker in their description, those of its last attempt first. One from
 * which someone took the marker is no longer the restore's.
 */
export async function findOwnVolumes(
  record: RestoreRecord,
  { cloud, deps }: Pick<RestoreWork, 'cloud' | 'deps'>,
): Promise<readonly Volume[]> {
  const found: { readonly volume: Volume; readonly attempt: number }[] = [];
  for await (const page of cloud.listVolumes({ name: record.target.name })) {
    for (const volume of page) {
      const marker = readRestoreMarker(volume.description);
      if (marker?.deployment !== deps.deployment.name || marker.id !== record.id) continue;
      found.push({ volume, attempt: marker.attempt });
    }
  }
  return found.sort((a, b) => b.attempt - a.attempt).map(({ volume }) => volume);
}
