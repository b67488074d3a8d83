import type { Policy, Schedule } from './policy.ts';
import { latestSlot, nextSlot } from './slot.ts';

/**
 * Whether a volume has a recent good backup of a policy that selects it. `new`: it has none yet, and no slot that it could be in has had its
 * time.
 */
export type Coverage = 'covered' | 'stale' | 'uncovered' | 'new';

/** What a volume is judged by; all instants are of the local clock. */
export interface CoverageTerms {
  readonly now: Date;
  /** Slots before this are nobody's; absent: nobody has taken the policy up yet. */
  readonly firstSeenAt?: Date;
  /** The slot of which there has to be a backup: see `newestDueSlot`. Absent: none is expected. */
  readonly dueSlotAt?: Date;
}

/** A volume that the policy selects. */
export interface CoveredVolume {
  readonly createdAt: Date;
  /** The data timestamp of the policy's newest good backup of it; absent: it has none. */
  readonly goodAt?: Date;
}

/** So long a slot's backup may take from the last moment at which it can be begun. */
const TO_BE_MADE_MS = 7_200_000;
/** Data timestamps have whole seconds, and two clocks never quite agree. */
const CLOCK_TOLERANCE_MS = 60_000;

/**
 * By when the backup of a slot should be there: after the slot's window, what the policy allows for making it up (not longer than until
 * the next slot), and two hours to be made.
 */
export function dueBy(schedule: Schedule, slotAt: Date): Date {
  const { windowMs, makeUpMs } = schedule;
  const untilNextMs = nextSlot(schedule, slotAt).getTime() - slotAt.getTime();
  return new Date(slotAt.getTime() + windowMs + Math.min(makeUpMs, untilNextMs) + TO_BE_MADE_MS);
}

/** The newest slot whose backup should be there by now. @throws {RangeError} if there was none in twelve years. */
export function newestDueSlot(schedule: Schedule, now: Date): Date {
  const slotAt = latestSlot(schedule, new Date(now.getTime() - schedule.windowMs - TO_BE_MADE_MS));
  if (dueBy(schedule, slotAt) <= now) return slotAt;
  // The one before is due: its time ends with this slot, the window and the two hours at the latest.
  return slotBefore(schedule, slotAt);
}

export function slotBefore(schedule: Schedule, slotAt: Date): Date {
  return latestSlot(schedule, new Date(slotAt.getTime() - 1));
}

/**
 * Judges one volume by one policy: by the age of its newest good backup where the policy has an `rpo`, else by whether that is of
 * the slot that is due, or newer.
 */
export function judgeCoverage(policy: Policy, terms: CoverageTerms, volume: CoveredVolume): Coverage {
  const { createdAt, goodAt } = volume;
  if (goodAt !== undefined && isRecent(policy, terms, goodAt)) return 'covered';
  if (goodAt !== undefined && policy.rpoMs !== undefined) return 'stale';
  if (!isExpected(terms, createdAt)) return 'new';
  return goodAt === undefined ? 'uncovered' : 'stale';
}

function isRecent({ rpoMs }: Policy, { now, dueSlotAt }: CoverageTerms, goodAt: Date): boolean {
  if (rpoMs !== undefined) return now.getTime() - goodAt.getTime() <= rpoMs;
  return dueSlotAt === undefined || goodAt.getTime() + CLOCK_TOLERANCE_MS >= dueSlotAt.getTime();
}

/** Whether the slot that is due was one for this volume: both volume and policy were there. */
function isExpected({ dueSlotAt, firstSeenAt }: CoverageTerms, createdAt: Date): boolean {
  return (
    dueSlotAt !== undefined &&
    firstSeenAt !== undefined &&
    dueSlotAt > createdAt &&
    // A policy is first seen when its first slot is taken up, or before.
    dueSlotAt >= firstSeenAt
  );
}
