import { describe, expect, it } from 'vitest';
import type { VolumeRecord } from '../../lambdas/domain/backup-record.ts';
import { type CatalogContext, collect, expectEventually, inParallel } from './catalog-context.ts';
import { aRecord, aVolume, minutesAfter, SLOT } from './catalog-samples.ts';

const LANES = 25;
const MANY = 600;

export function specifyVolumes(context: CatalogContext): void {
  const { unique } = context;
  const listDecisions = (cloud: string, until: Date): Promise<VolumeRecord[]> =>
    collect(context.catalog.listDecisions(cloud, until));

  describe('a volume', () => {
    it('that was never noted is not there, even if it has records', async () => {
      const volumeId = unique('volume');
      await context.catalog.save(aRecord({ volumeId }));
      expect(await context.catalog.getVolume('prod', volumeId)).toBeUndefined();
    });

    it.each([
      ['every fact', aVolume({ decideAt: SLOT })],
      ['no decision', aVolume()],
      ['few facts', aVolume({ volume: { name: '', sizeGib: 0 } })],
      ['empty metadata', aVolume({ volume: { name: 'db', sizeGib: 1, metadata: {} } })],
      ['odd metadata', aVolume({ volume: { name: 'ö\u0000"\n😀', sizeGib: 1, metadata: { '#a.b': '' } } })],
    ])('is read back as it was noted: %s', async (_kind, fields) => {
      const volume = { ...fields, volumeId: unique('volume') };
      await context.catalog.noteVolume(volume);
      expect(await context.catalog.getVolume('prod', volume.volumeId)).toStrictEqual(volume);
    });

    it('is what the last writer noted, down to what was left out', async () => {
      const volumeId = unique('volume');
      await context.catalog.noteVolume(aVolume({ volumeId, decideAt: SLOT }));
      const last = aVolume({ volumeId, volume: { name: 'renamed', sizeGib: 300 } });
      await context.catalog.noteVolume(last);
      expect(await context.catalog.getVolume('prod', volumeId)).toStrictEqual(last);
    });
  });

  describe('the decisions of a cloud', () => {
    it('are those due by then, that instant included, earliest first', async () => {
      const cloud = unique('cloud');
      const at = (volumeId: string, minutes: number) =>
        aVolume({ cloud, volumeId, decideAt: minutesAfter(SLOT, minutes) });
      const [late, due, early, none] = [at('late', 61), at('due', 60), at('early', 1), aVolume({ cloud })];
      for (const volume of [late, due, early, none]) await context.catalog.noteVolume(volume);
      await expectEventually(() => listDecisions(cloud, minutesAfter(SLOT, 60)), [early, due]);
      await expectEventually(() => listDecisions(cloud, minutesAfter(SLOT, 61)), [early, due, late]);
    });

    it('of another cloud are not shown', async () => {
      const cloud = unique('cloud');
      await context.catalog.noteVolume(aVolume({ cloud: `${cloud}-other`, decideAt: SLOT }));
      expect(await listDecisions(cloud, SLOT)).toEqual([]);
    });

    it('move and end as the volume is noted anew', async () => {
      const cloud = unique('cloud');
      await context.catalog.noteVolume(aVolume({ cloud, decideAt: SLOT }));
      const moved = aVolume({ cloud, decideAt: minutesAfter(SLOT, 5) });
      await context.catalog.noteVolume(moved);
      await expectEventually(() => listDecisions(cloud, minutesAfter(SLOT, 5)), [moved]);
      expect(await listDecisions(cloud, minutesAfter(SLOT, 4))).toEqual([]);
      await context.catalog.noteVolume(aVolume({ cloud }));
      await expectEventually(() => listDecisions(cloud, minutesAfter(SLOT, 5)), []);
    });

    it('are settled: replaced by the next instant, the facts untouched', async () => {
      const [cloud, next] = [unique('cloud'), minutesAfter(SLOT, 5)];
      const volume = aVolume({ cloud, decideAt: SLOT });
      await context.catalog.noteVolume(volume);
      expect(await context.catalog.settleDecision(cloud, volume.volumeId, SLOT, next)).toBe(true);
      const settled = { ...volume, decideAt: next };
      expect(await context.catalog.getVolume(cloud, volume.volumeId)).toStrictEqual(settled);
      await expectEventually(() => listDecisions(cloud, SLOT), []);
      await expectEventually(() => listDecisions(cloud, next), [settled]);
    });

    it('are settled: ended when nothing more is foreseen', async () => {
      const cloud = unique('cloud');
      const volume = aVolume({ cloud, decideAt: SLOT });
      await context.catalog.noteVolume(volume);
      expect(await context.catalog.settleDecision(cloud, volume.volumeId, SLOT)).toBe(true);
      expect(await context.catalog.getVolume(cloud, volume.volumeId)).toStrictEqual(aVolume({ cloud }));
      await expectEventually(() => listDecisions(cloud, minutesAfter(SLOT, 5)), []);
    });

    it('that were moved meanwhile stay where they were moved to', async () => {
      const cloud = unique('cloud');
      const moved = aVolume({ cloud, decideAt: minutesAfter(SLOT, -5) });
      await context.catalog.noteVolume(aVolume({ cloud, decideAt: SLOT }));
      await context.catalog.noteVolume(moved);
      expect(await context.catalog.settleDecision(cloud, moved.volumeId, SLOT, minutesAfter(SLOT, 60))).toBe(
        false,
      );
      expect(await context.catalog.getVolume(cloud, moved.volumeId)).toStrictEqual(moved);
    });

    it('are not made by settling one that is not there: of a volume without one, or unknown', async () => {
      const cloud = unique('cloud');
      const volume = aVolume({ cloud });
      await context.catalog.noteVolume(volume);
      expect(await context.catalog.settleDecision(cloud, volume.volumeId, SLOT, SLOT)).toBe(false);
      expect(await context.catalog.settleDecision(cloud, 'unknown', SLOT, SLOT)).toBe(false);
      expect(await context.catalog.settleDecision(cloud, 'unknown', undefined, SLOT)).toBe(false);
      expect(await context.catalog.getVolume(cloud, 'unknown')).toBeUndefined();
    });

    it('are made of a volume for which none was foreseen, and only of such a one', async () => {
      const cloud = unique('cloud');
      const volume = aVolume({ cloud });
      await context.catalog.noteVolume(volume);
      expect(await context.catalog.settleDecision(cloud, volume.volumeId, undefined, SLOT)).toBe(true);
      await expectEventually(() => listDecisions(cloud, SLOT), [{ ...volume, decideAt: SLOT }]);
      expect(
        await context.catalog.settleDecision(cloud, volume.volumeId, undefined, minutesAfter(SLOT, 5)),
      ).toBe(false);
      expect((await context.catalog.getVolume(cloud, volume.volumeId))?.decideAt).toEqual(SLOT);
    });

    it('are settled by exactly one of many at once', async () => {
      const cloud = unique('cloud');
      const volume = aVolume({ cloud, decideAt: SLOT });
      await context.catalog.noteVolume(volume);
      const settled = await Promise.all(
        Array.from({ length: 20 }, (_, rival) =>
          context.catalog.settleDecision(cloud, volume.volumeId, SLOT, minutesAfter(SLOT, 1 + rival)),
        ),
      );
      expect(settled.filter(Boolean)).toHaveLength(1);
    });

    it('come whole when they fill more than a page, many of them due at one instant', async () => {
      const cloud = unique('cloud');
      const volumes = Array.from({ length: MANY }, (_, index) =>
        aVolume({ cloud, volumeId: `v${index}`, decideAt: SLOT }),
      );
      await inParallel(volumes, LANES, (volume) => context.catalog.noteVolume(volume));
      const countIds = async () => {
        const listed = await listDecisions(cloud, SLOT);
        return [listed.length, new Set(listed.map((volume) => volume.volumeId)).size];
      };
      await expectEventually(countIds, [MANY, MANY]);
    });
  });
}
