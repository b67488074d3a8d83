import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDuration,
  DURATION_PATTERN,
  DurationSyntaxError,
  durationToMs,
  formatDuration,
  isZeroDuration,
  parseDuration,
  subtractDuration,
} from '../../../lambdas/domain/duration.ts';

const none = { years: 0, months: 0, days: 0, hours: 0, minutes: 0 };

describe('a duration in text', () => {
  it.each([
    ['30min', { minutes: 30 }],
    ['12h', { hours: 12 }],
    ['90d', { days: 90 }],
    ['2w', { days: 14 }],
    ['1w3d', { days: 10 }],
    ['6mo', { months: 6 }],
    ['1y6mo', { years: 1, months: 6 }],
    ['1y2mo3w4d5h6min', { years: 1, months: 2, days: 25, hours: 5, minutes: 6 }],
    ['0min', {}],
  ])('%s is read part by part', (text, parts) => {
    expect(parseDuration(text)).toEqual({ ...none, ...parts });
  });

  it.each([
    ['5m', '"5m" is ambiguous; write 5min for minutes or 5mo for months'],
    ['1y6m', '"1y6m" is ambiguous; write 6min for minutes or 6mo for months'],
    ['30', '"30" has no unit after 30'],
    ['1h30', '"1h30" has no unit after 30'],
    ['1d2d', '"1d2d" has the unit d twice'],
    ['6mo1y', '"6mo1y" has y after a smaller unit; write the largest unit first'],
    ['7D', '"7D" has the unknown unit "D"; the units are y mo w d h min'],
    ['10s', '"10s" has the unknown unit "s"'],
    ['', '"" is not a duration; write one such as 30min'],
    ['-1d', '"-1d" is not a duration'],
    ['1.5h', '"1.5h" is not a duration'],
    [' 1d', '" 1d" is not a duration'],
    ['soon', '"soon" is not a duration'],
    ['9999999d', '"9999999d" is too long'],
  ])('"%s" is refused', (text, message) => {
    expect(() => parseDuration(text)).toThrow(DurationSyntaxError);
    expect(() => parseDuration(text)).toThrow(message);
  });

  it('reads back as it was written', () => {
    const amount = fc.nat({ max: 99_999 });
    fc.assert(
      fc.property(
        fc.record({ years: amount, months: amount, days: amount, hours: amount, minutes: amount }),
        (duration) => {
          expect(parseDuration(formatDuration(duration))).toEqual(duration);
          expect(formatDuration(duration)).toMatch(DURATION_PATTERN);
        },
      ),
    );
  });

  it('is accepted by the schema pattern exactly when it parses', () => {
    // At most two amounts can run together, so none has too many digits.
    const part = fc.tuple(
      fc.nat({ max: 99 }),
      fc.constantFrom('y', 'mo', 'w', 'd', 'h', 'min', 'm', '', ' '),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 2 }), (parts) => {
        const text = parts.map(([amount, unit]) => `${amount}${unit}`).join('');
        const parses = DURATION_PATTERN.test(text);
        if (parses) expect(() => parseDuration(text)).not.toThrow();
        else expect(() => parseDuration(text)).toThrow(DurationSyntaxError);
      }),
    );
  });
});

describe('a duration in milliseconds', () => {
  it('counts days as 24 hours', () => {
    expect(durationToMs(parseDuration('1d2h3min'))).toBe(((24 + 2) * 60 + 3) * 60_000);
  });

  it.each(['1mo', '1y', '1y1min'])('does not exist for %s, which has no one length', (text) => {
    expect(durationToMs(parseDuration(text))).toBeUndefined();
  });

  it('is zero only if every part is', () => {
    expect(isZeroDuration(parseDuration('0d'))).toBe(true);
    expect(isZeroDuration(parseDuration('1min'))).toBe(false);
  });
});

describe('calendar arithmetic is that of Go, which restic uses', () => {
  // Rows printed by Go 1.26: t.In(zone).AddDate(years, months, days).UTC()
  it.each([
    // A day that the month does not have runs over.
    ['Europe/Berlin', '2027-03-31T10:00:00Z', 0, -1, 0, '2027-03-03T11:00:00Z'],
    ['Europe/Berlin', '2028-03-31T10:00:00Z', 0, -1, 0, '2028-03-02T11:00:00Z'],
    ['Europe/Berlin', '2027-01-31T10:00:00Z', 0, 1, 0, '2027-03-03T10:00:00Z'],
    ['UTC', '2028-02-29T12:00:00Z', -1, 0, 0, '2027-03-01T12:00:00Z'],
    ['UTC', '2027-05-31T12:00:00Z', 0, -3, -1, '2027-03-02T12:00:00Z'],
    ['UTC', '2027-03-31T12:00:00Z', -1, -1, -30, '2026-02-01T12:00:00Z'],
    // Into a gap, from both sides.
    ['Europe/Berlin', '2027-03-29T00:30:00Z', 0, 0, -1, '2027-03-28T01:30:00Z'],
    ['Europe/Berlin', '2027-03-27T01:30:00Z', 0, 0, 1, '2027-03-28T01:30:00Z'],
    ['America/New_York', '2027-03-15T06:30:00Z', 0, 0, -1, '2027-03-14T06:30:00Z'],
    ['America/New_York', '2027-03-13T07:30:00Z', 0, 0, 1, '2027-03-14T06:30:00Z'],
    ['Europe/London', '2027-03-29T00:30:00Z', 0, 0, -1, '2027-03-28T01:30:00Z'],
    ['Europe/London', '2027-03-27T01:30:00Z', 0, 0, 1, '2027-03-28T01:30:00Z'],
    // Into an overlap, from both sides.
    ['Europe/Berlin', '2027-11-01T01:30:00Z', 0, 0, -1, '2027-10-31T01:30:00Z'],
    ['Europe/Berlin', '2027-10-30T00:30:00Z', 0, 0, 1, '2027-10-31T01:30:00Z'],
    ['America/New_York', '2027-11-08T06:30:00Z', 0, 0, -1, '2027-11-07T05:30:00Z'],
    ['America/New_York', '2027-11-06T05:30:00Z', 0, 0, 1, '2027-11-07T05:30:00Z'],
    ['Europe/London', '2027-11-01T01:30:00Z', 0, 0, -1, '2027-10-31T01:30:00Z'],
    ['Europe/London', '2027-10-30T00:30:00Z', 0, 0, 1, '2027-10-31T01:30:00Z'],
    // Half hours, a missing day, a gap at midnight.
    ['Australia/Lord_Howe', '2027-10-03T15:40:00Z', 0, 0, -1, '2027-10-02T15:40:00Z'],
    ['Australia/Lord_Howe', '2027-04-04T15:15:00Z', 0, 0, -1, '2027-04-03T15:15:00Z'],
    ['Pacific/Apia', '2012-01-29T22:00:00Z', 0, -1, 0, '2011-12-30T22:00:00Z'],
    ['Asia/Kathmandu', '2026-11-23T20:00:00Z', -2, -3, -4, '2024-08-19T20:00:00Z'],
    ['America/Santiago', '2027-09-06T03:30:00Z', 0, 0, -1, '2027-09-05T03:30:00Z'],
  ])('%s %s %d y %d mo %d d', (zone, at, years, months, days, expected) => {
    const isBack = years < 0 || months < 0 || days < 0;
    const duration = { ...none, years: Math.abs(years), months: Math.abs(months), days: Math.abs(days) };
    const shifted = isBack
      ? subtractDuration(new Date(at), duration, zone)
      : addDuration(new Date(at), duration, zone);
    expect(shifted).toEqual(new Date(expected));
  });

  it('applies hours after the calendar, as elapsed time', () => {
    // Two days back is 03:30 on the day of the gap; three hours before that the clock showed 23:30.
    const at = new Date('2027-03-30T01:30:00Z');
    expect(subtractDuration(at, parseDuration('2d3h'), 'Europe/Berlin')).toEqual(
      new Date('2027-03-27T22:30:00Z'),
    );
  });

  it('reaches back before all calendars', () => {
    const at = new Date('2026-11-23T03:30:00Z');
    expect(subtractDuration(at, parseDuration('9999y'), 'Europe/Berlin').getUTCFullYear()).toBe(2026 - 9999);
  });

  it('keeps fractions of a second', () => {
    const at = new Date('2026-11-23T03:30:00.123Z');
    expect(addDuration(at, parseDuration('1mo30min'), 'UTC')).toEqual(new Date('2026-12-23T04:00:00.123Z'));
  });
});
