import type { VolumeId } from '../../domain/backup.ts';
import type { Policy } from '../../domain/policy.ts';
import { isScratch } from '../../domain/restore-marker.ts';
import { isExcepted, isSelected } from '../../domain/selection.ts';
import type { Volume } from '../../domain/volume.ts';
import type { Cloud } from '../ports.ts';
import { RunOverError } from './run-over.ts';

/** What is remembered of a volume; there may be very many. */
export interface FleetVolume {
  readonly id: VolumeId;
  readonly name: string;
  readonly sizeGib: number;
  /** On the cloud's clock. A plain number takes a tenth of the memory of a Date. */
  readonly createdMs: number;
  /** Which select it; one list for all volumes that the same ones select. */
  readonly policies: readonly Policy[];
}

/** Why no policy looks after a volume. */
export type Outside =
  /** None selects it, and none leaves it out. */
  | 'unselected'
  /** Named by a policy's `except`. */
  | 'excepted'
  /** Of a restore test. */
  | 'scratch'
  | 'deleting';

export interface Fleet {
  /** Volumes that at least one policy selects. */
  readonly selected: readonly FleetVolume[];
  /** Volumes that none selects; unless they were asked for by id, only those that nobody has left out. */
  readonly others: readonly { readonly volume: FleetVolume; readonly why: Outside }[];
  /** Asked for by their ids, and not in the cloud. */
  readonly gone: readonly VolumeId[];
  /** Whether the cloud showed no volume at all. */
  readonly isEmpty: boolean;
}

/**
 * The volumes of a cloud, or of it those asked for by id, and which of the policies select them.
 *
 * @throws {RunOverError}
 */
export async function readFleet(
  cloud: Cloud,
  policies: readonly Policy[],
  volumeIds: readonly VolumeId[] | undefined,
  isTimeUp: () => boolean,
): Promise<Fleet> {
  const choices = new Map<string, readonly Policy[]>();
  const selected: FleetVolume[] = [];
  const others: Fleet['others'][number][] = [];
  const gone: VolumeId[] = [];
  let isEmpty = true;

  function sort(volume: Volume): void {
    isEmpty = false;
    const why = findOutside(volume, policies);
    if (why === undefined) selected.push(toFleetVolume(volume, choose(volume)));
    else if (why === 'unselected' || volumeIds !== undefined)
      others.push({ volume: toFleetVolume(volume, []), why });
  }

  function choose(volume: Volume): readonly Policy[] {
    const selecting = policies.filter(({ select }) => isSelected(volume, select));
    const key = selecting.map(({ name }) => name).join(' ');
    const known = choices.get(key) ?? selecting;
    choices.set(key, known);
    return known;
  }

  for (const id of volumeIds ?? []) {
    const volume = await cloud.getVolume(id);
    if (volume === undefined) gone.push(id);
    else sort(volume);
  }
  if (volumeIds === undefined) {
    for await (const page of cloud.listVolumes()) {
      for (const volume of page) sort(volume);
      if (isTimeUp()) throw new RunOverError('all volumes were listed');
    }
  }
  return { selected, others, gone, isEmpty };
}

/** undefined: some policy selects it. */
function findOutside(volume: Volume, policies: readonly Policy[]): Outside | undefined {
  if (isScratch(volume)) return 'scratch';
  if (volume.status === 'deleting') return 'deleting';
  if (policies.some(({ select }) => isSelected(volume, select))) return undefined;
  return policies.some(({ select }) => isExcepted(volume, select)) ? 'excepted' : 'unselected';
}

function toFleetVolume({ id, name, sizeGib, createdAt }: Volume, policies: readonly Policy[]): FleetVolume {
  return { id, name, sizeGib, createdMs: createdAt.getTime(), policies };
}
