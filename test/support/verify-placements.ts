import { chooseAutoPlacement } from '../../lambdas/domain/auto-placement.ts';
import { forecastSettled, MOST_BACKUPS } from '../../lambdas/domain/compare-placements.ts';
import type { CourseMeans } from '../../lambdas/domain/course-means.ts';
import { keepSpansOf } from '../../lambdas/domain/keep-span.ts';
import type { Placement } from '../../lambdas/domain/placement-family.ts';
import type { Policy } from '../../lambdas/domain/policy.ts';
import { DAY_MS } from './backups.ts';

export const CHANGE_RATES = [0.01, 0.05, 0.2] as const;

export interface VerifyOptions {
  readonly family: readonly Placement[];
  readonly from: Date;
  /** Settled days of each course. */
  readonly days: number;
  /** How many decisions of each of the family are looked at; of `always` and `auto` all are. */
  readonly decisions: number;
  /** At most so many starts of chains that nothing on the calendar begins. */
  readonly phases: number;
}

export interface VerifiedPlacement {
  readonly name: string;
  /** One for each of `CHANGE_RATES`, as means over all phases. */
  readonly means: readonly CourseMeans[];
}

export interface Verification {
  readonly always: VerifiedPlacement;
  readonly placements: readonly VerifiedPlacement[];
  /** `auto` for a policy billed by what is provisioned, with its own change rate. */
  readonly provisioned: VerifiedPlacement;
  /** Of `auto` for policies billed by what is stored, one for each of `CHANGE_RATES`. */
  readonly stored: readonly VerifiedPlacement[];
}

const ALL = Number.POSITIVE_INFINITY;
const MONTH_DAYS = [30, 31, 60, 61];
const MONTH_PHASE_DAYS = [0, 8, 15, 23];

/** Simulates every placement of a family, and `auto`, by the very planners. */
export function verifyPlacements(policy: Policy, options: VerifyOptions): Verification {
  const { days } = options;
  const verify = (of: Policy, placement: Placement, decisions: number): VerifiedPlacement => {
    const offsets = phasesOf(of, placement).slice(0, options.phases);
    const runs = offsets.map((offsetMs) => {
      const from = new Date(options.from.getTime() + offsetMs);
      return forecastSettled(of, placement, { from, days, decisions, changeRates: CHANGE_RATES });
    });
    return {
      name: placement.name,
      means: CHANGE_RATES.map((_, index) => meanOf(runs.map((run) => run[index] as CourseMeans))),
    };
  };
  const auto = (billedBy: Policy['billedBy'], changeRate: number): VerifiedPlacement =>
    verify({ ...policy, billedBy, changeRate }, { name: 'auto', full: { kind: 'auto' }, billedBy }, ALL);
  return {
    always: verify(policy, { name: 'always', full: { kind: 'always' } }, ALL),
    placements: options.family.map((placement) => verify(policy, placement, options.decisions)),
    provisioned: auto('provisioned', policy.changeRate),
    stored: CHANGE_RATES.map((rate) => auto('stored', rate)),
  };
}

/** Where, against the week and the month, chains can begin that keep in step with them: as distances from the first start. */
function phasesOf(policy: Policy, { full, fullAt }: Placement): number[] {
  const { spacingMs } = keepSpansOf(policy);
  const count = fullAt === undefined ? countOf(policy, full) : undefined;
  if (count === undefined) return [0];
  const inStep = greatestCommonDivisor(count, Math.round((7 * DAY_MS) / spacingMs));
  const phases = Array.from({ length: inStep }, (_, phase) => phase * spacingMs);
  const isMonth = MONTH_DAYS.includes(Math.round((count * spacingMs) / DAY_MS));
  return isMonth && inStep === 1 ? MONTH_PHASE_DAYS.map((days) => days * DAY_MS) : phases;
}

function countOf(policy: Policy, full: Placement['full']): number | undefined {
  if (full.kind === 'everyCount') return full.count;
  if (full.kind !== 'auto') return undefined;
  const { bits, maxLength } = chooseAutoPlacement(policy);
  return bits === 0 ? maxLength : undefined;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function meanOf(runs: readonly CourseMeans[]): CourseMeans {
  const mean = (key: keyof CourseMeans): number => runs.reduce((sum, run) => sum + run[key], 0) / runs.length;
  return {
    backups: mean('backups'),
    held: mean('held'),
    fullVolumes: mean('fullVolumes'),
    incrementalVolumes: mean('incrementalVolumes'),
    volumes: mean('volumes'),
    mostBackups: Math.max(...runs.map(({ mostBackups }) => mostBackups)),
  };
}

export interface Best {
  readonly name: string;
  readonly volumes: number;
  /** How many of the family keep to the limit, `always` included. */
  readonly count: number;
}

/** The fewest bytes at one of `CHANGE_RATES` among those that keep at most `mostBackups` x the backups of fulls alone. */
export function findBest(
  verification: Verification,
  rate: (typeof CHANGE_RATES)[number],
  mostBackups = MOST_BACKUPS,
): Best {
  const { always, placements } = verification;
  const index = CHANGE_RATES.indexOf(rate);
  const meansOf = (each: VerifiedPlacement): CourseMeans => each.means[index] as CourseMeans;
  const limit = meansOf(always).backups * mostBackups;
  const allowed = [always, ...placements].filter((each) => meansOf(each).backups <= limit);
  const best = allowed.reduce((a, b) => (meansOf(b).volumes < meansOf(a).volumes ? b : a));
  return { name: best.name, volumes: meansOf(best).volumes, count: allowed.length };
}
