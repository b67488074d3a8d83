import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../lambdas/domain/duration.ts';
import { ageReachedAt, hasAge, shortestMs } from '../../../lambdas/domain/max-age.ts';

const someDuration = fc.record({
  years: fc.nat({ max: 3 }),
  months: fc.nat({ max: 20 }),
  days: fc.nat({ max: 40 }),
  hours: fc.nat({ max: 50 }),
  minutes: fc.nat({ max: 90 }),
});
const someStamp = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });
const zones = ['UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Apia'];

describe('hasAge', () => {
  it.each([
    ['2026-10-23T12:00:00Z', '31d', true],
    ['2026-10-23T12:00:01Z', '31d', false],
    ['2026-10-23T12:00:00Z', '1mo', true],
    ['2026-10-23T12:00:01Z', '1mo', false],
  ])('%s is %s old on 2026-11-23 at 12:00: %s', (stamp, age, expected) => {
    const now = new Date('2026-11-23T12:00:00Z');
    expect(hasAge(new Date(stamp), parseDuration(age), 'UTC', now)).toBe(expected);
  });

  it('says what the calendar says, also where it does not ask it', () => {
    fc.assert(
      fc.property(
        someStamp,
        someDuration,
        fc.constantFrom(...zones),
        fc.integer({ min: -20, max: 20 }),
        (stampAt, age, zone, days) => {
          const reachedAt = ageReachedAt(stampAt, age, zone);
          expect(hasAge(stampAt, age, zone, reachedAt)).toBe(true);
          expect(hasAge(stampAt, age, zone, new Date(reachedAt.getTime() - 1))).toBe(false);
          const now = new Date(reachedAt.getTime() + days * 43_200_000);
          expect(hasAge(stampAt, age, zone, now)).toBe(reachedAt <= now);
          expect(reachedAt.getTime() - stampAt.getTime()).toBeGreaterThanOrEqual(shortestMs(age));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
