import { describe, expect, it } from 'vitest';
import { type CatalogContext, collect, expectEventually } from './catalog-context.ts';
import { aPage, minutesAfter, OPENED } from './catalog-samples.ts';

const PAGES = 30;
const BACKUPS_A_PAGE = 500;

export function specifyEnded(context: CatalogContext): void {
  const { unique } = context;

  describe('backups that have ended', () => {
    it('are none at first', async () => {
      expect(await collect(context.catalog.listEnded(unique('cloud')))).toEqual([]);
    });

    it('come those that ended last first, those of other clouds left out', async () => {
      const cloud = unique('cloud');
      const pages = [0, 2, 1].map((minutes) => aPage({ cloud, endedAt: minutesAfter(OPENED, minutes) }));
      for (const page of pages) await context.catalog.noteEnded(page);
      await context.catalog.noteEnded(aPage({ cloud: `${cloud}-other` }));
      await expectEventually(() => collect(context.catalog.listEnded(cloud)), [pages[1], pages[2], pages[0]]);
    });

    it('that are noted twice are there once, and others of the same instant beside them', async () => {
      const cloud = unique('cloud');
      const page = aPage({ cloud });
      const other = aPage({ cloud, backups: page.backups.map((one) => ({ ...one, backupId: 'another' })) });
      for (const each of [page, other, page]) await context.catalog.noteEnded(each);
      await expectEventually(async () => (await collect(context.catalog.listEnded(cloud))).length, 2);
    });

    it('come all, even when they fill more than one page of a megabyte', async () => {
      const cloud = unique('cloud');
      const [one] = aPage().backups;
      if (one === undefined) throw new Error('a page has a backup');
      const backups = Array.from({ length: BACKUPS_A_PAGE }, (_, index) => ({
        ...one,
        backupId: `b${index}`,
      }));
      for (let minute = 0; minute < PAGES; minute += 1)
        await context.catalog.noteEnded(aPage({ cloud, backups, endedAt: minutesAfter(OPENED, minute) }));
      await expectEventually(async () => {
        const pages = await collect(context.catalog.listEnded(cloud));
        return pages.reduce((sum, page) => sum + page.backups.length, 0);
      }, PAGES * BACKUPS_A_PAGE);
    });
  });
}
