import { describe, expect, it } from 'vitest';
import { AlreadyRecordedError } from '../../lambdas/app/ports.ts';
import type { SlotRecord } from '../../lambdas/domain/backup-record.ts';
import type { CatalogContext } from './catalog-context.ts';
import { minutesAfter, OPENED, SLOT } from './catalog-samples.ts';

function aSlot(fields: Partial<SlotRecord> = {}): SlotRecord {
  return {
    policy: 'nightly',
    slotAt: SLOT,
    state: 'recording',
    trigger: 'schedule',
    recordedAt: OPENED,
    ...fields,
  };
}

export function specifyPolicies(context: CatalogContext): void {
  const { unique } = context;

  describe('a slot', () => {
    it('that was never saved is not there', async () => {
      expect(await context.catalog.getSlot(unique('policy'), SLOT)).toBeUndefined();
    });

    it.each([
      ['recording', aSlot()],
      [
        'interrupted',
        aSlot({
          recorder: 'function 1',
          isInterrupted: true,
          recordedUntil: { createdAt: minutesAfter(SLOT, -9), volumeId: 'v1', volumeCount: 1000 },
        }),
      ],
      ['recorded', aSlot({ state: 'recorded', volumeCount: 0 })],
      ['missed', aSlot({ state: 'missed', trigger: 'makeUp', reason: 'older than 12h' })],
    ])('is read back as it was saved: %s', async (_state, fields) => {
      const slot = { ...fields, policy: unique('policy') };
      expect(await context.catalog.saveSlot(slot)).toBe(true);
      expect(await context.catalog.getSlot(slot.policy, SLOT)).toStrictEqual(slot);
    });

    it('that is recording can be begun again and be finished', async () => {
      const policy = unique('policy');
      await context.catalog.saveSlot(aSlot({ policy }));
      expect(await context.catalog.saveSlot(aSlot({ policy, trigger: 'makeUp' }))).toBe(true);
      const recorded = aSlot({ policy, state: 'recorded', volumeCount: 3 });
      expect(await context.catalog.saveSlot(recorded)).toBe(true);
      expect(await context.catalog.getSlot(policy, SLOT)).toStrictEqual(recorded);
    });

    it.each(['recorded', 'missed', 'paused'] as const)('that is %s is not begun again', async (state) => {
      const finished = aSlot({ policy: unique('policy'), state });
      await context.catalog.saveSlot(finished);
      expect(await context.catalog.saveSlot(aSlot({ policy: finished.policy }))).toBe(false);
      expect(await context.catalog.getSlot(finished.policy, SLOT)).toStrictEqual(finished);
    });

    it('that is missed can be recorded after all', async () => {
      const policy = unique('policy');
      await context.catalog.saveSlot(aSlot({ policy, state: 'missed' }));
      expect(await context.catalog.saveSlot(aSlot({ policy, state: 'recorded' }))).toBe(true);
      expect((await context.catalog.getSlot(policy, SLOT))?.state).toBe('recorded');
    });
  });

  describe('the slots of a policy', () => {
    it('come newest first, at most as many as asked for, those of other policies and the policy left out', async () => {
      const policy = unique('policy');
      const slots = [0, 3, 1, 2].map((minutes) => aSlot({ policy, slotAt: minutesAfter(SLOT, minutes) }));
      for (const slot of slots) await context.catalog.saveSlot(slot);
      await context.catalog.saveSlot(aSlot({ policy: `${policy}-other`, slotAt: minutesAfter(SLOT, 9) }));
      await context.catalog.savePolicy({
        policy,
        firstSeenAt: SLOT,
        terms: '',
        termsSince: SLOT,
      });
      const listMinutes = async (limit: number) =>
        (await context.catalog.listSlots(policy, limit)).map(
          (slot) => (slot.slotAt.getTime() - SLOT.getTime()) / 60_000,
        );
      expect(await listMinutes(10)).toEqual([3, 2, 1, 0]);
      expect(await listMinutes(2)).toEqual([3, 2]);
      expect(await listMinutes(0)).toEqual([]);
    });
  });

  describe('a policy', () => {
    it('is read back as it was last saved', async () => {
      const policy = unique('policy');
      expect(await context.catalog.getPolicy(policy)).toBeUndefined();
      const first = { policy, firstSeenAt: SLOT, terms: 'daily=7; atLeast=1', termsSince: SLOT };
      const formerTerms = { 'last=3; atLeast=1': SLOT, 'daily=14; atLeast=1': minutesAfter(SLOT, 9) };
      const restoreTests = { schedule: '0 12 * * * UTC', since: SLOT };
      const changed = { ...first, formerTerms, reviewedAt: SLOT, restoreTests };
      await context.catalog.savePolicy(changed);
      expect(await context.catalog.getPolicy(policy)).toStrictEqual(changed);
      await context.catalog.savePolicy(first);
      expect(await context.catalog.getPolicy(policy)).toStrictEqual(first);
    });
  });

  describe('a cloud', () => {
    it('stays what the first write said', async () => {
      const cloud = unique('cloud');
      expect(await context.catalog.getCloud(cloud)).toBeUndefined();
      const first = { cloud, projectId: 'p1', firstSeenAt: SLOT };
      await context.catalog.saveCloud(first);
      await expect(context.catalog.saveCloud({ ...first, projectId: 'p2' })).rejects.toThrow(
        AlreadyRecordedError,
      );
      expect(await context.catalog.getCloud(cloud)).toStrictEqual(first);
    });
  });
}
