import { type CourseMeans, createMeans, figuresOf } from './course-means.ts';
import { changePolicy } from './forecast.ts';
import { type CourseState, runCourse } from './forecast-course.ts';
import { keepSpansOf, settlingMs } from './keep-span.ts';
import { configuredPlacements, type Placement, usualPlacements } from './placement-family.ts';
import type { Policy } from './policy.ts';

export interface SettledOptions {
  /** When the volume gets its first backup; any day does. */
  readonly from?: Date;
  /** Over how many days the means are taken once it is settled; two years, or one for schedules of very many slots. */
  readonly days?: number;
  /** At most so many decisions are looked at, spread evenly. */
  readonly decisions?: number;
  /** Give several to have the means at each; `policy.changeRate` if left out. */
  readonly changeRates?: readonly number[];
}

/** What a placement comes to in the long run. */
export interface PlacementComparison extends CourseMeans {
  readonly placement: Placement;
  /** It is the placement that the policy has. */
  readonly isOwn: boolean;
  /** Of those compared, by what the policy is billed by. */
  readonly isBest: boolean;
}

const DAY_MS = 86_400_000;
/** A Wednesday amid a month. */
const FROM = new Date('2027-11-10T00:00:00Z');
const DAYS = 731;
const FEWEST_DAYS = 366;
const MOST_SLOTS = 6_000;
const DECISIONS = 600;
/** While it settles nobody looks: what is deleted late makes no difference later, and too much of it would take time. */
const SETTLING_STEP = 24;
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;
/** Of `provisioned` placements those compete that keep at most so many times the backups of fulls alone. */
export const MOST_BACKUPS = 1.2;

/**
 * The means of a volume once as many of its backups go as come, by the planners that decide on real ones. Decisions that nobody looks at
 * are left out: what a decision keeps depends on the slots before it, and not on when the rest was deleted.
 *
 * @returns one for each change rate, in their order.
 */
export function forecastSettled(
  policy: Policy,
  placement: Placement,
  options: SettledOptions = {},
): CourseMeans[] {
  const { from = FROM, days = daysFor(policy), decisions = DECISIONS } = options;
  const { changeRates = [policy.changeRate] } = options;
  const settledMs = from.getTime() + settlingMs(policy);
  const until = new Date(settledMs + days * DAY_MS);
  const step = Math.max(1, Math.ceil((days * DAY_MS) / keepSpansOf(policy).spacingMs / decisions));
  const means = changeRates.map(() => createMeans());
  let seen: CourseState | undefined;
  const noteUntil = (atMs: number): void => {
    const state = seen;
    if (state === undefined || state.at.getTime() < settledMs) return;
    means.forEach((each, index) => {
      each.add(figuresOf(state, changeRates[index] as number), atMs - state.at.getTime());
    });
  };
  const { fullAt } = placement;
  const states = runCourse({
    policy: placePolicy(policy, placement),
    from,
    until,
    sizeGib: 1,
    isDecided(index, slotAt) {
      noteUntil(slotAt.getTime());
      seen = undefined;
      return isSeen(index, slotAt.getTime() < settledMs ? SETTLING_STEP : step);
    },
    ...(fullAt && { isFull: (slotAt: Date) => fullAt.has(slotAt.getTime()) }),
  });
  for (const state of states) {
    // What time alone changes counts where the slot before is looked at.
    if (state.made === undefined && seen === undefined) continue;
    noteUntil(state.at.getTime());
    seen = state;
  }
  noteUntil(until.getTime());
  return means.map((each) => each.read()).filter((each) => each !== undefined);
}

/** One of every `step` slots, and never in step with days, weeks or the length of a chain: it wanders evenly through its turn. */
function isSeen(index: number, step: number): boolean {
  const turn = Math.floor(index / step);
  return index % step === Math.floor(((turn * GOLDEN_RATIO) % 1) * step);
}

function daysFor(policy: Policy): number {
  const days = (MOST_SLOTS * keepSpansOf(policy).spacingMs) / DAY_MS;
  return Math.min(DAYS, Math.max(FEWEST_DAYS, Math.floor(days)));
}

function placePolicy(policy: Policy, { full, billedBy }: Placement): Policy {
  if (billedBy === undefined || billedBy === policy.billedBy) return changePolicy(policy, { full });
  return { ...policy, full, billedBy };
}

/**
 * What other placements of the fulls would come to, for a policy's own schedule and rules.
 *
 * @param placements in place of the usual ones; the policy's own, `always` and `auto` are compared in any case.
 * @returns best first: by bytes, where the policy is billed by what is provisioned after those first that keep at most 1.2 x the backups of
 *   fulls alone; beyond that by the number of backups. Of those that come to the same `auto` is first.
 */
export function comparePlacements(
  policy: Policy,
  options: Omit<SettledOptions, 'changeRates'> & { readonly changeRate?: number | undefined } = {},
  placements?: readonly Placement[],
): PlacementComparison[] {
  const { from = FROM, days = daysFor(policy) } = options;
  const changed = changePolicy(policy, options);
  const until = new Date(from.getTime() + settlingMs(policy) + days * DAY_MS);
  const family = [...configuredPlacements(policy), ...(placements ?? usualPlacements(policy, from, until))];
  const own = family[0] as Placement;
  const compared = family.flatMap((placement) => {
    const [means] = forecastSettled(changed, placement, options);
    return means === undefined ? [] : [{ placement, means }];
  });
  const always = compared.find(({ placement }) => placement.full.kind === 'always');
  const most = (always?.means.backups ?? 0) * MOST_BACKUPS;
  const orderOf = ({ means }: { means: CourseMeans }): number[] => {
    const isAffordable = policy.billedBy === 'stored' || means.backups <= most;
    return isAffordable ? [0, round(means.volumes)] : [1, round(means.backups)];
  };
  const sorted = compared.toSorted((a, b) => compareNumbers(orderOf(a), orderOf(b)));
  return sorted.map(({ placement, means }, index) => ({
    placement,
    ...means,
    isOwn: placement === own,
    isBest: index === 0,
  }));
}

/** What differs by less comes to the same. */
function round(value: number): number {
  return Math.round(value * 100);
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at < 0 ? 0 : (a[at] as number) - (b[at] as number);
}
