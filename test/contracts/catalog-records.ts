import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AlreadyRecordedError, CatalogConflictError } from '../../lambdas/app/ports.ts';
import { arbitraryRecord } from './arbitrary-records.ts';
import type { CatalogContext } from './catalog-context.ts';
import { aFinishedRecord, aRecord, minutesAfter, SLOT } from './catalog-samples.ts';

const RIVALS = 50;
const RUNS = 60;

export function specifyRecords(context: CatalogContext): void {
  const { unique } = context;

  describe('a record', () => {
    it('that was never saved is not there', async () => {
      expect(await context.catalog.getRecord(aRecord({ volumeId: unique('volume') }))).toBeUndefined();
    });

    it('is read back as it was saved, with the next version', async () => {
      const record = aFinishedRecord({ volumeId: unique('volume') });
      const saved = await context.catalog.save(record);
      expect(saved).toEqual({ ...record, version: 1 });
      expect(await context.catalog.getRecord(record)).toStrictEqual(saved);
    });

    it('is saved once: a second one of the same key is refused and the first stays', async () => {
      const record = aRecord({ volumeId: unique('volume') });
      await context.catalog.save(record);
      await expect(context.catalog.save({ ...record, trigger: 'manual' })).rejects.toThrow(
        AlreadyRecordedError,
      );
      expect((await context.catalog.getRecord(record))?.trigger).toBe('schedule');
    });

    it.each([
      ['another slot', { slotAt: minutesAfter(SLOT, 1) }],
      ['a slot a millisecond later', { slotAt: new Date(SLOT.getTime() + 1) }],
      ['another attempt', { attempt: 2 }],
      ['another policy', { policy: 'weekly' }],
      ['another cloud', { cloud: 'test' }],
    ])('of %s is another record', async (_difference, difference) => {
      const first = aRecord({ volumeId: unique('volume') });
      const second = { ...first, ...difference, name: 'another' };
      await context.catalog.save(first);
      await context.catalog.save(second);
      expect(await context.catalog.getRecord(first)).toEqual({ ...first, version: 1 });
      expect(await context.catalog.getRecord(second)).toEqual({ ...second, version: 1 });
    });

    it.each([
      ['a#b', 'c', 'a', 'b#c'],
      ['a%23b', 'c', 'a#b', 'c'],
    ])('of cloud %s, volume %s is none of cloud %s, volume %s', async (cloud, volumeId, other, otherId) => {
      const mark = unique('policy');
      await context.catalog.save(aRecord({ cloud, volumeId, policy: mark }));
      expect(
        await context.catalog.getRecord(aRecord({ cloud: other, volumeId: otherId, policy: mark })),
      ).toBeUndefined();
    });

    it('changes over the version that was read, and over that alone', async () => {
      const first = await context.catalog.save(aRecord({ volumeId: unique('volume') }));
      const second = await context.catalog.save({ ...first, state: 'creating' });
      expect(second.version).toBe(2);
      await expect(context.catalog.save({ ...first, state: 'skipped' })).rejects.toThrow(
        CatalogConflictError,
      );
      await expect(context.catalog.save({ ...second, version: 3 })).rejects.toThrow(CatalogConflictError);
      expect(await context.catalog.getRecord(first)).toEqual(second);
    });

    it('that is not there cannot be changed', async () => {
      const record = aRecord({ volumeId: unique('volume'), version: 1 });
      await expect(context.catalog.save(record)).rejects.toThrow(CatalogConflictError);
      expect(await context.catalog.getRecord(record)).toBeUndefined();
    });

    it('loses a field that is left out of its next version', async () => {
      const saved = await context.catalog.save(
        aFinishedRecord({ volumeId: unique('volume'), reason: 'old' }),
      );
      const { reason: _gone, ...rest } = saved;
      await context.catalog.save(rest);
      expect(await context.catalog.getRecord(saved)).toStrictEqual({ ...rest, version: 2 });
    });

    it('is claimed by exactly one of many at once', async () => {
      const waiting = await context.catalog.save(aRecord({ volumeId: unique('volume') }));
      const claims = await Promise.allSettled(
        Array.from({ length: RIVALS }, (_, rival) =>
          context.catalog.save({ ...waiting, state: 'creating', reason: `rival ${rival}` }),
        ),
      );
      const won = claims.filter((claim) => claim.status === 'fulfilled');
      const lost = claims.filter((claim) => claim.status === 'rejected');
      expect(won).toHaveLength(1);
      for (const { reason } of lost) expect(reason).toBeInstanceOf(CatalogConflictError);
      expect(await context.catalog.getRecord(waiting)).toEqual(won[0]?.value);
    });

    it('is first recorded by exactly one of many at once', async () => {
      const record = aRecord({ volumeId: unique('volume') });
      const saves = await Promise.allSettled(
        Array.from({ length: RIVALS }, (_, rival) =>
          context.catalog.save({ ...record, reason: `rival ${rival}` }),
        ),
      );
      const won = saves.filter((save) => save.status === 'fulfilled');
      expect(won).toHaveLength(1);
      expect(await context.catalog.getRecord(record)).toEqual(won[0]?.value);
    });

    it('keeps whatever its fields hold, and leaves out what is left out', async () => {
      await fc.assert(
        fc.asyncProperty(arbitraryRecord, async (arbitrary) => {
          const record = { ...arbitrary, cloud: unique(arbitrary.cloud) };
          const saved = await context.catalog.save(record);
          expect(await context.catalog.getRecord(record)).toStrictEqual(saved);
          expect(saved).toStrictEqual({ ...record, version: 1 });
        }),
        { numRuns: RUNS },
      );
    });
  });

  describe('the records of a volume', () => {
    it('come oldest slot first, then by policy, then by attempt, those of other volumes and the volume left out', async () => {
      const volumeId = unique('volume');
      const early = new Date('2026-11-22T02:30:00.000Z');
      const inOrder = [
        aRecord({ volumeId, slotAt: early, policy: 'weekly' }),
        aRecord({ volumeId, policy: 'a' }),
        aRecord({ volumeId, policy: 'a', attempt: 2 }),
        aRecord({ volumeId, policy: 'a', attempt: 10 }),
        aRecord({ volumeId, policy: 'a', attempt: 1000 }),
        aRecord({ volumeId, policy: 'a b' }),
        aRecord({ volumeId, policy: 'a-b' }),
        aRecord({ volumeId, policy: 'ab' }),
      ];
      for (const record of inOrder.toReversed()) await context.catalog.save(record);
      await context.catalog.save(aRecord({ volumeId: `${volumeId}-other` }));
      await context.catalog.noteVolume({ cloud: 'prod', volumeId, volume: { name: 'db', sizeGib: 1 } });
      expect(await context.catalog.listVolumeRecords('prod', volumeId)).toEqual(
        inOrder.map((record) => ({ ...record, version: 1 })),
      );
    });

    it('are seen as soon as they are saved', async () => {
      const volumeId = unique('volume');
      const waiting = await context.catalog.save(aRecord({ volumeId }));
      const creating = await context.catalog.save({ ...waiting, state: 'creating' });
      expect(await context.catalog.listVolumeRecords('prod', volumeId)).toEqual([creating]);
    });

    it('are none for an unknown volume', async () => {
      expect(await context.catalog.listVolumeRecords('prod', unique('volume'))).toEqual([]);
    });

    it('come all, even when they fill more than one page of a megabyte', async () => {
      const volumeId = unique('volume');
      const records = Array.from({ length: 40 }, (_, index) =>
        aRecord({ volumeId, slotAt: minutesAfter(SLOT, index), reason: 'long '.repeat(8000) }),
      );
      await Promise.all(records.map((record) => context.catalog.save(record)));
      const listed = await context.catalog.listVolumeRecords('prod', volumeId);
      expect(listed.map((record) => record.slotAt)).toEqual(records.map((record) => record.slotAt));
    });
  });
}
