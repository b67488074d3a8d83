import { describe, expect, it } from 'vitest';
import { comparePlacements, MOST_BACKUPS } from '../../../lambdas/domain/compare-placements.ts';
import { settlingMs } from '../../../lambdas/domain/keep-span.ts';
import { type Placement, widePlacements } from '../../../lambdas/domain/placement-family.ts';
import type { KeepRules, Policy } from '../../../lambdas/domain/policy.ts';
import { aPolicy, DAY_MS } from '../../support/backups.ts';
import { CHANGE_RATES, findBest, verifyPlacements } from '../../support/verify-placements.ts';

const FROM = new Date('2027-11-10T00:00:00Z');
const DAYS = 500;
/** How much worse than the best of the family `auto` may be. */
const ALLOWED = 1.05;

/** Those that come close to the best for one policy or another, and some that do not. */
const RIVALS =
  /^(Sundays|month ends|ends of half months|Sundays and (month ends|ends of half months)|every (2|7|11|12|13|15|33|40|60)|Sundays, at most (4|14))$/;

function policyOf(cron: string, timezone: string, keep: KeepRules, parts: Partial<Policy> = {}): Policy {
  return aPolicy({ schedule: { ...aPolicy().schedule, cron, timezone }, keep, ...parts });
}

function familyOf(policy: Policy): Placement[] {
  return widePlacements(policy, FROM, new Date(FROM.getTime() + settlingMs(policy) + (DAYS + 40) * DAY_MS));
}

/** The whole family, every phase, more policies and zones: `npm run bench -- placements`. */
describe('full: auto', () => {
  it.each<[string, string, KeepRules]>([
    ['30 3 * * *', 'Europe/Berlin', { daily: 7, weekly: 4, monthly: 6 }],
    ['30 3 * * *', 'America/New_York', { daily: 7, weekly: 4, monthly: 12 }],
    ['30 3 * * *', 'Europe/Berlin', { daily: 14, weekly: 8 }],
    ['30 3 * * *', 'America/New_York', { last: 30 }],
    ['0 */6 * * *', 'Europe/Berlin', { daily: 7, weekly: 4, monthly: 6 }],
    ['0 */6 * * *', 'America/New_York', { last: 30 }],
  ])(
    '%s in %s keeping %j: is at most a twentieth worse than the best, by either price',
    (cron, zone, keep) => {
      const policy = policyOf(cron, zone, keep);
      const family = familyOf(policy).filter(({ name }) => RIVALS.test(name));
      const verified = verifyPlacements(policy, {
        family,
        from: FROM,
        days: DAYS,
        decisions: 150,
        phases: 2,
      });
      const [, auto] = verified.provisioned.means;
      const [, always] = verified.always.means;
      expect((auto?.backups ?? 0) / (always?.backups ?? 0)).toBeLessThanOrEqual(MOST_BACKUPS);
      expect((auto?.volumes ?? 0) / findBest(verified, 0.05).volumes).toBeLessThanOrEqual(ALLOWED);
      if (cron.startsWith('30')) {
        expect((auto?.volumes ?? 0) / (always?.volumes ?? 0)).toBeLessThanOrEqual(0.75);
      }
      for (const [index, rate] of CHANGE_RATES.entries()) {
        const stored = verified.stored[index]?.means[index]?.volumes ?? 0;
        expect(stored / findBest(verified, rate, Number.POSITIVE_INFINITY).volumes).toBeLessThanOrEqual(
          ALLOWED,
        );
      }
    },
  );
});

describe('widePlacements', () => {
  it('has more than a hundred, each once, and each with fulls', () => {
    const family = familyOf(policyOf('0 */6 * * *', 'Europe/Berlin', { last: 30 }));
    expect(family.length).toBeGreaterThanOrEqual(100);
    expect(new Set(family.map(({ name }) => name)).size).toBe(family.length);
    expect(family.filter(({ fullAt }) => fullAt?.size === 0)).toEqual([]);
  });

  it('leaves out days that the schedule never meets', () => {
    const names = familyOf(policyOf('30 3 * * 1-5', 'UTC', { last: 30 })).map(({ name }) => name);
    expect(names).toContain('Mondays');
    expect(names).not.toContain('Sundays');
  });

  it('takes the last slot of a day, by the clocks of the zone', () => {
    const policy = policyOf('0 */6 * * *', 'America/New_York', { last: 30 });
    const sundays = familyOf(policy).find(({ name }) => name === 'Sundays');
    const [first = 0] = sundays?.fullAt ?? [];
    // Sunday the 14th, 18:00 in New York, in winter.
    expect(new Date(first).toISOString()).toBe('2027-11-14T23:00:00.000Z');
  });
});

describe('comparePlacements', () => {
  const keep: KeepRules = { daily: 7, weekly: 4, monthly: 6 };
  const options = { decisions: 60, days: 366 };
  const firsts = { full: { kind: 'cron', cron: '30 3 1 * *' } } as const;

  it('puts those first that keep at most 1.2 x the backups of fulls alone, by their bytes', () => {
    const compared = comparePlacements(policyOf('30 3 * * *', 'Europe/Berlin', keep, firsts), options);
    const always = compared.find(({ placement }) => placement.name === 'always');
    const isAllowed = compared.map(({ backups }) => backups <= (always?.backups ?? 0) * MOST_BACKUPS);
    expect(isAllowed).toEqual(isAllowed.toSorted((a, b) => Number(b) - Number(a)));
    const [best, ...others] = compared;
    expect(best).toMatchObject({ isBest: true, isOwn: false, placement: { full: { kind: 'auto' } } });
    expect(others.some(({ isBest }) => isBest)).toBe(false);
    expect(compared.filter(({ isOwn }) => isOwn).map(({ placement }) => placement.full)).toEqual([
      firsts.full,
    ]);
    expect(compared.at(-1)?.backups).toBeGreaterThan(150);
  });

  it('puts the fewest bytes first where what is stored is billed', () => {
    const policy = policyOf('30 3 * * *', 'Europe/Berlin', keep, { billedBy: 'stored' });
    const compared = comparePlacements(policy, options);
    const volumes = compared.map((each) => Math.round(each.volumes * 100));
    expect(volumes).toEqual(volumes.toSorted((a, b) => a - b));
    expect(compared[0]).toMatchObject({ isBest: true, isOwn: true, placement: { billedBy: 'stored' } });
  });

  it('compares at another change rate as if the config said so', () => {
    const policy = policyOf('30 3 * * *', 'UTC', keep, { billedBy: 'stored' });
    const [best] = comparePlacements(policy, { ...options, changeRate: 0.2 });
    expect(best?.backups).toBeLessThan(20);
  });
});
