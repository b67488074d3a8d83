import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderByTurn, pickAtRandom, testedAtOnce } from '../../../lambdas/domain/restore-tests.ts';

const AT = new Date('2026-11-22T12:00:00Z');

describe('how many volumes a run tests', () => {
  it.each([
    ['all', 7, 7],
    [10, 7, 7],
    [3, 7, 3],
    [{ share: 0.1 }, 7, 1],
    [{ share: 0.5 }, 7, 4],
    [{ share: 1 }, 7, 7],
    [10, 0, 0],
  ] as const)('%j of %d: %d', (volumes, count, expected) => {
    expect(testedAtOnce(volumes, count)).toBe(expected);
  });
});

describe('whose turn it is', () => {
  const candidates = fc.uniqueArray(
    fc.record({
      volumeId: fc.uuid(),
      lastAt: fc.option(fc.date({ noInvalidDate: true }), { nil: undefined }),
    }),
    { selector: ({ volumeId }) => volumeId },
  );
  const given = candidates.map((all) =>
    all.map(({ volumeId, lastAt }) => (lastAt === undefined ? { volumeId } : { volumeId, lastAt })),
  );

  it('does not depend on the order in which volumes are listed', () => {
    fc.assert(
      fc.property(given, (all) => {
        expect(orderByTurn(all.toReversed())).toEqual(orderByTurn(all));
      }),
    );
  });

  it('comes round to every volume before any is tested again', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (ids, count) => {
          const lastAt = new Map<string, Date>();
          const runs = Math.ceil(ids.length / count);
          for (let run = 0; run < runs; run += 1) {
            const known = ids.map((volumeId) => {
              const at = lastAt.get(volumeId);
              return at === undefined ? { volumeId } : { volumeId, lastAt: at };
            });
            for (const { volumeId } of orderByTurn(known).slice(0, count)) {
              lastAt.set(volumeId, new Date(AT.getTime() + run * 1000));
            }
          }
          expect(lastAt.size).toBe(ids.length);
        },
      ),
    );
  });
});

describe('a random pick', () => {
  const items = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

  it('is the same for a slot and a volume, and of nothing nothing', () => {
    expect(pickAtRandom(items, AT, 'v1')).toBe(pickAtRandom(items, AT, 'v1'));
    expect(pickAtRandom([], AT, 'v1')).toBeUndefined();
  });

  it('comes to every item from slot to slot, about equally often', () => {
    const counts = new Map<string | undefined, number>();
    for (let slot = 0; slot < 700; slot += 1) {
      const item = pickAtRandom(items, new Date(AT.getTime() + slot * 86_400_000), 'v1');
      counts.set(item, (counts.get(item) ?? 0) + 1);
    }
    for (const item of items) expect(counts.get(item)).toBeGreaterThan(60);
  });
});
