import type { Pin } from './backup-record.ts';
import { instantsOfLocal } from './zoned-time.ts';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** Whether it keeps the backup at `now`; what ends at `now` has ended. */
export function isInForce({ until }: Pin, now: Date): boolean {
  return until === undefined || until.getTime() > now.getTime();
}

/**
 * The pin that counts, of what the catalog and the marker say, in this order. Either of them is enough: they are written one after the
 * other, and a crash in between must not unpin.
 */
export function pinInForce(pins: readonly (Pin | undefined)[], now: Date): Pin | undefined {
  return pins.find((pin) => pin !== undefined && isInForce(pin, now));
}

/**
 * When a pin ends that is given as an instant with its zone, or as a date, of which the whole day in `zone` counts:
 * `2027-01-31` in Berlin → 2027-01-31T23:00:00Z. Parts of a second count as a whole one, as markers have no parts.
 *
 * @returns undefined for any other text.
 */
export function readPinEnd(text: string, zone: string): Date | undefined {
  if (INSTANT.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? undefined : new Date(Math.ceil(at / SECOND_MS) * SECOND_MS);
  }
  const [, year, month, day] = DATE.exec(text)?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const local = new Date(Date.UTC(year, month - 1, day));
  // Date runs over where we refuse: February 30.
  if (local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) return undefined;
  return startOfDay(local.getTime() + DAY_MS, zone);
}

/** Clocks that are put forward at midnight begin the day at one o'clock. */
function startOfDay(localMs: number, zone: string): Date | undefined {
  const [atMs] = [localMs, localMs + HOUR_MS].flatMap((ms) => instantsOfLocal(ms, zone));
  return atMs === undefined ? undefined : new Date(atMs);
}
