import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRateLimit } from '../../../../lambdas/adapters/cinder/rate-limit.ts';

/** Asks at the given instants, all without waiting for each other; answers when each was let through. */
function turnsOf(perSecond: number, asksAtMs: readonly number[]): number[] {
  let nowMs = 0;
  let waitedMs = 0;
  const clock = {
    now: () => new Date(nowMs),
    sleep(ms: number) {
      waitedMs = ms;
      return Promise.resolve();
    },
  };
  const takeTurn = createRateLimit(perSecond, clock);
  return asksAtMs.map((atMs) => {
    nowMs = atMs;
    waitedMs = 0;
    void takeTurn();
    return atMs + waitedMs;
  });
}

const asks = fc
  .array(fc.nat(20_000), { maxLength: 100 })
  .map((instants) => instants.toSorted((a, b) => a - b));

describe('a rate limit', () => {
  it('never lets more through in any second than allowed, in order of arrival', () => {
    fc.assert(
      fc.property(asks, fc.constantFrom(1, 2, 5, 10, 100), (asksAtMs, perSecond) => {
        const turns = turnsOf(perSecond, asksAtMs);
        expect(turns).toEqual(turns.toSorted((a, b) => a - b));
        for (const [index, turn] of turns.entries()) {
          const within = turns.slice(index).filter((other) => other < turn + 1_000 - 1e-6);
          expect(within.length).toBeLessThanOrEqual(perSecond);
        }
      }),
    );
  });

  it('makes nobody wait longer than the queue before him', () => {
    expect(turnsOf(2, [0, 0, 0, 5_000])).toEqual([0, 500, 1_000, 5_000]);
  });

  it('makes nobody wait for ever when the clock was set back', () => {
    expect(turnsOf(1, [10_000_000, 0])).toEqual([10_000_000, 0]);
  });

  it('that is unlimited never waits', () => {
    const clock = { now: () => new Date(0), sleep: () => Promise.reject(new Error('slept')) };
    const takeTurn = createRateLimit('unlimited', clock);
    for (let asked = 0; asked < 100; asked += 1) expect(takeTurn()).toBeUndefined();
  });
});
