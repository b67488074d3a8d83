import { type Cron, parseCron } from './cron.ts';
import type { Schedule } from './policy.ts';
import { instantsOfLocal, offsetMsAt } from './zoned-time.ts';

/** What decides where the slots are. */
export type SlotRule = Pick<Schedule, 'cron' | 'timezone'>;

/** A wall clock of the schedule that the zone skips (`lost`) or shows twice (`doubled`: the slot is the first). */
export type DaylightWarning =
  | { readonly kind: 'lost'; readonly localTime: string }
  | { readonly kind: 'doubled'; readonly localTime: string; readonly slotAt: Date };

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** February 29 can be eight years away; no calendar takes longer to come round to a slot. */
const HORIZON_DAYS = 12 * 366;
/** Beyond this from a local midnight no offset can matter to the day's slots. */
const OFFSET_MARGIN_MS = 16 * HOUR_MS;
const CACHED_CRONS = 1000;

const crons = new Map<string, Cron>();

/**
 * The slots in (`afterExclusive`, `untilInclusive`], oldest first, made as they are asked for. A wall clock in a DST gap has no slot, one in
 * an overlap has one, at its first pass.
 *
 * @throws {CronSyntaxError} @throws {RangeError} for an unknown zone.
 */
export function* slotsBetween(
  rule: SlotRule,
  afterExclusive: Date,
  untilInclusive: Date,
): Generator<Date, void> {
  const [afterMs, untilMs] = [afterExclusive.getTime(), untilInclusive.getTime()];
  const cron = readCron(rule.cron);
  const lastDay = localDay(untilMs, rule.timezone) + 1;
  // A clock set back over midnight can bring a slot of the next day before this one's end; hence a day more at both ends.
  for (let day = localDay(afterMs, rule.timezone) - 1; day <= lastDay; day += 1) {
    for (const atMs of slotsOfDay(cron, day, rule.timezone)) {
      if (atMs > untilMs) return;
      if (atMs > afterMs) yield new Date(atMs);
    }
  }
}

/** The newest slot that is not after an instant. @throws {RangeError} if there was none in twelve years. */
export function latestSlot(rule: SlotRule, atOrBefore: Date): Date {
  const cron = readCron(rule.cron);
  const firstDay = localDay(atOrBefore.getTime(), rule.timezone) + 1;
  for (let day = firstDay; day > firstDay - HORIZON_DAYS; day -= 1) {
    const found = slotsOfDay(cron, day, rule.timezone).findLast((atMs) => atMs <= atOrBefore.getTime());
    if (found !== undefined) return new Date(found);
  }
  throw new RangeError(noSlot(rule, 'before', atOrBefore));
}

/** The first slot after an instant. @throws {RangeError} if there is none in twelve years. */
export function nextSlot(rule: SlotRule, after: Date): Date {
  const until = new Date(after.getTime() + HORIZON_DAYS * DAY_MS);
  const { value } = slotsBetween(rule, after, until).next();
  if (value instanceof Date) return value;
  throw new RangeError(noSlot(rule, 'after', after));
}

/** Whether the instant is one of the schedule's slots, to the millisecond. */
export function isSlot(rule: SlotRule, at: Date): boolean {
  const atMs = at.getTime();
  if (atMs % MINUTE_MS !== 0) return false;
  const cron = readCron(rule.cron);
  const day = localDay(atMs, rule.timezone);
  return slotsOfDay(cron, day, rule.timezone).includes(atMs);
}

/** What daylight saving does to a schedule in the given days, oldest first. */
export function findDaylightWarnings(rule: SlotRule, from: Date, days: number): DaylightWarning[] {
  const cron = readCron(rule.cron);
  const firstDay = localDay(from.getTime(), rule.timezone);
  const warnings: DaylightWarning[] = [];
  for (let day = firstDay; day < firstDay + days; day += 1) {
    if (steadyOffsetMs(day, rule.timezone) !== undefined) continue;
    for (const localMs of localTimesOfDay(cron, day)) {
      const [firstMs, secondMs] = instantsOfLocal(localMs, rule.timezone);
      const localTime = new Date(localMs).toISOString().slice(0, 16);
      if (firstMs === undefined) warnings.push({ kind: 'lost', localTime });
      else if (secondMs !== undefined)
        warnings.push({ kind: 'doubled', localTime, slotAt: new Date(firstMs) });
    }
  }
  return warnings;
}

/**
 * A slot in names and keys: `20261123T033000Z`.
 *
 * @throws {RangeError} for an instant with a fraction of a second, which would not read back as the same slot.
 */
export function slotText(at: Date): string {
  const text = at.toISOString();
  if (at.getTime() % 1000 !== 0 || !/^[1-9]\d{3}-/.test(text)) {
    throw new RangeError(`${text} is no slot: slots are whole seconds in the years 1000 to 9999`);
  }
  return text.replace(/[-:]|\.000/g, '');
}

/** Reads what `slotText` writes, and nothing else. */
export function parseSlotText(text: string): Date | undefined {
  const parts = /^([1-9]\d{3})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1).map(Number);
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  // Date runs over where we refuse: February 30, 24:00, second 60.
  const isExact =
    at.getUTCMonth() === month - 1 &&
    at.getUTCDate() === day &&
    at.getUTCHours() === hour &&
    at.getUTCMinutes() === minute &&
    at.getUTCSeconds() === second;
  return isExact ? at : undefined;
}

/** Days since 1970-01-01 on the zone's calendar. */
function localDay(atMs: number, zone: string): number {
  return Math.floor((atMs + offsetMsAt(atMs, zone)) / DAY_MS);
}

/** The day's slots as instants, ascending. */
function slotsOfDay(cron: Cron, day: number, zone: string): number[] {
  if (!isDayOf(cron, day)) return [];
  const localTimes = localTimesOfDay(cron, day);
  const steadyMs = steadyOffsetMs(day, zone);
  if (steadyMs !== undefined) return localTimes.map((localMs) => localMs - steadyMs);
  return localTimes.flatMap((localMs) => instantsOfLocal(localMs, zone).slice(0, 1));
}

/** The offset that all of the day's wall clocks have, if it is one. */
function steadyOffsetMs(day: number, zone: string): number | undefined {
  const offsetMs = offsetMsAt(day * DAY_MS - OFFSET_MARGIN_MS, zone);
  return offsetMs === offsetMsAt((day + 1) * DAY_MS + OFFSET_MARGIN_MS, zone) ? offsetMs : undefined;
}

function isDayOf(cron: Cron, day: number): boolean {
  const date = new Date(day * DAY_MS);
  return (
    (cron.daysOfWeek?.includes(date.getUTCDay()) ?? true) &&
    (cron.daysOfMonth?.includes(date.getUTCDate()) ?? true) &&
    (cron.months?.includes(date.getUTCMonth() + 1) ?? true)
  );
}

/** The day's wall clocks, written as if they were UTC; empty on a day that is not the schedule's. */
function localTimesOfDay(cron: Cron, day: number): number[] {
  if (!isDayOf(cron, day)) return [];
  const hours = cron.hours ?? range(24);
  const minutes = cron.minutes ?? range(60);
  return hours.flatMap((hour) => minutes.map((minute) => day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS));
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function readCron(text: string): Cron {
  const known = crons.get(text);
  if (known !== undefined) return known;
  if (crons.size >= CACHED_CRONS) crons.clear();
  const cron = parseCron(text);
  crons.set(text, cron);
  return cron;
}

function noSlot(rule: SlotRule, side: 'before' | 'after', at: Date): string {
  return `cron "${rule.cron}" in ${rule.timezone} has no slot within twelve years ${side} ${at.toISOString()}`;
}
