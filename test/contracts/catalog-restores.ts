import { describe, expect, it } from 'vitest';
import { AlreadyRecordedError, CatalogConflictError, type OpenRecord } from '../../lambdas/app/ports.ts';
import {
  isRestoreOpen,
  RESTORE_STATES,
  type RestoreRecord,
  restoreIdOf,
  type VolumeProof,
} from '../../lambdas/domain/restore-record.ts';
import { type CatalogContext, collect, expectEventually, inParallel } from './catalog-context.ts';
import { aRecord, aRestore, aVolume, minutesAfter, OPENED, SLOT } from './catalog-samples.ts';

const LANES = 25;
/** More than a page of any catalog. */
const MANY = 600;

/** Every field that a restore can have. */
const FULL: Partial<RestoreRecord> = {
  purpose: 'test',
  state: 'clearing',
  policy: 'nightly',
  into: 'existing',
  target: { name: 'ö "#', sizeGib: 7, metadata: { '#a.b': '' }, serverIds: ['s1', 's2'] },
  targetId: 'v9',
  needs: [],
  tryAnyway: true,
  notBeforeAt: minutesAfter(OPENED, 1),
  startedAt: minutesAfter(OPENED, 2),
  unseenSinceAt: minutesAfter(OPENED, 3),
  seenAt: minutesAfter(OPENED, 4),
  formerBackupId: 'b0',
  hookAskedAt: minutesAfter(OPENED, 4),
  settledAt: minutesAfter(OPENED, 5),
  outcome: 'failed',
  reason: 'the volume is error_restoring: disk on fire',
  forgetAt: minutesAfter(OPENED, 6),
};

const PROOF: VolumeProof = {
  provedAt: minutesAfter(OPENED, 5),
  provedBackupId: 'b1',
  last: {
    at: minutesAfter(OPENED, 7),
    purpose: 'test',
    outcome: 'failed',
    tookMs: 61_000,
    backupId: 'b2',
    targetId: 'v2',
    reason: 'the hook says no',
  },
};

export function specifyRestores(context: CatalogContext): void {
  const { unique } = context;
  const listOpen = (cloud: string): Promise<RestoreRecord[]> =>
    collect(context.catalog.listOpenRestores(cloud));
  const listWork = (cloud: string, openedSince?: Date): Promise<OpenRecord[]> =>
    collect(context.catalog.listWork(cloud, openedSince && { openedSince }));

  describe('a restore', () => {
    it.each([
      ['as few fields as can be', {}],
      ['every field', FULL],
    ])('is read back as it was saved, with the next version: %s', async (_kind, fields) => {
      const restore = aRestore({ ...fields, volumeId: unique('volume') });
      const saved = await context.catalog.saveRestore(restore);
      expect(saved).toStrictEqual({ ...restore, version: 1 });
      expect(await context.catalog.getRestore(restore)).toStrictEqual(saved);
    });

    it('that was never saved is not there', async () => {
      expect(await context.catalog.getRestore(aRestore({ volumeId: unique('volume') }))).toBeUndefined();
    });

    it('is recorded once, and changed only by whoever saw it last', async () => {
      const restore = aRestore({ volumeId: unique('volume') });
      const first = await context.catalog.saveRestore(restore);
      await expect(context.catalog.saveRestore(restore)).rejects.toThrow(AlreadyRecordedError);
      const second = await context.catalog.saveRestore({ ...first, state: 'creating' });
      await expect(context.catalog.saveRestore({ ...first, state: 'failed' })).rejects.toThrow(
        CatalogConflictError,
      );
      expect(await context.catalog.getRestore(restore)).toStrictEqual(second);
    });

    it('is taken by one of many at once', async () => {
      const restore = aRestore({ volumeId: unique('volume') });
      const ends = await Promise.allSettled(
        Array.from({ length: 10 }, () => context.catalog.saveRestore(restore)),
      );
      expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('stands among those of its volume in the order in which they were asked for, and is no record of a backup', async () => {
      const volumeId = unique('volume');
      const asked = [minutesAfter(OPENED, 2), minutesAfter(OPENED, 1), minutesAfter(OPENED, 3)];
      for (const askedAt of asked) {
        const id = restoreIdOf(askedAt, 'r', 'b');
        await context.catalog.saveRestore(aRestore({ volumeId, id, askedAt, state: 'restored' }));
      }
      await context.catalog.saveRestore(aRestore({ volumeId: `${volumeId}-other` }));
      const listed = await context.catalog.listRestores('prod', volumeId);
      expect(listed.map(({ askedAt }) => askedAt)).toEqual(
        asked.toSorted((a, b) => a.getTime() - b.getTime()),
      );
      expect(await context.catalog.listVolumeRecords('prod', volumeId)).toEqual([]);
      expect(await context.catalog.getVolume('prod', volumeId)).toBeUndefined();
    });
  });

  describe('the open restores of a cloud', () => {
    it.each(RESTORE_STATES)('hold one that is %s exactly if it is open', async (state) => {
      const cloud = unique('cloud');
      const saved = await context.catalog.saveRestore(aRestore({ cloud, state }));
      await expectEventually(() => listOpen(cloud), isRestoreOpen(saved) ? [saved] : []);
      await expectEventually(() => listWork(cloud), isRestoreOpen(saved) ? [saved] : []);
    });

    it('are left when it ends', async () => {
      const cloud = unique('cloud');
      const saved = await context.catalog.saveRestore(aRestore({ cloud }));
      await expectEventually(() => listOpen(cloud), [saved]);
      await context.catalog.saveRestore({ ...saved, state: 'restored' });
      await expectEventually(() => listOpen(cloud), []);
    });

    it('come before all attempts in the work of the cloud, earliest asked for first, and not among those since an instant', async () => {
      const cloud = unique('cloud');
      const attempt = await context.catalog.save(aRecord({ cloud, openedAt: minutesAfter(OPENED, -60) }));
      const late = {
        cloud,
        askedAt: minutesAfter(OPENED, 2),
        id: restoreIdOf(minutesAfter(OPENED, 2), 'r', 'b'),
      };
      const second = await context.catalog.saveRestore(aRestore(late));
      const first = await context.catalog.saveRestore(aRestore({ cloud }));
      await expectEventually(() => listWork(cloud), [first, second, attempt]);
      await expectEventually(() => listOpen(cloud), [first, second]);
      await expectEventually(() => listWork(cloud, minutesAfter(OPENED, -600)), [attempt]);
    });

    it('come whole when they fill more than a page', async () => {
      const cloud = unique('cloud');
      const restores = Array.from({ length: MANY }, (_, index) => aRestore({ cloud, volumeId: `v${index}` }));
      await inParallel(restores, LANES, (restore) => context.catalog.saveRestore(restore));
      await expectEventually(async () => (await listOpen(cloud)).length, MANY);
      expect(new Set((await listOpen(cloud)).map(({ volumeId }) => volumeId)).size).toBe(MANY);
    });
  });

  describe('what was proved of a volume', () => {
    it('stays when the volume is noted anew and its decision settled', async () => {
      const volume = aVolume({ volumeId: unique('volume'), decideAt: SLOT });
      await context.catalog.noteVolume(volume);
      expect(await context.catalog.noteProof('prod', volume.volumeId, PROOF)).toBe(true);
      await context.catalog.noteVolume({ ...volume, volume: { name: 'renamed', sizeGib: 1 } });
      await context.catalog.settleDecision('prod', volume.volumeId, SLOT);
      expect(await context.catalog.getVolume('prod', volume.volumeId)).toStrictEqual({
        cloud: 'prod',
        volumeId: volume.volumeId,
        volume: { name: 'renamed', sizeGib: 1 },
        proof: PROOF,
      });
    });

    it('is what the last writer noted', async () => {
      const volumeId = unique('volume');
      await context.catalog.noteVolume(aVolume({ volumeId }));
      await context.catalog.noteProof('prod', volumeId, PROOF);
      const last = { last: { ...PROOF.last, tookMs: 1 } };
      await context.catalog.noteProof('prod', volumeId, last);
      expect((await context.catalog.getVolume('prod', volumeId))?.proof).toStrictEqual(last);
    });

    it('is nothing for a volume that nobody knows', async () => {
      const volumeId = unique('volume');
      expect(await context.catalog.noteProof('prod', volumeId, PROOF)).toBe(false);
      expect(await context.catalog.getVolume('prod', volumeId)).toBeUndefined();
    });
  });
}
