import type { Policy } from '../../domain/policy.ts';
import type { ReportItem } from '../run-report.ts';
import type { CloudQuestion } from './cover-cloud.ts';
import type { PolicyCourse } from './policy-course.ts';
import type { Fleet, FleetVolume, Outside } from './read-fleet.ts';

/** Slots that were missed; a failure as long as no later one has been recorded. */
export function reportMissed({ policy, missed, tests }: PolicyCourse): ReportItem[] {
  const base = { outcome: 'missed' as const, cloud: policy.cloud, policy: policy.name };
  const ofTests = tests?.missedAt === undefined ? [] : [tests.missedAt];
  return [
    ...missed.map(({ slotAt, reason, isOpen }) => ({ ...base, isFailure: isOpen, slotAt, reason })),
    ...ofTests.map((slotAt) => ({
      ...base,
      isFailure: true,
      slotAt,
      reason: 'its restores were not tested',
    })),
  ];
}

/** For information; whoever asks for one policy does not ask for volumes of none. */
export function reportUnselected(
  { others }: Fleet,
  cloud: string,
  { judged, all }: Pick<CloudQuestion, 'judged' | 'all'>,
): ReportItem[] {
  return judged.length < all.length ? [] : others.map((other) => toOutsideItem(other, cloud, false));
}

/** Whoever asks for volumes by their ids wants them covered. */
export function reportOutside(
  { others, selected }: Fleet,
  cloud: string,
  judged: readonly Policy[],
): ReportItem[] {
  const ofOthers = selected.filter(({ policies }) => !policies.some((policy) => judged.includes(policy)));
  return [
    ...others.map((other) => toOutsideItem(other, cloud, true)),
    ...ofOthers.map((volume) => toOutsideItem({ volume, why: 'otherwise' }, cloud, true)),
  ];
}

const OUTSIDE: Readonly<Record<Outside | 'otherwise', string>> = {
  unselected: 'no policy selects it, and none leaves it out by except',
  excepted: 'no policy selects it, and one leaves it out by except',
  scratch: 'it is the scratch volume of a restore test, which no policy selects',
  deleting: 'it is being deleted',
  otherwise: 'only other policies select it',
};

function toOutsideItem(
  { volume, why }: { readonly volume: FleetVolume; readonly why: Outside | 'otherwise' },
  cloud: string,
  isFailure: boolean,
): ReportItem {
  const { id: volumeId, name: volumeName } = volume;
  return { outcome: 'unselected', isFailure, cloud, volumeId, volumeName, reason: OUTSIDE[why] };
}
