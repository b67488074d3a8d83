import { type CloudState, toEpochSeconds } from './state/cloud-state.ts';
import { defaultType } from './types/volume-types.ts';
import { newVolume } from './volumes/volume-creation.ts';

const SIZES_GIB = [1, 2, 3, 4, 5] as const;

/** Puts so many volumes into the project, `vol-001` first, all for the policy that selects `backup: nightly`. */
export function seedVolumes(cloud: CloudState, count: number): void {
  const now = toEpochSeconds(cloud.settle());
  const { id: project_id } = cloud.identity.project;
  for (let number = 1; number <= count; number += 1) {
    const size = SIZES_GIB[(number - 1) % SIZES_GIB.length] as number;
    const volume = newVolume({
      project_id,
      user_id: cloud.identity.member.id,
      name: `vol-${String(number).padStart(3, '0')}`,
      size,
      volume_type_id: defaultType(cloud).id,
      metadata: { backup: 'nightly' },
      // A second apart, so that lists show the highest number first.
      created_at: now - (count - number),
    });
    cloud.volumes.insert(volume);
    cloud.quotas.add(project_id, { volumes: 1, gigabytes: size });
  }
}
