import { addDuration, type CalendarDuration } from './duration.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More than a calendar's days can differ from 24 hours together, and a month's overflow from a month. */
const MARGIN_MS = 4 * DAY_MS;

/** When a backup of this stamp reaches an age, on the zone's calendar. */
export function ageReachedAt(stampAt: Date, age: CalendarDuration, zone: string): Date {
  return addDuration(stampAt, age, zone);
}

/** Whether a backup of this stamp has an age; exactly that age counts. */
export function hasAge(stampAt: Date, age: CalendarDuration, zone: string, now: Date): boolean {
  const elapsedMs = now.getTime() - stampAt.getTime();
  if (elapsedMs < shortestMs(age)) return false;
  // The calendar is only asked when it can make a difference: this runs once for every backup.
  if (elapsedMs > shortestMs(age) + spreadMs(age)) return true;
  return ageReachedAt(stampAt, age, zone).getTime() <= now.getTime();
}

/** No stretch of the calendar of this duration is shorter. */
export function shortestMs({ years, months, days, hours, minutes }: CalendarDuration): number {
  const calendarDays = years * 365 + months * 28 + days;
  const elapsedMs = hours * HOUR_MS + minutes * 60_000;
  return Math.max(0, calendarDays * DAY_MS + elapsedMs - (calendarDays > 0 ? MARGIN_MS : 0) - HOUR_MS);
}

function spreadMs({ years, months, days }: CalendarDuration): number {
  return (years + months * 3 + (days > 0 ? 1 : 0)) * DAY_MS + 2 * MARGIN_MS + 2 * HOUR_MS;
}

/** What a duration comes to on average, for estimates. */
export function typicalMs({ years, months, days, hours, minutes }: CalendarDuration): number {
  return (years * 365.25 + months * (365.25 / 12) + days) * DAY_MS + hours * HOUR_MS + minutes * 60_000;
}
