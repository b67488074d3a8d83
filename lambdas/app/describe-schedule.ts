import { type Cron, parseCron } from '../domain/cron.ts';
import type { Schedule } from '../domain/policy.ts';
import type { SlotRule } from '../domain/slot.ts';

const MINUTE_MS = 60_000;
const UNITS: readonly (readonly [minutes: number, unit: string])[] = [
  [1440, 'd'],
  [60, 'h'],
  [1, 'min'],
];
/** More times of day than this are told by their fields. */
const LISTED_TIMES = 6;
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A schedule as a sentence: `Every day at 03:30 (Europe/Berlin), starting within 30min; a missed slot is made up for 12h.` */
export function describeSchedule({ windowMs, makeUpMs, ...slots }: Schedule): string {
  const window = windowMs === 0 ? '' : `, starting within ${formatMs(windowMs)}`;
  const makeUp =
    makeUpMs === 0 ? 'a missed slot is not made up' : `a missed slot is made up for ${formatMs(makeUpMs)}`;
  return `${describeSlots(slots)}${window}; ${makeUp}.`;
}

/** `Every day at 03:30 (Europe/Berlin)`. */
export function describeSlots({ cron, timezone }: SlotRule): string {
  const parsed = parseCron(cron);
  return `${describeDays(parsed)} ${describeTimes(parsed)} (${timezone})`;
}

function describeDays({ daysOfWeek, daysOfMonth, months }: Cron): string {
  const inMonths =
    months === undefined ? '' : ` in ${joinWords(months.map((month) => MONTHS[month - 1] ?? ''))}`;
  if (daysOfWeek !== undefined && daysOfWeek.length < 7) {
    return `Every ${joinWords(daysOfWeek.map((day) => DAYS[day] ?? ''))}${inMonths}`;
  }
  if (daysOfMonth === undefined) return `Every day${inMonths}`;
  const days = `day${daysOfMonth.length > 1 ? 's' : ''} ${joinWords(daysOfMonth.map(String))}`;
  return `On ${days} of ${months === undefined ? 'every month' : joinWords(months.map((month) => MONTHS[month - 1] ?? ''))}`;
}

function describeTimes({ hours, minutes }: Cron): string {
  const isEveryHour = hours === undefined || hours.length === 24;
  if (minutes === undefined || minutes.length === 60) {
    return isEveryHour ? 'every minute' : `every minute of ${nameHours(hours)}`;
  }
  const minuteText = `minute${minutes.length > 1 ? 's' : ''} ${joinWords(minutes.map(String))}`;
  if (isEveryHour) return `at ${minuteText} of every hour`;
  if (hours.length * minutes.length > LISTED_TIMES) return `at ${minuteText} of ${nameHours(hours)}`;
  const times = hours.flatMap((hour) => minutes.map((minute) => `${twoDigits(hour)}:${twoDigits(minute)}`));
  return `at ${joinWords(times)}`;
}

function nameHours(hours: readonly number[]): string {
  return `hour${hours.length > 1 ? 's' : ''} ${joinWords(hours.map(String))}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** As durations are written in the config: `1d12h`, `30min`. */
export function formatMs(ms: number): string {
  let rest = Math.round(ms / MINUTE_MS);
  const parts = UNITS.map(([minutes, unit]) => {
    const amount = Math.floor(rest / minutes);
    rest -= amount * minutes;
    return amount === 0 ? '' : `${amount}${unit}`;
  });
  return parts.join('') || '0min';
}
