/** What a clock on the wall shows, on the Gregorian calendar. */
export interface WallClock {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export interface ZonedTime extends WallClock {
  /** 0 (Sunday) to 6. */
  readonly weekday: number;
  /** The year that the ISO week belongs to: 2027-01-01 is in 2026-W53. */
  readonly isoYear: number;
  /** 1 to 53. */
  readonly isoWeek: number;
}

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly offsetMs: number;
}

interface DayKeys {
  readonly day: string;
  readonly week: string;
  readonly month: string;
  readonly year: string;
  readonly hours: readonly string[];
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/**
 * No zone ever changed its offset twice within one block: the closest two are four days apart (Freetown, 1939).
 *
 * @see IANA tzdb 2025b and 2025c, all transitions of all zones
 */
const BLOCK_MS = 3 * DAY_MS;
/** No zone was ever farther from UTC. */
const WIDEST_OFFSET_MS = 16 * HOUR_MS;
/** Before standard time every zone has one offset; far before, formatted years lose their era. */
const EARLIEST_MS = Date.UTC(1800, 0, 1);
const CACHED_DAYS = 20_000;

const zones = new Map<string, (atMs: number) => number>();
const keysByDay = new Map<number, DayKeys>();

/** Whether `zone` is the name of an IANA time zone, spelt as IANA does (`europe/berlin` and `+01:00` are not). */
export function isKnownZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    const { timeZone } = new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions();
    return timeZone === zone || timeZone.toLowerCase() !== zone.toLowerCase();
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * How far the zone's clocks are ahead of UTC at an instant, both in milliseconds. Offsets are read from `Intl` once per
 * zone and three days, then remembered.
 *
 * @throws {RangeError} for an unknown zone or an invalid instant.
 */
export function offsetMsAt(atMs: number, zone: string): number {
  let offsets = zones.get(zone);
  if (offsets === undefined) {
    offsets = createOffsets(zone);
    zones.set(zone, offsets);
  }
  return offsets(atMs);
}

/** What the zone's clocks and calendars show at an instant. */
export function wallClock(at: Date, zone: string): ZonedTime {
  const local = new Date(at.getTime() + offsetMsAt(at.getTime(), zone));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    weekday: local.getUTCDay(),
    ...isoWeekOf(Math.floor(local.getTime() / DAY_MS)),
  };
}

/**
 * The instants at which the zone's clocks show this, earliest first: none in a gap (or for a date that no calendar has),
 * two in an overlap, otherwise one.
 */
export function instantsOf(
  wall: Omit<WallClock, 'second'> & { readonly second?: number },
  zone: string,
): Date[] {
  const { year, month, day, hour, minute, second = 0 } = wall;
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const isOnCalendar =
    local.getUTCMonth() === month - 1 && local.getUTCDate() === day && local.getUTCHours() === hour;
  return isOnCalendar ? instantsOfLocal(local.getTime(), zone).map((atMs) => new Date(atMs)) : [];
}

/** The same for a wall clock written as if it were UTC, in milliseconds. */
export function instantsOfLocal(localMs: number, zone: string): number[] {
  const offsets = new Set(
    [localMs - WIDEST_OFFSET_MS, localMs, localMs + WIDEST_OFFSET_MS].map((atMs) => offsetMsAt(atMs, zone)),
  );
  return [...offsets]
    .filter((offsetMs) => offsetMsAt(localMs - offsetMs, zone) === offsetMs)
    .map((offsetMs) => localMs - offsetMs)
    .sort((a, b) => a - b);
}

/** `2026-11-23T04`: both passes through an hour that a clock repeats have the same key, as in restic. */
export function hourKey(at: Date, zone: string): string {
  const localMs = at.getTime() + offsetMsAt(at.getTime(), zone);
  const day = Math.floor(localMs / DAY_MS);
  // biome-ignore lint/style/noNonNullAssertion: a day has 24 hours
  return keysOf(day).hours[Math.floor((localMs - day * DAY_MS) / HOUR_MS)]!;
}

/** `2026-11-23`. */
export function dayKey(at: Date, zone: string): string {
  return keysAt(at, zone).day;
}

/** `2026-W48`, with the ISO year. */
export function isoWeekKey(at: Date, zone: string): string {
  return keysAt(at, zone).week;
}

/** `2026-11`. */
export function monthKey(at: Date, zone: string): string {
  return keysAt(at, zone).month;
}

/** `2026`. */
export function yearKey(at: Date, zone: string): string {
  return keysAt(at, zone).year;
}

function keysAt(at: Date, zone: string): DayKeys {
  const atMs = at.getTime();
  return keysOf(Math.floor((atMs + offsetMsAt(atMs, zone)) / DAY_MS));
}

/** @param day days since 1970-01-01 on the local calendar. */
function keysOf(day: number): DayKeys {
  const known = keysByDay.get(day);
  if (known !== undefined) return known;
  if (keysByDay.size >= CACHED_DAYS) keysByDay.clear();
  const made = makeKeys(day);
  keysByDay.set(day, made);
  return made;
}

function makeKeys(dayNumber: number): DayKeys {
  const day = new Date(dayNumber * DAY_MS).toISOString().slice(0, -14);
  const { isoYear, isoWeek } = isoWeekOf(dayNumber);
  return {
    day,
    week: `${String(isoYear).padStart(4, '0')}-W${pad2(isoWeek)}`,
    month: day.slice(0, -3),
    year: day.slice(0, -6),
    hours: Array.from({ length: 24 }, (_, hour) => `${day}T${pad2(hour)}`),
  };
}

function isoWeekOf(day: number): { isoYear: number; isoWeek: number } {
  // 1970-01-01 was a Thursday; the Thursday of a week decides to which year it belongs.
  const thursday = day + 3 - ((((day + 3) % 7) + 7) % 7);
  const isoYear = new Date(thursday * DAY_MS).getUTCFullYear();
  const newYear = Math.floor(Date.UTC(isoYear, 0, 1) / DAY_MS);
  return { isoYear, isoWeek: Math.floor((thursday - newYear) / 7) + 1 };
}

function pad2(value: number): string {
  return String(value).padStart(2, '0');
}

function createOffsets(zone: string): (atMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const blocks = new Map<number, readonly Span[]>();
  let last: Span = { fromMs: 0, untilMs: 0, offsetMs: 0 };
  return (atMs) => {
    if (atMs >= last.fromMs && atMs < last.untilMs) return last.offsetMs;
    const block = Math.floor(atMs / BLOCK_MS);
    let spans = blocks.get(block);
    if (spans === undefined) {
      spans = readSpans(format, block * BLOCK_MS);
      blocks.set(block, spans);
    }
    last = spans.find((span) => atMs < span.untilMs) ?? last;
    return last.offsetMs;
  };
}

/** One span, or two where the offset changes within the block. */
function readSpans(format: Intl.DateTimeFormat, fromMs: number): readonly Span[] {
  const untilMs = fromMs + BLOCK_MS;
  const before = readOffsetMs(format, fromMs);
  const after = readOffsetMs(format, untilMs - 1);
  if (before === after) return [{ fromMs, untilMs, offsetMs: before }];
  let [low, high] = [fromMs, untilMs];
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (readOffsetMs(format, middle) === before) low = middle;
    else high = middle;
  }
  return [
    { fromMs, untilMs: high, offsetMs: before },
    { fromMs: high, untilMs, offsetMs: after },
  ];
}

function readOffsetMs(format: Intl.DateTimeFormat, anyMs: number): number {
  const atMs = Math.max(anyMs, EARLIEST_MS);
  const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = (
    format.format(atMs).match(/\d+/g) ?? []
  ).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(atMs / 1000) * 1000;
}
