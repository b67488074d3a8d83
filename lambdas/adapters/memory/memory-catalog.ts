import type { Catalog, CatalogEntry } from '../../app/ports.ts';
import { toPages } from './keyed.ts';
import { createMemoryEnded } from './memory-ended.ts';
import { createMemoryLeases } from './memory-leases.ts';
import { createMemoryClouds, createMemoryPolicies, createMemorySlots } from './memory-policies.ts';
import { createMemoryRecords } from './memory-records.ts';
import { createMemoryRestores } from './memory-restores.ts';
import { createMemoryVolumes } from './memory-volumes.ts';

/** A catalog that is gone with the process. Its indexes never lag. */
export function createMemoryCatalog(): Catalog {
  const records = createMemoryRecords();
  const restores = createMemoryRestores();
  const ended = createMemoryEnded();
  const volumes = createMemoryVolumes();
  const slots = createMemorySlots();
  const policies = createMemoryPolicies();
  const clouds = createMemoryClouds();
  return {
    ...records.operations,
    ...restores.operations,
    async *listWork(cloud, options) {
      if (options?.openedSince === undefined) yield* restores.operations.listOpenRestores(cloud);
      yield* records.operations.listWork(cloud, options);
    },
    ...ended.operations,
    ...volumes.operations,
    ...slots.operations,
    ...policies.operations,
    ...clouds.operations,
    ...createMemoryLeases(),
    async *listEntries() {
      yield* toPages<CatalogEntry>([
        ...records.all().map((value) => ({ kind: 'record' as const, value })),
        ...restores.all().map((value) => ({ kind: 'restore' as const, value })),
        ...volumes.all().map((value) => ({ kind: 'volume' as const, value })),
        ...ended.all().map((value) => ({ kind: 'ended' as const, value })),
        ...slots.all().map((value) => ({ kind: 'slot' as const, value })),
        ...policies.all().map((value) => ({ kind: 'policy' as const, value })),
        ...clouds.all().map((value) => ({ kind: 'cloud' as const, value })),
      ]);
    },
    async insertEntry(entry) {
      switch (entry.kind) {
        case 'record':
          return records.insert(entry.value);
        case 'restore':
          return restores.insert(entry.value);
        case 'volume':
          return volumes.insert(entry.value);
        case 'ended':
          return ended.insert(entry.value);
        case 'slot':
          return slots.insert(entry.value);
        case 'policy':
          return policies.insert(entry.value);
        case 'cloud':
          return clouds.insert(entry.value);
      }
    },
  };
}
