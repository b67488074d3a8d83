import { describe, expect, it } from 'vitest';
import { chooseAutoPlacement, estimatePrice } from '../../../lambdas/domain/auto-placement.ts';
import { forecastSettled } from '../../../lambdas/domain/compare-placements.ts';
import { parseDuration } from '../../../lambdas/domain/duration.ts';
import type { KeepRules, Policy } from '../../../lambdas/domain/policy.ts';
import { BUCKET_RULES } from '../../../lambdas/domain/retention-policy.ts';
import { aPolicy } from '../../support/backups.ts';

const DAILY = '30 3 * * *';
const SIX_HOURLY = '0 */6 * * *';

function withCron(cron: string, parts: Partial<Policy>): Policy {
  return aPolicy({ schedule: { ...aPolicy().schedule, cron }, ...parts });
}

/** `weekly monthly, at most 60`: fulls end weeks and months, and chains are no longer. */
function placementOf(policy: Policy): string {
  const { bits, maxLength } = chooseAutoPlacement(policy);
  const rules = BUCKET_RULES.filter((_, row) => bits & (1 << row)).map(({ count }) => count);
  return `${rules.join(' ') || 'none'}, at most ${maxLength}`;
}

describe('chooseAutoPlacement', () => {
  it.each<[string, KeepRules, string]>([
    [DAILY, { daily: 7, weekly: 4, monthly: 6 }, 'weekly monthly, at most 60'],
    [DAILY, { last: 3, daily: 7, weekly: 4, monthly: 12, yearly: 2 }, 'weekly monthly, at most 60'],
    [DAILY, { daily: 14, weekly: 8 }, 'weekly, at most 60'],
    [SIX_HOURLY, { daily: 7, weekly: 4, monthly: 6 }, 'daily, at most 60'],
    [DAILY, { last: 30 }, 'none, at most 12'],
    [DAILY, { daily: 30 }, 'none, at most 12'],
    [DAILY, { within: parseDuration('30d') }, 'none, at most 12'],
    [SIX_HOURLY, { last: 30 }, 'monthly, at most 13'],
    [DAILY, { last: 7 }, 'weekly, at most 4'],
    [DAILY, { last: 1 }, 'none, at most 1'],
  ])('%s keeping %j: fulls on the slots that are kept long', (cron, keep, expected) => {
    expect(placementOf(withCron(cron, { keep }))).toBe(expected);
  });

  it.each<[string, KeepRules, string]>([
    [DAILY, { daily: 7, weekly: 4, monthly: 6 }, 'monthly, at most 60'],
    [SIX_HOURLY, { last: 30 }, 'none, at most 60'],
  ])('%s keeping %j, billed by what is stored: fewer of them', (cron, keep, expected) => {
    expect(placementOf(withCron(cron, { keep, billedBy: 'stored' }))).toBe(expected);
  });

  it('makes only fulls where everything changes all the time', () => {
    const policy = withCron(DAILY, { keep: { last: 30 }, billedBy: 'stored', changeRate: 1 });
    expect(placementOf(policy)).toBe('none, at most 1');
  });

  it('keeps to chain.maxLength', () => {
    const chain = { maxLength: 5, allowForeignParent: false };
    expect(placementOf(withCron(DAILY, { keep: { last: 30 }, chain }))).toBe('none, at most 5');
  });
});

describe('estimatePrice', () => {
  const keep: KeepRules = { daily: 7, weekly: 4, monthly: 6 };
  it.each<[string, Partial<Policy>]>([
    [DAILY, { keep }],
    [DAILY, { keep, billedBy: 'stored' }],
    [DAILY, { keep: { last: 30 } }],
    [DAILY, { keep: { withinDaily: parseDuration('20d'), weekly: 5 } }],
    [SIX_HOURLY, { keep }],
    ['0 9,13,17 * * 1-5', { keep: { last: 10, daily: 12 } }],
    [DAILY, { keep: { daily: 10, weekly: 6 }, maxAge: parseDuration('30d') }],
  ])('%s, %j: comes to what the planners come to', (cron, parts) => {
    const policy = withCron(cron, parts);
    const [simulated] = forecastSettled(policy, { name: 'auto', full: policy.full }, { days: 731 });
    const estimated = estimatePrice(policy, chooseAutoPlacement(policy));
    expect(estimated.backups / (simulated?.backups ?? 0)).toBeCloseTo(1, 1);
    expect(estimated.volumes / (simulated?.volumes ?? 0)).toBeCloseTo(1, 1);
  });
});
