import { offsetMsAt } from './zoned-time.ts';

/**
 * A length of time on the calendar. Parts are applied largest first: years, months and days on the calendar of a zone,
 * then hours and minutes as elapsed time, which is restic's order.
 *
 * @see restic internal/data/snapshot_policy.go, Duration
 */
export interface CalendarDuration {
  readonly years: number;
  readonly months: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
}

/** A text that is no duration; the message says what would be one. */
export class DurationSyntaxError extends Error {
  override readonly name = 'DurationSyntaxError';
}

/** What a duration looks like, for schemas: one to six parts, largest unit first. */
export const DURATION_PATTERN =
  /^(?=.)(\d{1,5}y)?(\d{1,5}mo)?(\d{1,5}w)?(\d{1,5}d)?(\d{1,5}h)?(\d{1,5}min)?$/;

const UNITS: readonly string[] = ['y', 'mo', 'w', 'd', 'h', 'min'];
const MOST_DIGITS = 5;
const EXAMPLES = 'such as 30min, 12h, 7d, 4w, 6mo or 1y6mo';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/**
 * Reads `1y6mo`, `48h`, `30min`: units `y mo w d h min`, each at most once, largest first. A week is 7 days.
 *
 * @throws {DurationSyntaxError} for anything else; above all for a bare `m`, which is minutes to some and months to others.
 */
export function parseDuration(text: string): CalendarDuration {
  const parts = [...text.matchAll(/(\d+)([a-z]*)/gi)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new DurationSyntaxError(`"${text}" is not a duration; write one ${EXAMPLES}`);
  }
  const amounts = new Map<string, number>();
  let previous = -1;
  for (const [, digits = '', unit = ''] of parts) {
    const rank = rankUnit(text, digits, unit);
    if (rank <= previous) throw new DurationSyntaxError(orderMessage(text, rank === previous, unit));
    previous = rank;
    amounts.set(unit, readAmount(text, digits));
  }
  return {
    years: amounts.get('y') ?? 0,
    months: amounts.get('mo') ?? 0,
    days: (amounts.get('w') ?? 0) * 7 + (amounts.get('d') ?? 0),
    hours: amounts.get('h') ?? 0,
    minutes: amounts.get('min') ?? 0,
  };
}

/** The shortest text that reads back as the same duration: `1y6mo`, `14d`; `0min` for nothing. */
export function formatDuration(duration: CalendarDuration): string {
  const { years, months, days, hours, minutes } = duration;
  const parts: readonly (readonly [number, string])[] = [
    [years, 'y'],
    [months, 'mo'],
    [days, 'd'],
    [hours, 'h'],
    [minutes, 'min'],
  ];
  const text = parts.map(([amount, unit]) => (amount === 0 ? '' : `${amount}${unit}`)).join('');
  return text === '' ? '0min' : text;
}

/** The length in milliseconds with days of 24 hours; `undefined` with years or months, which have no one length. */
export function durationToMs(duration: CalendarDuration): number | undefined {
  if (duration.years !== 0 || duration.months !== 0) return undefined;
  return duration.days * DAY_MS + elapsedMs(duration);
}

export function isZeroDuration(duration: CalendarDuration): boolean {
  return Object.values(duration).every((amount) => amount === 0);
}

/**
 * `at` plus a duration: years, months and days together on the zone's calendar, where a day that the month does not have
 * runs over into the next (Jan 31 + 1mo = Mar 3, or Mar 2 in a leap year), then hours and minutes as elapsed time. A wall clock
 * that does not exist or exists twice is resolved as Go does, even where nothing is added on the calendar: from within the
 * repeated hour of a DST overlap the result can be an hour off. For elapsed time alone add `durationToMs`.
 *
 * @see Go time.Time.AddDate, time.Date
 */
export function addDuration(at: Date, duration: CalendarDuration, zone: string): Date {
  return shift(at, duration, zone, 1);
}

/** `at` minus a duration, in the same order: Mar 31 − 1mo = Mar 3, or Mar 2 in a leap year. */
export function subtractDuration(at: Date, duration: CalendarDuration, zone: string): Date {
  return shift(at, duration, zone, -1);
}

function shift(at: Date, duration: CalendarDuration, zone: string, sign: 1 | -1): Date {
  return new Date(addDate(at.getTime(), duration, zone, sign) + sign * elapsedMs(duration));
}

/** Go looks the offset up as if the wall clock were UTC, then once more at the instant that this gives; never if it is 0. */
function addDate(
  atMs: number,
  { years, months, days }: CalendarDuration,
  zone: string,
  sign: 1 | -1,
): number {
  const local = new Date(atMs + offsetMsAt(atMs, zone));
  // All three at once: in two steps an overflow of the first would shift the second.
  local.setUTCFullYear(
    local.getUTCFullYear() + sign * years,
    local.getUTCMonth() + sign * months,
    local.getUTCDate() + sign * days,
  );
  const localMs = local.getTime();
  const guessMs = offsetMsAt(localMs, zone);
  return guessMs === 0 ? localMs : localMs - offsetMsAt(localMs - guessMs, zone);
}

function elapsedMs({ hours, minutes }: CalendarDuration): number {
  return hours * HOUR_MS + minutes * MINUTE_MS;
}

function rankUnit(text: string, digits: string, unit: string): number {
  const rank = UNITS.indexOf(unit);
  if (rank >= 0) return rank;
  if (unit === '')
    throw new DurationSyntaxError(`"${text}" has no unit after ${digits}; write it ${EXAMPLES}`);
  if (unit === 'm') {
    throw new DurationSyntaxError(
      `"${text}" is ambiguous; write ${digits}min for minutes or ${digits}mo for months`,
    );
  }
  throw new DurationSyntaxError(`"${text}" has the unknown unit "${unit}"; the units are y mo w d h min`);
}

function orderMessage(text: string, isTwice: boolean, unit: string): string {
  return isTwice
    ? `"${text}" has the unit ${unit} twice; write each unit once, ${EXAMPLES}`
    : `"${text}" has ${unit} after a smaller unit; write the largest unit first, ${EXAMPLES}`;
}

function readAmount(text: string, digits: string): number {
  if (digits.length > MOST_DIGITS) {
    throw new DurationSyntaxError(`"${text}" is too long; a unit can have at most ${MOST_DIGITS} digits`);
  }
  return Number(digits);
}
