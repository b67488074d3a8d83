import type { FullPlacement, Policy } from './policy.ts';
import { slotsBetween } from './slot.ts';
import { wallClock, type ZonedTime } from './zoned-time.ts';

/** A way to place a policy's fulls. */
export interface Placement {
  /** Such as `always`, `auto`, `Sundays`, `Sundays and month ends`, `every 30`, `month ends, at most 10`. */
  readonly name: string;
  /** What the policy's config would say; where `fullAt` is given, besides it. */
  readonly full: FullPlacement;
  readonly billedBy?: Policy['billedBy'];
  /** Slots (epoch ms) that are fulls in any case. No config can say this of last slots; `auto` makes use of it. */
  readonly fullAt?: ReadonlySet<number>;
}

export const AS_CONFIGURED = 'as configured';

const DAY_MS = 86_400_000;
const DAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];
/** The chain's own limit alone. */
const NEVER: FullPlacement = { kind: 'everyCount', count: Number.MAX_SAFE_INTEGER };
const LONGEST_EVERY = 60;
const USUAL_EVERY = [7, 14, 30, 60];

interface Days {
  readonly name: string;
  readonly fullAt: ReadonlySet<number>;
}

/** The policy's own first, and in any case `always` and `auto` by either price. */
export function configuredPlacements({ full, billedBy }: Policy): Placement[] {
  const known: Placement[] = [
    { name: 'auto, billed by what is provisioned', full: { kind: 'auto' }, billedBy: 'provisioned' },
    { name: 'auto, billed by what is stored', full: { kind: 'auto' }, billedBy: 'stored' },
    { name: 'always', full: { kind: 'always' } },
  ];
  const own = known.find((each) => each.full.kind === full.kind && (each.billedBy ?? billedBy) === billedBy);
  return [own ?? { name: AS_CONFIGURED, full }, ...known.filter((each) => each !== own)];
}

/** What a person would think of, for the slots of a span of time: the last slot of a day of the week, of months, … */
export function usualPlacements(policy: Policy, from: Date, until: Date): Placement[] {
  const { weekdays, months } = namedDays(policy, from, until);
  const [sundays] = weekdays;
  return [
    ...[...weekdays, ...months, ...(sundays ? pairs([sundays], months) : [])].map(toPlacement),
    ...USUAL_EVERY.map(every),
  ];
}

/** At least a hundred: each day of the week, starts, ends and halves of months, every 2 to 60 backups, and combinations of two. */
export function widePlacements(policy: Policy, from: Date, until: Date): Placement[] {
  const { weekdays, months } = namedDays(policy, from, until);
  const single = [...weekdays, ...months];
  return [
    ...single.map(toPlacement),
    ...pairs(weekdays, months).map(toPlacement),
    ...Array.from({ length: LONGEST_EVERY - 1 }, (_, index) => every(index + 2)),
    ...single.flatMap((days) => LIMITS.map((count) => limit(days, count))),
  ];
}

const LIMITS = [2, 3, 4, 5, 7, 10, 14, 20, 30];

function namedDays(policy: Policy, from: Date, until: Date) {
  const slots = readSlots(policy, from, until);
  const lasts = slots.filter(({ isLast }) => isLast);
  const firsts = slots.filter(({ isFirst }) => isFirst);
  const days = (name: string, of: readonly Slot[], test: (day: ZonedTime) => boolean): Days => {
    const fullAt = new Set(of.filter(({ local }) => test(local)).map(({ atMs }) => atMs));
    return { name, fullAt };
  };
  const isMonthEnd = ({ year, month, day }: ZonedTime): boolean => day === lastDayOf(year, month);
  const weekdays = DAYS.map((name, weekday) => days(name, lasts, (each) => each.weekday === weekday));
  const months = [
    days('month starts', firsts, ({ day }) => day === 1),
    days('month ends', lasts, isMonthEnd),
    days('starts of half months', firsts, ({ day }) => day === 1 || day === 16),
    days('ends of half months', lasts, (each) => each.day === 15 || isMonthEnd(each)),
  ];
  // A schedule that never meets such a day would have no fulls at all.
  const exists = ({ fullAt }: Days): boolean => fullAt.size > 0 && fullAt.size < slots.length;
  return { weekdays: weekdays.filter(exists), months: months.filter(exists) };
}

interface Slot {
  readonly atMs: number;
  readonly local: ZonedTime;
  /** Of its day. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

function readSlots({ schedule }: Policy, from: Date, until: Date): Slot[] {
  const slots = [...slotsBetween(schedule, from, new Date(until.getTime() + DAY_MS))];
  const locals = slots.map((slot) => wallClock(slot, schedule.timezone));
  return slots.map((slot, index) => {
    const local = locals[index] as ZonedTime;
    const isFirst = locals[index - 1]?.weekday !== local.weekday;
    const isLast = locals[index + 1]?.weekday !== local.weekday;
    return { atMs: slot.getTime(), local, isFirst, isLast };
  });
}

function lastDayOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function toPlacement({ name, fullAt }: Days): Placement {
  return { name, full: NEVER, fullAt };
}

function every(count: number): Placement {
  return { name: `every ${count}`, full: { kind: 'everyCount', count } };
}

function limit({ name, fullAt }: Days, count: number): Placement {
  return { name: `${name}, at most ${count}`, full: { kind: 'everyCount', count }, fullAt };
}

function pairs(some: readonly Days[], others: readonly Days[]): Days[] {
  return some.flatMap((one) =>
    others.map((other) => ({
      name: `${one.name} and ${other.name}`,
      fullAt: new Set([...one.fullAt, ...other.fullAt]),
    })),
  );
}
