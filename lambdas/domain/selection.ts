import { matchesGlob } from './glob.ts';
import type { Selection, VolumeCriteria } from './policy.ts';
import { isScratch } from './restore-marker.ts';
import type { Volume } from './volume.ts';

/** What a selection looks at. */
export type SelectableVolume = Pick<
  Volume,
  'id' | 'name' | 'description' | 'metadata' | 'availabilityZone' | 'volumeType' | 'serverIds'
>;

type Criterion = (volume: SelectableVolume) => boolean;

/** The volumes that a policy is for, in the order given. */
export function selectVolumes(volumes: readonly Volume[], selection: Selection): Volume[] {
  return volumes.filter((volume) => isSelected(volume, selection));
}

/**
 * Every criterion of `volumes` must match, and none of `except` may. Within a criterion one of its values is enough, but a
 * volume must carry all of the metadata that is named. No criterion at all selects nothing, and nothing selects the scratch volume of
 * a restore test.
 */
export function isSelected(volume: SelectableVolume, selection: Selection): boolean {
  const wanted = criteriaOf(selection.volumes);
  return (
    wanted.length > 0 &&
    !isScratch(volume) &&
    wanted.every((matches) => matches(volume)) &&
    !isExcepted(volume, selection)
  );
}

/** Whether the selection names the volume as one to be left out. */
export function isExcepted(volume: SelectableVolume, { except = {} }: Selection): boolean {
  return criteriaOf(except).some((matches) => matches(volume));
}

/** Whether no criterion is given. */
export function isEmptyCriteria(criteria: VolumeCriteria): boolean {
  return criteriaOf(criteria).length === 0;
}

function criteriaOf(criteria: VolumeCriteria): Criterion[] {
  const { all, ids, names, metadata, availabilityZones, volumeTypes, servers } = criteria;
  const pairs = metadata === undefined ? undefined : Object.entries(metadata);
  const found: (Criterion | undefined)[] = [
    all && (() => true),
    ids && ((volume) => ids.includes(volume.id)),
    names && ((volume) => names.some((glob) => matchesGlob(glob, volume.name))),
    pairs &&
      ((volume) =>
        pairs.length > 0 &&
        pairs.every(([key, value]) => Object.hasOwn(volume.metadata, key) && volume.metadata[key] === value)),
    availabilityZones && ((volume) => isOneOf(volume.availabilityZone, availabilityZones)),
    volumeTypes && ((volume) => isOneOf(volume.volumeType, volumeTypes)),
    servers && ((volume) => volume.serverIds.some((id) => servers.includes(id))),
  ];
  return found.filter((criterion) => criterion !== undefined);
}

function isOneOf(value: string | undefined, wanted: readonly string[]): boolean {
  return value !== undefined && wanted.includes(value);
}
