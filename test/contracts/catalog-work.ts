import { describe, expect, it } from 'vitest';
import type { OpenRecord } from '../../lambdas/app/ports.ts';
import {
  type BackupRecord,
  isBegun,
  isOpen,
  RECORD_STATES,
  type RecordState,
} from '../../lambdas/domain/backup-record.ts';
import { type CatalogContext, collect, expectEventually, inParallel } from './catalog-context.ts';
import { aRecord, minutesAfter, OPENED } from './catalog-samples.ts';

const LANES = 25;
/** More than two pages of any catalog. */
const MANY = 1100;

export function specifyWork(context: CatalogContext): void {
  const { unique } = context;
  const listWork = (cloud: string, openedSince?: Date): Promise<OpenRecord[]> =>
    collect(context.catalog.listWork(cloud, openedSince && { openedSince }));

  describe('the work of a cloud', () => {
    it.each(RECORD_STATES)('holds a record that is %s exactly if it is open', async (state) => {
      const cloud = unique('cloud');
      const saved = await context.catalog.save(aRecord({ cloud, state }));
      await expectEventually(() => listWork(cloud), isOpen(saved) ? [saved] : []);
    });

    it.each(RECORD_STATES)(
      'that is begun holds an attempt that is %s exactly if a worker has begun it',
      async (state) => {
        const cloud = unique('cloud');
        const saved = await context.catalog.save(aRecord({ cloud, state }));
        await expectEventually(
          () => collect(context.catalog.listBegun(cloud)),
          isBegun(saved) ? [saved] : [],
        );
      },
    );

    it('that is begun is found among all that waits', async () => {
      const cloud = unique('cloud');
      const save = (volumeId: string, state: RecordState) =>
        context.catalog.save(aRecord({ cloud, volumeId, state }));
      for (const volumeId of ['v1', 'v2', 'v3']) await save(volumeId, 'waiting');
      const begun = [await save('v4', 'creating'), await save('v5', 'clearing'), await save('v6', 'stuck')];
      const byVolume = (a: BackupRecord, b: BackupRecord) => a.volumeId.localeCompare(b.volumeId);
      await expectEventually(
        async () => (await collect(context.catalog.listBegun(cloud))).sort(byVolume),
        begun,
      );
    });

    it('is entered and left as the record opens and closes', async () => {
      const cloud = unique('cloud');
      let record = await context.catalog.save(aRecord({ cloud }));
      for (const state of [
        'creating',
        'available',
        'deleting',
        'available',
        'deleting',
        'deleted',
      ] as const) {
        record = await context.catalog.save({ ...record, state });
        await expectEventually(() => listWork(cloud), isOpen(record) ? [record] : []);
      }
    });

    it('shows the newest version of a record', async () => {
      const cloud = unique('cloud');
      const waiting = await context.catalog.save(aRecord({ cloud }));
      const creating = await context.catalog.save({ ...waiting, state: 'creating', backupId: 'b1' });
      await expectEventually(() => listWork(cloud), [creating]);
    });

    it('comes earliest opened first, and a record moves with its openedAt', async () => {
      const cloud = unique('cloud');
      const [second, first] = [
        await context.catalog.save(aRecord({ cloud, volumeId: 'v1', openedAt: minutesAfter(OPENED, 2) })),
        await context.catalog.save(aRecord({ cloud, volumeId: 'v2', openedAt: minutesAfter(OPENED, 1) })),
      ];
      await expectEventually(() => listWork(cloud), [first, second]);
      const moved = await context.catalog.save({ ...first, openedAt: minutesAfter(OPENED, 3) });
      await expectEventually(() => listWork(cloud), [second, moved]);
    });

    it('holds all of the volumes that were opened at one instant', async () => {
      const cloud = unique('cloud');
      const volumeIds = ['v1', 'v2', 'v3'];
      for (const volumeId of volumeIds) await context.catalog.save(aRecord({ cloud, volumeId }));
      const listIds = async () => (await listWork(cloud)).map((record) => record.volumeId).sort();
      await expectEventually(listIds, volumeIds);
    });

    it('of another cloud is not shown', async () => {
      const cloud = unique('cloud');
      await context.catalog.save(aRecord({ cloud: `${cloud}-other` }));
      expect(await listWork(cloud)).toEqual([]);
    });

    it('can be asked for from an instant on, that instant included', async () => {
      const cloud = unique('cloud');
      const since = minutesAfter(OPENED, 1);
      await context.catalog.save(aRecord({ cloud, volumeId: 'v1', openedAt: new Date(since.getTime() - 1) }));
      const on = await context.catalog.save(aRecord({ cloud, volumeId: 'v2', openedAt: since }));
      await expectEventually(() => listWork(cloud, since), [on]);
    });

    it('comes whole, each record once, in pages of which none is empty', async () => {
      const cloud = unique('cloud');
      const records = Array.from({ length: MANY }, (_, index) =>
        aRecord({ cloud, volumeId: `v${index}`, openedAt: minutesAfter(OPENED, index % 100) }),
      );
      await inParallel(records, LANES, (record) => context.catalog.save(record));
      await expectEventually(async () => (await listWork(cloud)).length, MANY);
      const pages: (readonly BackupRecord[])[] = [];
      // These are attempts, all of them.
      for await (const page of context.catalog.listWork(cloud)) pages.push(page as readonly BackupRecord[]);
      expect(pages.length).toBeGreaterThan(1);
      expect(pages.every((page) => page.length > 0)).toBe(true);
      const listed = pages.flat();
      expect(new Set(listed.map((record) => record.volumeId)).size).toBe(MANY);
      expect(listed).toEqual(listed.toSorted((a, b) => a.openedAt.getTime() - b.openedAt.getTime()));
    });
  });
}
