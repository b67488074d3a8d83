import { describe, expect, it } from 'vitest';
import { foreseeQuota, type QuotaDemand } from '../../../lambdas/domain/quota-outlook.ts';

const WEEK = [1, 1, 1, 1, 1, 1, 1];

/** Ten volumes a day, of which fourteen backups each stay. */
function demand(parts: Partial<QuotaDemand> = {}): QuotaDemand {
  return { slotsPerDay: WEEK, perSlot: 10, most: 140, ...parts };
}

describe('the quota of a fleet', () => {
  it.each([
    ['lasts without a limit', [demand()], 0, undefined, undefined],
    ['lasts while there is room for a week', [demand()], 20, 90, undefined],
    ['does not on the day on which more come than there is room for', [demand()], 20, 89, 7],
    ['does not from the first day on when it is full and the fleet grows', [demand()], 20, 20, 1],
    [
      'lasts when it is full and the fleet has settled: as much goes as comes',
      [demand()],
      140,
      140,
      undefined,
    ],
    ['lasts when what stays in the long run fits', [demand()], 130, 140, undefined],
    ['does not when one policy keeps all', [demand({ most: 'all' })], 1_000, 1_009, 1],
    ['counts all policies', [demand(), demand({ perSlot: 5, most: 70 })], 0, 30, 3],
    [
      'counts days with several slots, and with none',
      [demand({ slotsPerDay: [0, 0, 3, 0, 0, 0, 0] })],
      0,
      29,
      3,
    ],
    ['lasts without policies', [], 10, 10, undefined],
  ] as const)('%s', (_rule, demands, used, max, day) => {
    expect(foreseeQuota(demands, used, max).day).toBe(day);
  });

  it('grows by no more than stays in the long run', () => {
    expect(foreseeQuota([demand()], 100, 1_000).growth).toBe(40);
    expect(foreseeQuota([demand()], 200, 1_000).growth).toBe(0);
  });
});
