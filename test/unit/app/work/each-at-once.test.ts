import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eachAtOnce } from '../../../../lambdas/app/work/each-at-once.ts';

describe('steps taken at once', () => {
  it('are taken for each item once, many at the same time, but not all', async () => {
    const seen: number[] = [];
    let [underWay, most] = [0, 0];
    const items = Array.from({ length: 100 }, (_, index) => index);
    await eachAtOnce(items, async (item) => {
      underWay += 1;
      most = Math.max(most, underWay);
      await turn();
      seen.push(item);
      underWay -= 1;
    });
    expect(seen.toSorted((a, b) => a - b)).toEqual(items);
    expect(most).toBe(32);
  });

  it('are waited for when one fails, and no further one begins', async () => {
    let ended = 0;
    const items = Array.from({ length: 100 }, (_, index) => index);
    const failing = eachAtOnce(items, async (item) => {
      if (item === 3) throw new Error('the third failed');
      await turn();
      ended += 1;
    });
    await expect(failing).rejects.toThrow('the third failed');
    expect(ended).toBe(31);
  });
});
