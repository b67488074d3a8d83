import type { VolumeId } from './backup.ts';
import { hashVolumeId } from './marker.ts';
import type { Policy, RestoreTests } from './policy.ts';
import { slotText } from './slot.ts';

/** A volume that can be tested. */
export interface TestCandidate {
  readonly volumeId: VolumeId;
  /** When its last restore, or test, came to its end, well or not; absent: never. */
  readonly lastAt?: Date;
}

/** The tests of restores that are made on schedule: those of a paused policy rest. */
export function scheduledTests(policies: Iterable<Policy>): RestoreTests[] {
  return [...policies].flatMap(({ restoreTests, paused }) =>
    restoreTests === undefined || paused ? [] : [restoreTests],
  );
}

/** How many volumes of so many one run tests: at least one, and never more than there are. */
export function testedAtOnce(volumes: RestoreTests['volumes'], volumeCount: number): number {
  if (volumes === 'all') return volumeCount;
  const count = typeof volumes === 'number' ? volumes : Math.ceil(volumes.share * volumeCount);
  return Math.min(Math.max(1, count), volumeCount);
}

/**
 * Whose turn it is, first those whose last test is the longest ago. The same at every call: of those that were never tested the order is
 * by a hash, so that neither the oldest volumes nor the newest come first for ever.
 */
export function orderByTurn<Candidate extends TestCandidate>(candidates: readonly Candidate[]): Candidate[] {
  return candidates
    .map((candidate) => ({ candidate, hash: hashVolumeId(candidate.volumeId) }))
    .sort((a, b) => lastMs(a.candidate) - lastMs(b.candidate) || compareText(a.hash, b.hash))
    .map(({ candidate }) => candidate);
}

/** One of so many, at random but the same whenever it is asked for this slot and volume. */
export function pickAtRandom<Item>(
  items: readonly Item[],
  slotAt: Date,
  volumeId: VolumeId,
): Item | undefined {
  // The hash spreads well in its high half only, for texts that differ in their last letters.
  const hash = Number.parseInt(hashVolumeId(`${volumeId} ${slotText(slotAt)}`).slice(0, 8), 16);
  return items[hash % items.length];
}

/** Under what name the slots of a policy's restore tests are in the catalog, beside those of its backups. */
export function testSlotsOf(policy: string): string {
  return `${policy} (restore tests)`;
}

/** How the catalog tells the tests of one slot from others. */
export function testRequestOf(policy: string | undefined, slotAt: Date): string {
  return `test${policy === undefined ? '' : ` of ${policy}`} at ${slotAt.toISOString()}`;
}

/** What a scratch volume is called: by its name it is found, by the marker in its description it is known. */
export function scratchName(deployment: string, restoreId: string): string {
  return `cinderkeep-test-${deployment}-${restoreId}`;
}

function lastMs({ lastAt }: TestCandidate): number {
  return lastAt?.getTime() ?? 0;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
