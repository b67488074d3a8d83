import { randomUUID } from 'node:crypto';
import type { CloudState } from '../state/cloud-state.ts';
import type { VolumeRow } from '../state/rows.ts';

/**
 * The copy that Cinder makes of an in-use volume to back it up; it stands in the project's own volume list
 * while the backup runs, without metadata and outside quota.
 *
 * @see cinder/volume/driver.py _create_temp_cloned_volume; observed on Cinder 21.3.1 (Zed)
 */
export function addTemporaryVolume(cloud: CloudState, volume: VolumeRow, now: number): VolumeRow {
  const copy: VolumeRow = {
    ...volume,
    id: randomUUID(),
    name: `backup-vol-${volume.id}`,
    description: null,
    status: 'backing-up',
    previous_status: null,
    metadata: {},
    attachments: [],
    consumes_quota: false,
    created_at: now,
    updated_at: now,
    job: 0,
  };
  cloud.volumes.insert(copy);
  return copy;
}

export function removeTemporaryVolume(cloud: CloudState, id: string): void {
  const copy = cloud.volumes.get(id);
  if (copy !== undefined) cloud.volumes.remove(copy);
}
