import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CronSyntaxError, parseCron } from '../../../lambdas/domain/cron.ts';
import {
  findDaylightWarnings,
  isSlot,
  latestSlot,
  nextSlot,
  parseSlotText,
  slotsBetween,
  slotText,
} from '../../../lambdas/domain/slot.ts';
import { instantsOf, wallClock } from '../../../lambdas/domain/zoned-time.ts';

const BERLIN = 'Europe/Berlin';
const at = (text: string): Date => new Date(text);
const texts = (slots: Iterable<Date>): string[] => [...slots].map((slot) => slot.toISOString().slice(0, 16));

describe('slots', () => {
  it('are after the start and up to the end, oldest first', () => {
    const rule = { cron: '0 */6 * * *', timezone: 'UTC' };
    const slots = slotsBetween(rule, at('2026-11-23T00:00:00Z'), at('2026-11-23T18:00:00Z'));
    expect(texts(slots)).toEqual(['2026-11-23T06:00', '2026-11-23T12:00', '2026-11-23T18:00']);
  });

  it('stand on the wall clock of the zone, summer and winter', () => {
    const rule = { cron: '30 3 * * *', timezone: BERLIN };
    const slots = slotsBetween(rule, at('2027-03-26T12:00:00Z'), at('2027-03-29T12:00:00Z'));
    expect(texts(slots)).toEqual(['2027-03-27T02:30', '2027-03-28T01:30', '2027-03-29T01:30']);
  });

  it('do not exist in a DST gap', () => {
    const rule = { cron: '30 2 * * *', timezone: BERLIN };
    const slots = slotsBetween(rule, at('2027-03-27T00:00:00Z'), at('2027-03-29T12:00:00Z'));
    expect(texts(slots)).toEqual(['2027-03-27T01:30', '2027-03-29T00:30']);
  });

  it('exist once in a DST overlap, at its first pass', () => {
    const rule = { cron: '30 2 * * *', timezone: BERLIN };
    const slots = slotsBetween(rule, at('2027-10-30T12:00:00Z'), at('2027-11-01T12:00:00Z'));
    expect(texts(slots)).toEqual(['2027-10-31T00:30', '2027-11-01T01:30']);
    expect(isSlot(rule, at('2027-10-31T00:30:00Z'))).toBe(true);
    expect(isSlot(rule, at('2027-10-31T01:30:00Z'))).toBe(false);
  });

  it('of every hour leave out the second pass through the repeated hour', () => {
    const rule = { cron: '0 * * * *', timezone: BERLIN };
    const slots = slotsBetween(rule, at('2027-10-30T23:30:00Z'), at('2027-10-31T03:00:00Z'));
    expect(texts(slots)).toEqual(['2027-10-31T00:00', '2027-10-31T02:00', '2027-10-31T03:00']);
  });

  it('just after midnight exist once when the clock is set back to midnight', () => {
    // Cuba's clocks go from 01:00 back to 00:00.
    const rule = { cron: '15 0 * * *', timezone: 'America/Havana' };
    const slots = slotsBetween(rule, at('2026-10-31T12:00:00Z'), at('2026-11-02T12:00:00Z'));
    expect(texts(slots)).toEqual(['2026-11-01T04:15', '2026-11-02T05:15']);
  });

  it('are none on a day that a zone left out', () => {
    const rule = { cron: '0 12 * * *', timezone: 'Pacific/Apia' };
    const slots = slotsBetween(rule, at('2011-12-29T00:00:00Z'), at('2012-01-01T00:00:00Z'));
    expect(texts(slots)).toEqual(['2011-12-29T22:00', '2011-12-30T22:00', '2011-12-31T22:00']);
  });

  it('are exact to the millisecond', () => {
    const rule = { cron: '30 3 * * *', timezone: 'UTC' };
    expect(isSlot(rule, at('2026-11-23T03:30:00Z'))).toBe(true);
    expect(isSlot(rule, at('2026-11-23T03:30:00.001Z'))).toBe(false);
    expect(isSlot(rule, at('2026-11-23T03:31:00Z'))).toBe(false);
  });

  it('of the past include the instant asked about, those to come do not', () => {
    const rule = { cron: '30 3 * * *', timezone: 'UTC' };
    expect(latestSlot(rule, at('2026-11-23T03:30:00Z'))).toEqual(at('2026-11-23T03:30:00Z'));
    expect(latestSlot(rule, at('2026-11-23T03:29:59Z'))).toEqual(at('2026-11-22T03:30:00Z'));
    expect(nextSlot(rule, at('2026-11-23T03:30:00Z'))).toEqual(at('2026-11-24T03:30:00Z'));
  });

  it('are found eight years away, where no leap year lies between', () => {
    const rule = { cron: '0 0 29 2 *', timezone: 'UTC' };
    expect(nextSlot(rule, at('2096-03-01T00:00:00Z'))).toEqual(at('2104-02-29T00:00:00Z'));
    expect(latestSlot(rule, at('2104-02-28T00:00:00Z'))).toEqual(at('2096-02-29T00:00:00Z'));
  });

  it('of a schedule that never comes are refused', () => {
    const rule = { cron: '0 0 30 2 *', timezone: 'UTC' };
    expect(() => nextSlot(rule, at('2026-11-23T00:00:00Z'))).toThrow(CronSyntaxError);
  });

  it('are made as they are asked for', () => {
    const [first] = slotsBetween(
      { cron: '* * * * *', timezone: 'UTC' },
      at('2026-11-23T00:00:00Z'),
      at('9999-01-01T00:00:00Z'),
    );
    expect(first).toEqual(at('2026-11-23T00:01:00Z'));
  });

  it('are exactly the minutes whose wall clock matches, at their first pass', () => {
    const crons = fc.constantFrom(
      '30 3 * * *',
      '*/20 * * * *',
      '0 0,2,23 * * *',
      '15 0-4 * * 0',
      '45 2 28-31 3,10 *',
    );
    const zones = fc.constantFrom(
      BERLIN,
      'America/New_York',
      'Australia/Lord_Howe',
      'America/Havana',
      'Asia/Gaza',
    );
    const starts = fc.constantFrom(
      '2027-03-13',
      '2027-03-27',
      '2027-04-03',
      '2027-10-02',
      '2027-10-30',
      '2027-11-06',
    );
    fc.assert(
      fc.property(crons, zones, starts, (cron, timezone, day) => {
        const from = at(`${day}T00:00:00Z`);
        const until = new Date(from.getTime() + 3 * 86_400_000);
        const expected: string[] = [];
        for (let ms = from.getTime() + 60_000; ms <= until.getTime(); ms += 60_000) {
          if (matches(cron, timezone, new Date(ms))) expected.push(new Date(ms).toISOString().slice(0, 16));
        }
        const slots = [...slotsBetween({ cron, timezone }, from, until)];
        expect(texts(slots)).toEqual(expected);
        for (const slot of slots) expect(isSlot({ cron, timezone }, slot)).toBe(true);
        if (slots.length > 0) expect(nextSlot({ cron, timezone }, from)).toEqual(slots[0]);
        if (slots.length > 0) expect(latestSlot({ cron, timezone }, until)).toEqual(slots.at(-1));
      }),
      { numRuns: 40 },
    );
  });
});

/** The rule said plainly: one minute at a time. */
function matches(text: string, timezone: string, minute: Date): boolean {
  const cron = parseCron(text);
  const wall = wallClock(minute, timezone);
  return (
    (cron.minutes?.includes(wall.minute) ?? true) &&
    (cron.hours?.includes(wall.hour) ?? true) &&
    (cron.daysOfMonth?.includes(wall.day) ?? true) &&
    (cron.months?.includes(wall.month) ?? true) &&
    (cron.daysOfWeek?.includes(wall.weekday) ?? true) &&
    instantsOf(wall, timezone)[0]?.getTime() === minute.getTime()
  );
}

describe('daylight warnings', () => {
  it('name the slots that a year loses and doubles', () => {
    const rule = { cron: '30 2 * * *', timezone: BERLIN };
    expect(findDaylightWarnings(rule, at('2027-01-01T00:00:00Z'), 365)).toEqual([
      { kind: 'lost', localTime: '2027-03-28T02:30' },
      { kind: 'doubled', localTime: '2027-10-31T02:30', slotAt: at('2027-10-31T00:30:00Z') },
    ]);
  });

  it.each([
    ['a schedule outside the hours that change', { cron: '30 3 * * *', timezone: BERLIN }],
    ['a zone without daylight saving', { cron: '30 2 * * *', timezone: 'Asia/Kathmandu' }],
    ['days that are not the schedule’s', { cron: '30 2 * * 1', timezone: BERLIN }],
  ])('are none for %s', (_rule, rule) => {
    expect(findDaylightWarnings(rule, at('2027-01-01T00:00:00Z'), 365)).toEqual([]);
  });
});

describe('slots in text', () => {
  it('are compact UTC', () => {
    expect(slotText(at('2026-11-23T03:30:00Z'))).toBe('20261123T033000Z');
  });

  it('read back as the same instant', () => {
    const instants = fc.date({
      min: at('1000-01-01T00:00:00Z'),
      max: at('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instants, (date) => {
        const slot = new Date(Math.floor(date.getTime() / 1000) * 1000);
        expect(parseSlotText(slotText(slot))).toEqual(slot);
      }),
    );
  });

  it('refuse fractions of a second, which would be another slot when read back', () => {
    expect(() => slotText(at('2026-11-23T03:30:00.500Z'))).toThrow(RangeError);
  });

  it.each([
    '2026-11-23T03:30:00Z',
    '20260230T000000Z',
    '20261323T033000Z',
    '20261123T033000Zx',
    '20261123T240000Z',
    '20261123T033000',
    'x20261123T033000Z',
    '',
  ])('"%s" is none', (text) => {
    expect(parseSlotText(text)).toBeUndefined();
  });
});
