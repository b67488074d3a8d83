/** Values that match, ascending; `undefined` = every one (`*`). */
type FieldValues = readonly number[] | undefined;

/** A parsed schedule: exactly the subset that standard cron and EventBridge both mean alike. */
export interface Cron {
  readonly minutes: FieldValues;
  readonly hours: FieldValues;
  readonly daysOfMonth: FieldValues;
  /** 1 to 12. */
  readonly months: FieldValues;
  /** 0 (Sunday) to 6; restricted only if `daysOfMonth` is not. */
  readonly daysOfWeek: FieldValues;
}

/** A text that is no schedule, or one that never comes; the message names the field and says what would be right. */
export class CronSyntaxError extends Error {
  override readonly name = 'CronSyntaxError';
}

interface Field {
  readonly name: string;
  readonly lowest: number;
  readonly highest: number;
  /** Of `lowest` and the values after it. */
  readonly words: readonly string[];
}

const MONTH_WORDS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAY_WORDS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const MINUTE: Field = { name: 'minute', lowest: 0, highest: 59, words: [] };
const HOUR: Field = { name: 'hour', lowest: 0, highest: 23, words: [] };
const DAY_OF_MONTH: Field = { name: 'day-of-month', lowest: 1, highest: 31, words: [] };
const MONTH: Field = { name: 'month', lowest: 1, highest: 12, words: MONTH_WORDS };
const DAY_OF_WEEK: Field = { name: 'day-of-week', lowest: 0, highest: 7, words: DAY_WORDS };
const FIELDS = [MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK];

/**
 * Reads `minute hour day-of-month month day-of-week`: `*`, numbers, names of months and days in any case, ranges, lists, and
 * steps after `*` or a range. Sunday is 0 or 7.
 *
 * @throws {CronSyntaxError} also for what the two dialects mean differently (both day fields restricted: one of two
 *   in cron, refused by EventBridge; `5/15`; ranges that wrap) and for days that never come (`0 0 30 2 *`).
 */
export function parseCron(text: string): Cron {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    throw new CronSyntaxError(
      `"${text}" has ${text.trim() === '' ? 0 : fields.length} fields; write the five: ${FIELDS.map(({ name }) => name).join(' ')}`,
    );
  }
  const [minutes, hours, daysOfMonth, months, weekdays] = FIELDS.map((field, index) =>
    parseField(field, fields[index] ?? ''),
  );
  if (daysOfMonth !== undefined && weekdays !== undefined) {
    throw new CronSyntaxError(
      'day-of-month and day-of-week are both restricted, which cron and EventBridge understand differently; leave one of them *',
    );
  }
  refuseImpossibleDays(daysOfMonth, months);
  return {
    minutes,
    hours,
    daysOfMonth,
    months,
    daysOfWeek: weekdays && sortUnique(weekdays.map((day) => day % 7)),
  };
}

/** Whether one instant can match both, so that slots of the one may be slots of the other. */
export function doCronsMeet(a: Cron, b: Cron): boolean {
  const days = intersect(a.daysOfMonth, b.daysOfMonth);
  const months = intersect(a.months, b.months);
  return (
    [
      intersect(a.minutes, b.minutes),
      intersect(a.hours, b.hours),
      intersect(a.daysOfWeek, b.daysOfWeek),
      days,
      months,
    ].every((values) => values === undefined || values.length > 0) && hasPossibleDay(days, months)
  );
}

/**
 * The same schedule as EventBridge writes it: `cron(30 3 ? * MON,FRI *)`. Days of the week are spelt out, since EventBridge
 * counts them from 1. Never longer than the 256 characters that it takes.
 *
 * @see EventBridge Scheduler User Guide, "Schedule types"
 */
export function formatEventBridgeCron(cron: Cron): string {
  const { minutes, hours, daysOfMonth, months, daysOfWeek } = cron;
  const weekdays = daysOfWeek?.map((day) => (DAY_WORDS[day] ?? '').toUpperCase()).join(',');
  const days = weekdays === undefined ? formatValues(daysOfMonth) : '?';
  const fields = [
    formatValues(minutes),
    formatValues(hours),
    days,
    formatValues(months),
    weekdays ?? '?',
    '*',
  ];
  return `cron(${fields.join(' ')})`;
}

/** `0-29,45`: three in a row and more as a range. */
function formatValues(values: FieldValues): string {
  if (values === undefined) return '*';
  const runs: number[][] = [];
  for (const value of values) {
    const run = runs.at(-1);
    if (run?.at(-1) === value - 1) run.push(value);
    else runs.push([value]);
  }
  return runs.map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(','))).join(',');
}

function parseField(field: Field, text: string): FieldValues {
  if (text === '*') return undefined;
  return sortUnique(text.split(',').flatMap((item) => parseItem(field, item)));
}

function parseItem(field: Field, item: string): number[] {
  const [range = '', stepText, ...more] = item.split('/');
  if (item === '' || more.length > 0) throw wrong(field, item);
  const [from, to] = parseRange(field, range);
  if (stepText === undefined) return count(from, to ?? from, 1);
  if (to === undefined) {
    throw new CronSyntaxError(
      `${field.name}: "${item}" has a step after a single value; write a range, such as ${range}-${field.highest}/${stepText}`,
    );
  }
  const step = /^\d{1,3}$/.test(stepText) ? Number(stepText) : 0;
  if (step < 1 || step > field.highest) {
    throw new CronSyntaxError(
      `${field.name}: "${item}" has no usable step; write a number from 1 to ${field.highest} after the /`,
    );
  }
  return count(from, to, step);
}

function parseRange(field: Field, text: string): [from: number, to: number | undefined] {
  // Over 0-7 a step would find Sunday twice, at both ends.
  if (text === '*') return [field.lowest, field === DAY_OF_WEEK ? 6 : field.highest];
  const [fromText = '', toText, ...more] = text.split('-');
  if (more.length > 0) throw wrong(field, text);
  const from = parseValue(field, fromText);
  if (toText === undefined) return [from, undefined];
  const to = parseValue(field, toText);
  if (from > to) {
    throw new CronSyntaxError(
      `${field.name}: the range "${text}" runs backwards; write two ranges, such as ${fromText}-${field.highest},${field.lowest}-${toText}`,
    );
  }
  return [from, to];
}

function parseValue(field: Field, text: string): number {
  const word = field.words.indexOf(text.toLowerCase());
  const value = word >= 0 ? field.lowest + word : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= field.lowest && value <= field.highest) return value;
  throw wrong(field, text);
}

function wrong(field: Field, text: string): CronSyntaxError {
  const words = field.words.length > 0 ? ` or ${field.words[0]}-${field.words.at(-1)}` : '';
  const hint = text === '?' ? ' (for "any" write *)' : '';
  return new CronSyntaxError(
    `${field.name}: "${text}" is not understood; write * or ${field.lowest}-${field.highest}${words}, with lists, ranges and steps${hint}`,
  );
}

function refuseImpossibleDays(days: FieldValues, months: FieldValues): void {
  if (hasPossibleDay(days, months)) return;
  throw new CronSyntaxError(
    `never comes: no month of ${months?.join(',')} has a day ${days?.join(',')}; choose a day that the month has`,
  );
}

function hasPossibleDay(days: FieldValues, months: FieldValues): boolean {
  const earliest = days?.[0] ?? 1;
  return (months ?? [1]).some((month) => earliest <= (DAYS_IN_MONTH[month - 1] ?? 0));
}

function intersect(a: FieldValues, b: FieldValues): FieldValues {
  if (a === undefined) return b;
  return b === undefined ? a : a.filter((value) => b.includes(value));
}

function count(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

function sortUnique(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
