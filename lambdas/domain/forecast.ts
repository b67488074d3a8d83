import { type CourseMeans, createMeans, figuresOf } from './course-means.ts';
import { type CourseInput, type CourseState, runCourse } from './forecast-course.ts';
import { type ForecastDay, openDayBook } from './forecast-day.ts';
import { settlingMs } from './keep-span.ts';
import type { FullPlacement, Policy } from './policy.ts';
import type { PlannedBackup } from './prune-plan.ts';
import { dayKey, offsetMsAt } from './zoned-time.ts';

export interface ForecastInput extends Pick<CourseInput, 'history' | 'isFull' | 'isMissed'> {
  readonly policy: Policy;
  /** What exists is looked at now; slots count from just after it. */
  readonly from: Date;
  /** Days on the policy's calendar, that of `from` included. */
  readonly days: number;
  readonly sizeGib: number;
  /** In place of the policy's own, as if its config said so: the share of the volume that changes in a day. */
  readonly changeRate?: number;
  /** In place of the policy's own. */
  readonly full?: FullPlacement;
  /** The volume is attached: its backups go by the way that the policy's `inUse` says. */
  readonly isInUse?: boolean;
}

export interface Forecast extends CourseExtremes {
  readonly days: readonly ForecastDay[];
  /** From then on as many backups go as come. */
  readonly settledAt: Date;
  /** Over the time from `settledAt` on; absent when the days end before. */
  readonly settled?: CourseMeans;
  /** What exists at the end, oldest first. */
  readonly end: readonly PlannedBackup[];
}

/** The worst of a whole course. */
export interface CourseExtremes {
  readonly longestChain: number;
  readonly mostBackups: number;
  /** How often, decision by decision, a backup was held although it was older than the policy's `maxAge`. */
  readonly heldBeyondMaxAge: number;
  /** The largest share of its backups that one decision deleted, those left out that were held before (as `guards.maxDeleteShare` does). */
  readonly largestDeleteShare: number;
}

const DAY_MS = 86_400_000;

/**
 * What becomes of one volume, day by day, by the planners that decide on real ones (see `runCourse`). A paused policy is taken as if it
 * were not.
 */
export function forecastPolicy(input: ForecastInput): Forecast {
  const policy = changePolicy(input.policy, input);
  const zone = policy.schedule.timezone;
  const dates = datesFrom(input.from, input.days, zone);
  const until = endOf(dates, input.from, zone);
  const settledAt = new Date(input.from.getTime() + settlingMs(policy));
  const book = openDayBook({ ...input, policy });
  const means = createMeans();
  let extremes: CourseExtremes = {
    longestChain: 0,
    mostBackups: 0,
    heldBeyondMaxAge: 0,
    largestDeleteShare: 0,
  };
  let state: CourseState | undefined;
  const noteUntil = (at: Date): void => {
    if (state === undefined || state.at.getTime() < settledAt.getTime()) return;
    means.add(figuresOf(state, policy.changeRate), at.getTime() - state.at.getTime());
  };

  for (const next of runCourse({ ...input, policy, until })) {
    noteUntil(next.at);
    extremes = widen(extremes, next, state);
    book.note(dayKey(next.at, zone), next);
    state = next;
  }
  noteUntil(until);
  const settled = means.read();
  return {
    days: book.read(dates),
    settledAt,
    ...(settled && { settled }),
    ...extremes,
    end: state?.backups ?? input.history ?? [],
  };
}

/** The policy as it would be with another change rate and other fulls. */
export function changePolicy(
  policy: Policy,
  other: { readonly changeRate?: number | undefined; readonly full?: FullPlacement | undefined },
): Policy {
  const { changeRate = policy.changeRate, full = policy.full } = other;
  if (changeRate === policy.changeRate && full === policy.full) return policy;
  return { ...policy, changeRate, full };
}

function datesFrom(from: Date, days: number, zone: string): string[] {
  const firstMs = Date.parse(dayKey(from, zone));
  return Array.from({ length: days }, (_, index) =>
    new Date(firstMs + index * DAY_MS).toISOString().slice(0, 10),
  );
}

/** The last instant of the last date. */
function endOf(dates: readonly string[], from: Date, zone: string): Date {
  const afterMs = Date.parse(dates.at(-1) ?? '') + DAY_MS;
  if (Number.isNaN(afterMs)) return from;
  return new Date(afterMs - offsetMsAt(afterMs - offsetMsAt(afterMs, zone), zone) - 1);
}

function widen(extremes: CourseExtremes, next: CourseState, before: CourseState | undefined): CourseExtremes {
  const held = next.decisions.filter(({ verdict }) => verdict === 'hold');
  return {
    longestChain: Math.max(extremes.longestChain, next.chainLength),
    mostBackups: Math.max(extremes.mostBackups, next.backups.length),
    heldBeyondMaxAge: extremes.heldBeyondMaxAge + held.filter((each) => each.beyondMaxAge).length,
    largestDeleteShare: Math.max(extremes.largestDeleteShare, deleteShare(next, before)),
  };
}

function deleteShare({ decisions }: CourseState, before: CourseState | undefined): number {
  const wasHeld = new Set<string>();
  for (const { verdict, backup } of before?.decisions ?? []) if (verdict === 'hold') wasHeld.add(backup.id);
  const counted = decisions.filter(({ backup }) => !wasHeld.has(backup.id));
  const deleted = counted.filter(({ verdict }) => verdict === 'delete').length;
  return deleted === 0 ? 0 : deleted / counted.length;
}
