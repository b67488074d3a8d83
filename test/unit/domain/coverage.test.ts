import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueBy, judgeCoverage, newestDueSlot } from '../../../lambdas/domain/coverage.ts';
import type { Policy, Schedule } from '../../../lambdas/domain/policy.ts';
import { nextSlot } from '../../../lambdas/domain/slot.ts';
import { aPolicy } from '../../support/backups.ts';

const HOUR_MS = 3_600_000;
const NOON = new Date('2026-11-23T12:00:00Z');

const someSchedule = fc.record({
  cron: fc.constantFrom('*/15 * * * *', '0 * * * *', '30 3 * * *', '0 3 * * 1-5', '0 0 1 * *', '30 2 * * *'),
  timezone: fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Kiritimati'),
  windowMs: fc.integer({ min: 0, max: 24 * HOUR_MS }),
  makeUpMs: fc.integer({ min: 0, max: 72 * HOUR_MS }),
});
const someInstant = fc.date({
  min: new Date('2026-01-01T00:00:00Z'),
  max: new Date('2027-12-31T00:00:00Z'),
  noInvalidDate: true,
});
const someAgeMs = fc.integer({ min: 0, max: 100 * 24 * HOUR_MS });

function schedule(parts: Partial<Schedule> = {}): Schedule {
  return { ...aPolicy().schedule, ...parts };
}

function at(text: string): Date {
  return new Date(text);
}

function judge(policy: Policy, goodAt: Date | undefined, now = NOON, others: { createdAt?: Date } = {}) {
  const terms = { now, firstSeenAt: new Date(0), dueSlotAt: newestDueSlot(policy.schedule, now) };
  const createdAt = others.createdAt ?? new Date(0);
  return judgeCoverage(policy, terms, { createdAt, ...(goodAt !== undefined && { goodAt }) });
}

describe('the backup of a slot should be there', () => {
  it.each([
    ['after makeUp and two hours', {}, '2026-11-23T03:30:00Z', '2026-11-23T17:30:00Z'],
    ['after the window as well', { windowMs: HOUR_MS }, '2026-11-23T03:30:00Z', '2026-11-23T18:30:00Z'],
    [
      'at once, but for two hours, without makeUp',
      { makeUpMs: 0 },
      '2026-11-23T03:30:00Z',
      '2026-11-23T05:30:00Z',
    ],
    [
      'when the next slot has come and two hours have passed, if that is sooner',
      { cron: '0 * * * *' },
      '2026-11-23T03:00:00Z',
      '2026-11-23T06:00:00Z',
    ],
    [
      'on Monday for Friday’s slot at the latest',
      { cron: '0 3 * * 1-5', makeUpMs: 99 * HOUR_MS },
      '2026-11-20T03:00:00Z',
      '2026-11-23T05:00:00Z',
    ],
  ])('%s', (_rule, parts, slotAt, expected) => {
    expect(dueBy(schedule(parts), at(slotAt)).toISOString()).toBe(at(expected).toISOString());
  });

  it('the newest such slot is due, and the one after it is not', () => {
    fc.assert(
      fc.property(someSchedule, someInstant, (rule, now) => {
        const slotAt = newestDueSlot(rule, now);
        expect(dueBy(rule, slotAt) <= now).toBe(true);
        expect(dueBy(rule, nextSlot(rule, slotAt)) > now).toBe(true);
      }),
    );
  });
});

describe('a volume of a policy without an rpo', () => {
  // Due at noon is the slot of the day before: today's has until 17:30.
  it.each([
    ['is covered by a backup of the slot that is due', '2026-11-22T03:30:20Z', 'covered'],
    ['is covered by one of an earlier slot that came late', '2026-11-22T05:00:00Z', 'covered'],
    [
      'is covered by one that was stamped by a clock that is a little behind',
      '2026-11-22T03:29:30Z',
      'covered',
    ],
    ['is stale when the newest is of the slot before', '2026-11-21T03:30:20Z', 'stale'],
    ['is uncovered without any', undefined, 'uncovered'],
  ])('%s', (_rule, goodAt, expected) => {
    expect(judge(aPolicy(), goodAt === undefined ? undefined : at(goodAt))).toBe(expected);
  });

  it('is new until the first slot that it can be in has had its time', () => {
    const judgeMadeAt = (createdAt: string, now: string) =>
      judge(aPolicy(), undefined, at(now), { createdAt: at(createdAt) });
    expect(judgeMadeAt('2026-11-22T10:00:00Z', '2026-11-23T17:29:59Z')).toBe('new');
    expect(judgeMadeAt('2026-11-22T10:00:00Z', '2026-11-23T17:30:00Z')).toBe('uncovered');
    expect(judgeMadeAt('2026-11-22T03:00:00Z', '2026-11-22T17:30:00Z')).toBe('uncovered');
  });

  it('is new while its policy is, whatever backups it had before', () => {
    const terms = { now: NOON, dueSlotAt: at('2026-11-22T03:30:00Z') };
    const volume = { createdAt: new Date(0), goodAt: at('2026-01-01T00:00:00Z') };
    expect(judgeCoverage(aPolicy(), terms, volume)).toBe('new');
    const firstSeenAt = at('2026-11-22T10:00:00Z');
    expect(judgeCoverage(aPolicy(), { ...terms, firstSeenAt }, volume)).toBe('new');
    expect(judgeCoverage(aPolicy(), { ...terms, firstSeenAt: terms.dueSlotAt }, volume)).toBe('stale');
  });
});

describe('a volume of a policy with an rpo', () => {
  const policy = aPolicy({ rpoMs: 26 * HOUR_MS });

  it.each([
    ['is covered by a backup that is just as old', '2026-11-22T10:00:00Z', 'covered'],
    ['is stale when it is older', '2026-11-22T09:59:59Z', 'stale'],
    ['is uncovered without any', undefined, 'uncovered'],
  ])('%s', (_rule, goodAt, expected) => {
    expect(judge(policy, goodAt === undefined ? undefined : at(goodAt))).toBe(expected);
  });

  it('is new until its first slot has had its time', () => {
    expect(judge(policy, undefined, NOON, { createdAt: at('2026-11-23T00:00:00Z') })).toBe('new');
  });

  it('is never stale while its backup is younger, and always when it is older, whatever the schedule', () => {
    fc.assert(
      fc.property(
        someSchedule,
        someInstant,
        fc.integer({ min: 60_000, max: 90 * 24 * HOUR_MS }),
        someAgeMs,
        (rule, now, rpoMs, ageMs) => {
          const goodAt = new Date(now.getTime() - ageMs);
          expect(judge(aPolicy({ schedule: rule, rpoMs }), goodAt, now)).toBe(
            ageMs <= rpoMs ? 'covered' : 'stale',
          );
        },
      ),
    );
  });
});

describe('with time alone', () => {
  const RANK = { new: 0, covered: 0, uncovered: 1, stale: 1 } as const;

  it('nothing gets better: what is not covered stays so until there is a backup', () => {
    const someRpo = fc.option(fc.integer({ min: 60_000, max: 90 * 24 * HOUR_MS }), { nil: undefined });
    const someVolume = fc.record({ ageMs: someAgeMs, goodMs: fc.option(someAgeMs, { nil: undefined }) });
    fc.assert(
      fc.property(
        someSchedule,
        someRpo,
        someVolume,
        someInstant,
        someAgeMs,
        (rule, rpoMs, volume, now, laterMs) => {
          const policy = aPolicy({ schedule: rule, ...(rpoMs !== undefined && { rpoMs }) });
          const createdAt = new Date(now.getTime() - volume.ageMs);
          const goodAt = volume.goodMs === undefined ? undefined : new Date(now.getTime() - volume.goodMs);
          const before = judge(policy, goodAt, now, { createdAt });
          const after = judge(policy, goodAt, new Date(now.getTime() + laterMs), { createdAt });
          expect(RANK[after]).toBeGreaterThanOrEqual(RANK[before]);
        },
      ),
    );
  });
});
