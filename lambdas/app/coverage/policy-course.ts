import type { SlotRecord } from '../../domain/backup-record.ts';
import { type CoverageTerms, dueBy, newestDueSlot, slotBefore } from '../../domain/coverage.ts';
import type { Policy } from '../../domain/policy.ts';
import { slotsBetween } from '../../domain/slot.ts';
import type { Catalog } from '../ports.ts';
import type { Dependencies } from '../run.ts';
import { readTestCourse, type TestCourse } from './test-course.ts';

/** What the catalog says of a policy's slots. */
export interface PolicyCourse {
  readonly policy: Policy;
  readonly terms: CoverageTerms;
  /** The record of the slot that is due; absent: nothing recorded it. */
  readonly dueSlot?: SlotRecord;
  /** Oldest first: those of the last days, and every one that nothing has taken up. */
  readonly missed: readonly MissedSlot[];
  /** Of its tests of restores, if it has any. */
  readonly tests?: TestCourse;
  /** The newest slot of which the volumes are known, and how many they were. */
  readonly newestRecorded?: SlotRecord;
}

export interface MissedSlot {
  readonly slotAt: Date;
  readonly reason: string;
  /** No later slot has been recorded. */
  readonly isOpen: boolean;
}

const SLOT_LIMIT = 500;
const RECENT_MS = 7 * 86_400_000;
/** Of slots that nothing has taken up. */
const UNRECORDED_LIMIT = 100;

/** Reads the catalog only: a policy's record and its newest slots. */
export async function readPolicyCourse(
  policy: Policy,
  now: Date,
  { catalog }: Pick<Dependencies, 'catalog'>,
): Promise<PolicyCourse> {
  const known = await catalog.getPolicy(policy.name);
  const slots = await readScheduledSlots(policy, now, catalog);
  const dueSlotAt = findDueSlot(policy, slots, now);
  const firstSeenAt = earliest(known?.firstSeenAt, slots.at(-1)?.slotAt);
  const dueSlot = slots.find(({ slotAt }) => slotAt.getTime() === dueSlotAt.getTime());
  const newestRecorded = slots.find(({ state }) => state === 'recorded');
  const tests = await readTestCourse(policy, known?.restoreTests?.since, now, { catalog });
  return {
    policy,
    terms: { now, dueSlotAt, ...(firstSeenAt !== undefined && { firstSeenAt }) },
    ...(dueSlot !== undefined && { dueSlot }),
    ...(tests !== undefined && { tests }),
    missed: policy.paused ? [] : findMissed(policy, slots, dueSlotAt, firstSeenAt, now),
    ...(newestRecorded !== undefined && { newestRecorded }),
  };
}

/** Newest first. Where backups by hand fill the list, each of which has a slot, those that can be due are asked for one by one. */
async function readScheduledSlots(
  { name, schedule }: Policy,
  now: Date,
  catalog: Catalog,
): Promise<readonly SlotRecord[]> {
  const listed = await catalog.listSlots(name, SLOT_LIMIT);
  const scheduled = listed.filter(({ trigger }) => trigger !== 'manual');
  if (scheduled.length > 0 || listed.length < SLOT_LIMIT) return scheduled;
  const due = newestDueSlot(schedule, now);
  const found: SlotRecord[] = [];
  for (let slotAt = due, asked = 0; found.length === 0 && asked < UNRECORDED_LIMIT; asked += 1) {
    const slot = await catalog.getSlot(name, slotAt);
    if (slot !== undefined) found.push(slot);
    slotAt = slotBefore(schedule, slotAt);
  }
  return found;
}

/**
 * The newest slot of which there should be backups. Where the schedule has changed, slots that it would have had before are none: what the
 * catalog knows counts, and of the schedule only what comes after.
 */
function findDueSlot({ schedule }: Policy, slots: readonly SlotRecord[], now: Date): Date {
  const due = newestDueSlot(schedule, now);
  const [newest] = slots;
  if (newest === undefined || due > newest.slotAt) return due;
  const isDue = ({ state, slotAt }: SlotRecord) => state !== 'paused' && dueBy(schedule, slotAt) <= now;
  return slots.find(isDue)?.slotAt ?? due;
}

function findMissed(
  { schedule }: Policy,
  slots: readonly SlotRecord[],
  dueSlotAt: Date,
  firstSeenAt: Date | undefined,
  now: Date,
): MissedSlot[] {
  const newestTakenAt = slots.find(({ state }) => state === 'recorded' || state === 'paused')?.slotAt;
  const isOpen = (slotAt: Date) => newestTakenAt === undefined || slotAt > newestTakenAt;
  const recorded = slots
    .filter(({ state, slotAt }) => state === 'missed' && now.getTime() - slotAt.getTime() <= RECENT_MS)
    .map(({ slotAt, reason = 'no reason was recorded' }) => ({ slotAt, reason, isOpen: isOpen(slotAt) }));
  const halted = slots
    .filter(({ state, slotAt }) => state === 'recording' && slotAt <= dueSlotAt)
    .map(({ slotAt }) => ({
      slotAt,
      reason: 'its volumes are not all recorded yet',
      isOpen: isOpen(slotAt),
    }));
  const since = slots[0]?.slotAt ?? firstSeenAt;
  const unrecorded = since === undefined ? [] : [...slotsBetween(schedule, since, dueSlotAt)];
  return [
    ...[...recorded, ...halted].toSorted((a, b) => a.slotAt.getTime() - b.slotAt.getTime()),
    ...unrecorded
      .slice(-UNRECORDED_LIMIT)
      .map((slotAt) => ({ slotAt, reason: 'nothing has taken it up', isOpen: true })),
  ];
}

function earliest(...instants: readonly (Date | undefined)[]): Date | undefined {
  const given = instants.filter((at) => at !== undefined);
  return given.length === 0 ? undefined : new Date(Math.min(...given.map((at) => at.getTime())));
}
