import { describe, expect, it } from 'vitest';
import type { CatalogContext } from './catalog-context.ts';
import { minutesAfter, SLOT } from './catalog-samples.ts';

export function specifyLeases(context: CatalogContext): void {
  const { unique } = context;
  const end = minutesAfter(SLOT, 10);
  const take = (lease: string, owner: string, now: Date, until = minutesAfter(now, 10)) =>
    context.catalog.takeLease(lease, owner, now, until);

  describe('a lease', () => {
    it('is one owner’s until it is over, that instant excluded', async () => {
      const lease = unique('lease');
      expect(await take(lease, 'a', SLOT, end)).toBe(true);
      expect(await take(lease, 'b', SLOT)).toBe(false);
      expect(await take(lease, 'b', new Date(end.getTime() - 1))).toBe(false);
      expect(await take(lease, 'b', end)).toBe(true);
      expect(await take(lease, 'a', end)).toBe(false);
    });

    it('of another name is another lease', async () => {
      const lease = unique('lease');
      expect(await take(lease, 'a', SLOT)).toBe(true);
      expect(await take(`${lease}-other`, 'b', SLOT)).toBe(true);
    });

    it('is given to its owner again, and lasts until the new end', async () => {
      const lease = unique('lease');
      await take(lease, 'a', SLOT, end);
      expect(await take(lease, 'a', minutesAfter(SLOT, 1), minutesAfter(SLOT, 20))).toBe(true);
      expect(await take(lease, 'b', end)).toBe(false);
      expect(await take(lease, 'b', minutesAfter(SLOT, 20))).toBe(true);
    });

    it('can be taken by another once it is released', async () => {
      const lease = unique('lease');
      await take(lease, 'a', SLOT);
      await context.catalog.releaseLease(lease, 'a');
      expect(await take(lease, 'b', SLOT)).toBe(true);
    });

    it('is not released by who does not own it, or does no longer', async () => {
      const lease = unique('lease');
      await take(lease, 'a', SLOT, end);
      await context.catalog.releaseLease(lease, 'b');
      expect(await take(lease, 'b', SLOT)).toBe(false);
      await take(lease, 'b', end);
      await context.catalog.releaseLease(lease, 'a');
      expect(await take(lease, 'c', end)).toBe(false);
    });

    it('tells who has it, until when, and when it will be given back', async () => {
      const lease = unique('lease');
      const { catalog } = context;
      expect(await catalog.getLease(lease)).toBeUndefined();
      await catalog.takeLease(lease, 'a', SLOT, end, minutesAfter(end, 5));
      expect(await catalog.getLease(lease)).toEqual({ owner: 'a', until: end, endsAt: minutesAfter(end, 5) });
      await catalog.takeLease(lease, 'a', SLOT, minutesAfter(end, 1));
      expect(await catalog.getLease(lease)).toEqual({ owner: 'a', until: minutesAfter(end, 1) });
      await catalog.releaseLease(lease, 'a');
      expect(await catalog.getLease(lease)).toBeUndefined();
    });

    it('that nobody has can be released', async () => {
      await expect(context.catalog.releaseLease(unique('lease'), 'a')).resolves.toBeUndefined();
    });

    it('is given to exactly one of many at once', async () => {
      const lease = unique('lease');
      const owners = Array.from({ length: 30 }, (_, index) => `owner-${index}`);
      const taken = await Promise.all(owners.map((owner) => take(lease, owner, SLOT)));
      expect(taken.filter(Boolean)).toHaveLength(1);
    });
  });
}
