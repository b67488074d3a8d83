import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dayKey,
  hourKey,
  instantsOf,
  isKnownZone,
  isoWeekKey,
  monthKey,
  offsetMsAt,
  wallClock,
  yearKey,
} from '../../../lambdas/domain/zoned-time.ts';

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'Europe/London',
  'America/New_York',
  'America/Santiago',
  'America/St_Johns',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Asia/Gaza',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kiritimati',
];
const zone = fc.constantFrom(...ZONES);
const instant = fc.date({ min: new Date('1975-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });

/** What `Intl` says directly, without our cache. */
function clockByIntl(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}`;
}

describe('bucket keys', () => {
  it('are the local hour, day, ISO week, month and year', () => {
    const at = new Date('2026-11-23T03:30:00Z');
    const keys = [hourKey, dayKey, isoWeekKey, monthKey, yearKey].map((key) => key(at, 'Europe/Berlin'));
    expect(keys).toEqual(['2026-11-23T04', '2026-11-23', '2026-W48', '2026-11', '2026']);
  });

  it('follow the calendar of the zone, not of UTC', () => {
    const at = new Date('2026-12-31T23:30:00Z');
    expect(yearKey(at, 'Europe/Berlin')).toBe('2027');
    expect(monthKey(at, 'Europe/Berlin')).toBe('2027-01');
    expect(dayKey(at, 'America/New_York')).toBe('2026-12-31');
  });

  it.each([
    ['2027-01-01T12:00:00Z', '2026-W53'],
    ['2027-01-04T12:00:00Z', '2027-W01'],
    ['2024-12-30T12:00:00Z', '2025-W01'],
    ['2026-01-01T12:00:00Z', '2026-W01'],
    ['1969-12-28T12:00:00Z', '1969-W52'],
  ])('put %s into the ISO week %s', (at, week) => {
    expect(isoWeekKey(new Date(at), 'UTC')).toBe(week);
  });

  it('give both passes through a repeated hour one key', () => {
    expect(hourKey(new Date('2027-10-31T00:30:00Z'), 'Europe/Berlin')).toBe('2027-10-31T02');
    expect(hourKey(new Date('2027-10-31T01:30:00Z'), 'Europe/Berlin')).toBe('2027-10-31T02');
  });

  it('agree with Intl everywhere, in whatever order instants are asked for', () => {
    fc.assert(
      fc.property(instant, zone, (at, timeZone) => {
        const hour = clockByIntl(at, timeZone);
        expect(hourKey(at, timeZone)).toBe(hour);
        expect(dayKey(at, timeZone)).toBe(hour.slice(0, 10));
        expect(monthKey(at, timeZone)).toBe(hour.slice(0, 7));
        expect(yearKey(at, timeZone)).toBe(hour.slice(0, 4));
      }),
      { numRuns: 500 },
    );
  });
});

describe('offsets', () => {
  it.each([
    ['Europe/Berlin', '2027-03-28T01:00:00Z', 1, 2],
    ['Europe/Berlin', '2027-10-31T01:00:00Z', 2, 1],
    ['Australia/Lord_Howe', '2027-04-03T15:00:00Z', 11, 10.5],
    ['Pacific/Apia', '2011-12-30T10:00:00Z', -10, 14],
  ])('%s change exactly at %s', (timeZone, at, hoursBefore, hoursAfter) => {
    const atMs = new Date(at).getTime();
    expect(offsetMsAt(atMs - 1, timeZone) / 3_600_000).toBe(hoursBefore);
    expect(offsetMsAt(atMs, timeZone) / 3_600_000).toBe(hoursAfter);
  });

  it('are refused for an unknown zone or an invalid instant', () => {
    expect(() => offsetMsAt(0, 'Mars/Olympus')).toThrow(RangeError);
    expect(() => offsetMsAt(Number.NaN, 'Europe/Berlin')).toThrow(RangeError);
  });
});

describe('wall clocks', () => {
  it('show date, time, weekday and ISO week', () => {
    expect(wallClock(new Date('2027-01-03T04:05:06Z'), 'America/New_York')).toEqual({
      year: 2027,
      month: 1,
      day: 2,
      hour: 23,
      minute: 5,
      second: 6,
      weekday: 6,
      isoYear: 2026,
      isoWeek: 53,
    });
  });

  it.each([
    ['has no instant in a gap', '2027-03-28 02:30', []],
    ['has one on an ordinary day', '2027-03-29 02:30', ['2027-03-29T00:30:00Z']],
    ['has two in an overlap', '2027-10-31 02:30', ['2027-10-31T00:30:00Z', '2027-10-31T01:30:00Z']],
    ['has none on a date that no calendar has', '2027-02-30 12:00', []],
    ['has none at 24 o’clock', '2027-02-20 24:00', []],
  ])('a wall clock %s', (_rule, text, expected) => {
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = (text.match(/\d+/g) ?? []).map(Number);
    const found = instantsOf({ year, month, day, hour, minute }, 'Europe/Berlin');
    expect(found).toEqual(expected.map((at) => new Date(at)));
  });

  it('has none on the day that Samoa left out', () => {
    expect(instantsOf({ year: 2011, month: 12, day: 30, hour: 12, minute: 0 }, 'Pacific/Apia')).toEqual([]);
  });

  it('lead back to the instant that shows them', () => {
    fc.assert(
      fc.property(instant, zone, (date, timeZone) => {
        const at = new Date(Math.floor(date.getTime() / 1000) * 1000);
        expect(instantsOf(wallClock(at, timeZone), timeZone)).toContainEqual(at);
      }),
      { numRuns: 500 },
    );
  });
});

describe('zone names', () => {
  it.each([...ZONES, 'Europe/Kiev', 'US/Eastern', 'Etc/GMT+5'])('%s is known', (name) => {
    expect(isKnownZone(name)).toBe(true);
  });

  it.each(['Europe/Berlni', 'europe/berlin', '+01:00', 'CEST', '', 'Mars'])('%s is not', (name) => {
    expect(isKnownZone(name)).toBe(false);
  });
});
