import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NewestFirst } from '../../../local/embedded-cloud/state/newest-first.ts';
import { Timeline } from '../../../local/embedded-cloud/state/timeline.ts';

describe('the timeline', () => {
  it('lets everything due happen, in the order of due instants and then of putting', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), fc.nat(20), (dues, now) => {
        const timeline = new Timeline();
        const happened: number[] = [];
        dues.forEach((due, index) => {
          timeline.put(due, (at) => {
            expect(at).toBe(due);
            happened.push(index);
          });
        });
        timeline.settle(now);
        const expected = dues
          .map((due, index) => ({ due, index }))
          .filter(({ due }) => due <= now)
          .sort((a, b) => a.due - b.due || a.index - b.index)
          .map(({ index }) => index);
        expect(happened).toEqual(expected);
        const left = dues.filter((due) => due > now);
        expect(timeline.nextDueMs).toBe(left.length === 0 ? undefined : Math.min(...left));
      }),
    );
  });

  it('settles in the same round what that work puts in, if it is due', () => {
    const timeline = new Timeline();
    const happened: string[] = [];
    timeline.put(1, (at) => {
      happened.push('first');
      timeline.put(at + 1, () => happened.push('second'));
      timeline.put(at + 9, () => happened.push('third'));
    });
    timeline.settle(5);
    expect(happened).toEqual(['first', 'second']);
  });
});

describe('rows in list order', () => {
  it('are newest first, of one second the greater id first, whatever order they came and went in', () => {
    const row = fc.record({ id: fc.uuid(), created_at: fc.nat(5) });
    fc.assert(
      fc.property(fc.uniqueArray(row, { selector: ({ id }) => id }), fc.nat(), (rows, pick) => {
        const index = new NewestFirst<(typeof rows)[number]>();
        for (const one of rows) index.insert(one);
        const removed = rows[pick % Math.max(rows.length, 1)];
        if (removed !== undefined) index.remove(removed);
        const expected = rows
          .filter((one) => one !== removed)
          .sort((a, b) => b.created_at - a.created_at || (a.id > b.id ? -1 : 1));
        expect([...index]).toEqual(expected);
        expect(index.size).toBe(expected.length);
        expected.forEach((one, rank) => {
          expect(index.at(rank)).toBe(one);
          expect(index.rankAfter(one)).toBe(rank + 1);
        });
      }),
    );
  });
});
