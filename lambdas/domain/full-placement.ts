import { chooseAutoPlacement } from './auto-placement.ts';
import { addDuration } from './duration.ts';
import { endsBitsOf } from './keep-span.ts';
import type { Policy } from './policy.ts';
import { latestSlot, nextSlot } from './slot.ts';

const HOUR_MS = 3_600_000;

/** The newest full that is planned up to an instant. */
interface Planned {
  readonly askedMs: number;
  /** The latest slot then. */
  readonly slotMs: number;
  readonly fullMs: number;
}

const planned = new WeakMap<Policy, Planned>();

/** The chain that an incremental would join. */
export interface JoinedChain {
  readonly length: number;
  readonly fullAt: Date;
}

/**
 * Whether the policy's plan wants a full in this slot. A full that was planned for an earlier slot and did not come about is made up
 * for in the first slot that does; one that was made just before counts.
 */
export function isPlannedFull(policy: Policy, slotAt: Date, { length, fullAt }: JoinedChain): boolean {
  const { full, schedule } = policy;
  switch (full.kind) {
    case 'always':
      return true;
    case 'everyCount':
      return length >= full.count;
    case 'everyDuration': {
      const dueMs = addDuration(fullAt, full.duration, schedule.timezone).getTime();
      return dueMs - toleranceMs(policy, slotAt) <= slotAt.getTime();
    }
    case 'cron': {
      const cron = { cron: full.cron, timezone: schedule.timezone };
      const countsFrom = new Date(countsUntilMs(policy, slotAt, fullAt));
      return nextSlot(cron, countsFrom).getTime() <= slotAt.getTime();
    }
    case 'auto':
      if (length >= chooseAutoPlacement(policy).maxLength) return true;
      return newestPlannedMs(policy, slotAt) > countsUntilMs(policy, slotAt, fullAt);
  }
}

/** Up to when a full counts as made: for a slot it can be stamped a little earlier, as the cloud's clock is another one. */
function countsUntilMs(policy: Policy, slotAt: Date, fullAt: Date): number {
  return fullAt.getTime() + toleranceMs(policy, slotAt);
}

/** Less than half the distance to the slot before, so that no other slot's full is taken for this one's. */
function toleranceMs({ schedule }: Policy, slotAt: Date): number {
  const before = latestSlot(schedule, new Date(slotAt.getTime() - 1));
  return Math.min(HOUR_MS, (slotAt.getTime() - before.getTime()) / 2);
}

/** The newest slot, up to and with this one, that ends a bucket of the placement's. All volumes of a run ask for the same slot, and runs follow the slots. */
function newestPlannedMs(policy: Policy, slotAt: Date): number {
  const { bits } = chooseAutoPlacement(policy);
  if (bits === 0) return Number.NEGATIVE_INFINITY;
  const before = planned.get(policy);
  if (before?.askedMs === slotAt.getTime()) return before.fullMs;
  const latest = latestSlot(policy.schedule, slotAt);
  const fullMs = findNewestPlannedMs(policy, latest, bits, before);
  planned.set(policy, { askedMs: slotAt.getTime(), slotMs: latest.getTime(), fullMs });
  return fullMs;
}

function findNewestPlannedMs(policy: Policy, latest: Date, bits: number, before?: Planned): number {
  for (let slot = latest; ; ) {
    if (before?.slotMs === slot.getTime()) return before.fullMs;
    if ((endsBitsOf(policy, slot) & bits) !== 0) return slot.getTime();
    slot = latestSlot(policy.schedule, new Date(slot.getTime() - 1));
  }
}
