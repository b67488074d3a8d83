import { parseCron } from '../domain/cron.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Policy } from '../domain/policy.ts';

const DAYS = ['Sundays', 'Mondays', 'Tuesdays', 'Wednesdays', 'Thursdays', 'Fridays', 'Saturdays'];

/** How a policy's fulls are placed, to follow "with": `fulls on Sundays`, `a full every 30 backups`, `fulls on the 1st of the month`. */
export function describeFull({ full }: Pick<Policy, 'full'>): string {
  switch (full.kind) {
    case 'auto':
      return '`full: auto`';
    case 'always':
      return 'fulls alone';
    case 'everyCount':
      return `a full every ${full.count} backups`;
    case 'everyDuration':
      return `a full every ${formatDuration(full.duration)}`;
    case 'cron':
      return `fulls ${describeDays(full.cron)}`;
  }
}

function describeDays(text: string): string {
  const { daysOfMonth, daysOfWeek, months } = parseCron(text);
  if (months !== undefined || (daysOfMonth === undefined && daysOfWeek === undefined))
    return `by cron "${text}"`;
  if (daysOfMonth === undefined) return `on ${joinWords((daysOfWeek ?? []).map((day) => DAYS[day] ?? ''))}`;
  return `on the ${joinWords(daysOfMonth.map(ordinal))} of the month`;
}

function ordinal(day: number): string {
  const ending = day % 100 >= 11 && day % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th');
  return `${day}${ending}`;
}

function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
