import { describe, expect, it } from 'vitest';
import type { CatalogEntry } from '../../lambdas/app/ports.ts';
import { type CatalogContext, collect, expectEventually } from './catalog-context.ts';
import {
  aFinishedRecord,
  aPage,
  aRecord,
  aRestore,
  aVolume,
  minutesAfter,
  OPENED,
  SLOT,
} from './catalog-samples.ts';

export function specifyEntries(context: CatalogContext): void {
  const { unique } = context;

  /** One of each kind, of a cloud and a policy that no other test has. */
  function someEntries(): readonly CatalogEntry[] {
    const [cloud, policy, volumeId] = [unique('cloud'), unique('policy'), unique('volume')];
    return [
      { kind: 'record', value: aFinishedRecord({ cloud, policy, volumeId, version: 7 }) },
      { kind: 'restore', value: aRestore({ cloud, volumeId, version: 3 }) },
      { kind: 'volume', value: aVolume({ cloud, volumeId, decideAt: SLOT }) },
      { kind: 'ended', value: aPage({ cloud }) },
      {
        kind: 'slot',
        value: { policy, slotAt: SLOT, state: 'recorded', trigger: 'manual', recordedAt: OPENED },
      },
      { kind: 'policy', value: { policy, firstSeenAt: SLOT, terms: 'last=1', termsSince: SLOT } },
      { kind: 'cloud', value: { cloud, projectId: 'p1', firstSeenAt: SLOT } },
    ];
  }

  function isOf(entry: CatalogEntry, others: readonly CatalogEntry[]): boolean {
    const nameOf = ({ value }: CatalogEntry) => ('cloud' in value ? value.cloud : value.policy);
    return others.some((other) => nameOf(other) === nameOf(entry));
  }

  const byKind = (entries: readonly CatalogEntry[]) => entries.toSorted((a, b) => (a.kind < b.kind ? -1 : 1));

  describe('everything', () => {
    it('that was put in comes out as it was, each once, and leases are none of it', async () => {
      const entries = someEntries();
      for (const entry of entries) expect(await context.catalog.insertEntry(entry)).toBe(true);
      await context.catalog.takeLease(unique('lease'), 'owner', SLOT, minutesAfter(SLOT, 1));
      const listed = (await collect(context.catalog.listEntries())).filter((entry) => isOf(entry, entries));
      expect(byKind(listed)).toStrictEqual(byKind(entries));
    });

    it('that is put in is found like what was saved', async () => {
      const entries = someEntries();
      for (const entry of entries) await context.catalog.insertEntry(entry);
      const [record, restore, volume, ended] = entries;
      if (record?.kind !== 'record' || restore?.kind !== 'restore' || volume?.kind !== 'volume') return;
      expect(await collect(context.catalog.listEnded(record.value.cloud))).toEqual([ended?.value]);
      const { cloud: name, volumeId } = record.value;
      expect(await context.catalog.listVolumeRecords(name, volumeId)).toEqual([record.value]);
      expect(await context.catalog.save({ ...record.value, state: 'deleting' })).toMatchObject({
        version: 8,
      });
      expect(await context.catalog.listRestores(name, volumeId)).toEqual([restore.value]);
      expect(await context.catalog.getVolume(name, volumeId)).toEqual(volume.value);
      await expectEventually(
        async () => (await collect(context.catalog.listDecisions(name, SLOT))).length,
        1,
      );
    });

    it('that is open is work as soon as it is put in', async () => {
      const value = aRecord({ cloud: unique('cloud'), version: 1 });
      await context.catalog.insertEntry({ kind: 'record', value });
      await expectEventually(() => collect(context.catalog.listWork(value.cloud)), [value]);
    });

    it('that is there already stays as it is', async () => {
      const entries = someEntries();
      for (const entry of entries) await context.catalog.insertEntry(entry);
      const others = entries.map(anotherAt);
      for (const other of others) expect(await context.catalog.insertEntry(other)).toBe(false);
      const listed = (await collect(context.catalog.listEntries())).filter((entry) => isOf(entry, entries));
      expect(byKind(listed)).toStrictEqual(byKind(entries));
    });

    it('comes out whole when it fills more than one page of a megabyte', async () => {
      const cloud = unique('cloud');
      const values = Array.from({ length: 40 }, (_, index) =>
        aRecord({ cloud, volumeId: `v${index}`, reason: 'long '.repeat(8000) }),
      );
      await Promise.all(values.map((value) => context.catalog.save(value)));
      const listed = (await collect(context.catalog.listEntries())).filter(
        ({ kind, value }) => kind === 'record' && value.cloud === cloud,
      );
      expect(listed).toHaveLength(40);
    });
  });
}

/** Another entry in the same place. */
function anotherAt(entry: CatalogEntry): CatalogEntry {
  switch (entry.kind) {
    case 'record':
      return { ...entry, value: { ...entry.value, version: 9, reason: 'another' } };
    case 'restore':
      return { ...entry, value: { ...entry.value, version: 9, reason: 'another' } };
    case 'volume':
      return { ...entry, value: { ...entry.value, volume: { name: 'another', sizeGib: 9 } } };
    case 'ended':
      return { ...entry, value: { ...entry.value, forgetAt: OPENED } };
    case 'slot':
      return { ...entry, value: { ...entry.value, reason: 'another' } };
    case 'policy':
      return { ...entry, value: { ...entry.value, terms: 'another' } };
    case 'cloud':
      return { ...entry, value: { ...entry.value, projectId: 'another' } };
  }
}
