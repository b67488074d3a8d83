import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderByParents } from '../../../lambdas/domain/order-by-parents.ts';

/** `b<a`: b, based on a. */
function read(text: string) {
  return text
    .split(' ')
    .filter((token) => token !== '')
    .map((token) => {
      const [backupId = '', parentId] = token.split('<');
      return { backupId, ...(parentId !== undefined && { parentId }) };
    });
}

const idsOf = (items: readonly { backupId: string }[]) => items.map(({ backupId }) => backupId).join(' ');

describe('backups, parents first', () => {
  it.each([
    ['fulls are no one’s children', 'a b', 'a b', ''],
    ['a chain, in whatever order it came', 'c<b a b<a', 'a | b | c', ''],
    ['two children of one', 'a b<a c<a', 'a | b c', ''],
    ['on what is there already', 'c<there d<c', 'c | d', ''],
    ['one without its parent, and all that is based on it', 'c<b d<c a', 'a', 'c d'],
    ['what is based on itself', 'a<b b<a c', 'c', 'a b'],
    ['nothing', '', '', ''],
  ])('%s', (_what, text, levels, orphans) => {
    const ordered = orderByParents(read(text), (id) => id === 'there');
    expect(ordered.levels.map(idsOf).join(' | ')).toBe(levels);
    expect(idsOf(ordered.orphans)).toBe(orphans);
  });

  it('has each once, and each after its parent, whatever the chains are', () => {
    const parents = fc.array(fc.nat(), { maxLength: 40 });
    fc.assert(
      fc.property(parents, fc.infiniteStream(fc.nat()), (choices, stream) => {
        const items = choices.map((choice, index) => ({
          backupId: `b${index}`,
          ...(index > 0 && choice % 3 > 0 && { parentId: `b${choice % index}` }),
        }));
        const shuffled = items.toSorted((a, b) => {
          const [x = 0, y = 0] = stream.take(2);
          return x - y || (a.backupId < b.backupId ? -1 : 1);
        });
        const { levels, orphans } = orderByParents(shuffled, () => false);
        expect(orphans).toEqual([]);
        const placed = new Set<string>();
        for (const level of levels) {
          for (const { parentId } of level) if (parentId !== undefined) expect(placed).toContain(parentId);
          for (const { backupId } of level) placed.add(backupId);
        }
        expect(placed.size).toBe(items.length);
        expect(levels.flat()).toHaveLength(items.length);
      }),
    );
  });
});
