import type { CloudBounds } from '../domain/deployment.ts';
import type { Policy, RestoreTests } from '../domain/policy.ts';
import { testedAtOnce } from '../domain/restore-tests.ts';
import { slotsBetween } from '../domain/slot.ts';
import type { Volume } from '../domain/volume.ts';
import { describeSlots } from './describe-schedule.ts';
import type { CloudLimits } from './ports.ts';

const DAY_MS = 86_400_000;
/** So many slots ahead tell how far apart they are. */
const LOOK_AHEAD_DAYS = 400;

/** `Restores are tested every Sunday at 12:00 (Europe/Berlin): the newest good backup of 10 volumes.` */
export function describeRestoreTests({ schedule, pick, volumes, hook }: RestoreTests): string {
  const when = describeSlots(schedule).replace(/^./, (letter) => letter.toLowerCase());
  const backup =
    pick.kind === 'latest'
      ? 'the newest good backup'
      : `a random good backup of the last ${inDays(pick.withinMs)}`;
  const asked = hook === undefined ? '' : ', which a hook has to find right';
  return `Restores are tested ${when}: ${backup} of ${describeVolumes(volumes)}${asked}.`;
}

function describeVolumes(volumes: RestoreTests['volumes']): string {
  if (volumes === 'all') return 'every volume';
  if (typeof volumes === 'number') return volumes === 1 ? 'one volume' : `${volumes} volumes`;
  return `${Number((volumes.share * 100).toFixed(2))} % of the volumes`;
}

/** What in the tests of a policy's restores is likely not what was meant, seen from the config alone. */
export function warnOfRestoreTests({ restoreTests }: Policy, now: Date): string[] {
  if (restoreTests?.maxAgeMs === undefined) return [];
  const gapMs = findLongestGapMs(restoreTests, now);
  if (gapMs < restoreTests.maxAgeMs) return [];
  return [
    `restoreTests.maxAge: tests are up to ${inDays(gapMs)} apart, so that a proof is regularly older than ${inDays(restoreTests.maxAgeMs)}`,
  ];
}

/** Whether every volume's turn comes before its last proof is too old. */
export function warnOfTestPace(policy: Policy, volumeCount: number, now: Date): string[] {
  const { restoreTests } = policy;
  if (restoreTests?.maxAgeMs === undefined || volumeCount === 0) return [];
  const count = testedAtOnce(restoreTests.volumes, volumeCount);
  const roundMs = Math.ceil(volumeCount / count) * findLongestGapMs(restoreTests, now);
  if (count >= volumeCount || roundMs < restoreTests.maxAgeMs) return [];
  return [
    `policies.${policy.name}.restoreTests: ${count} of ${volumeCount} volumes are tested at a time, so that a volume's turn comes every ${inDays(roundMs)}, ` +
      `but maxAge is ${inDays(restoreTests.maxAgeMs)}`,
  ];
}

/** @param selected the volumes of the policies with restore tests. */
export function warnOfScratchRoom(
  selected: readonly Volume[],
  { restoresInFlight }: CloudBounds,
  { maxVolumes, usedVolumes, maxGib, usedGib }: CloudLimits,
): string[] {
  if (selected.length === 0) return [];
  const largest = Math.max(...selected.map(({ sizeGib }) => sizeGib));
  const warnings: string[] = [];
  if (maxVolumes !== undefined && usedVolumes >= maxVolumes) {
    warnings.push(
      'quota: a test of a restore needs a scratch volume, but the project has room for no further volume',
    );
  }
  if (maxGib !== undefined && largest > maxGib - usedGib) {
    warnings.push(
      `quota: a test of a restore needs a scratch volume of up to ${largest} GiB (${restoresInFlight} at once), but the project has room for ${Math.max(0, maxGib - usedGib)} GiB of volumes and snapshots`,
    );
  }
  return warnings;
}

function findLongestGapMs({ schedule }: RestoreTests, now: Date): number {
  const until = new Date(now.getTime() + LOOK_AHEAD_DAYS * DAY_MS);
  let longestMs = 0;
  let before: Date | undefined;
  for (const slot of slotsBetween(schedule, now, until)) {
    if (before !== undefined) longestMs = Math.max(longestMs, slot.getTime() - before.getTime());
    before = slot;
  }
  // Fewer than two in more than a year: at least as far apart as was looked.
  return longestMs === 0 ? LOOK_AHEAD_DAYS * DAY_MS : longestMs;
}

function inDays(ms: number): string {
  const days = Number((ms / DAY_MS).toFixed(1));
  return `${days} day${days === 1 ? '' : 's'}`;
}
