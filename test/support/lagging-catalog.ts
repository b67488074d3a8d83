import { createMemoryCatalog } from '../../lambdas/adapters/memory/memory-catalog.ts';
import type { Catalog } from '../../lambdas/app/ports.ts';
import type { VolumeRecord } from '../../lambdas/domain/backup-record.ts';

const LAG_CHANGES = 5;

/**
 * A catalog whose indexes lag as DynamoDB's do: `listWork`, `listBegun`, `listOpenRestores` and `listDecisions` answer from a copy
 * that is some changes behind, and that catches up by one change with each further change or listing. Everything else is the inner
 * catalog's.
 */
export function createLaggingCatalog(inner: Catalog, lagChanges = LAG_CHANGES): Catalog {
  const copy = createMemoryCatalog();
  const behind: (() => Promise<unknown>)[] = [];
  const catchUp = async (allowed: number): Promise<void> => {
    while (behind.length > allowed) await behind.shift()?.();
  };
  const change = async (apply: () => Promise<unknown>): Promise<void> => {
    behind.push(apply);
    await catchUp(lagChanges);
  };
  const noteStored = async (cloud: string, volumeId: string): Promise<void> => {
    const volume: VolumeRecord | undefined = await inner.getVolume(cloud, volumeId);
    if (volume !== undefined) await change(() => copy.noteVolume(volume));
  };
  return {
    ...inner,
    async save(record) {
      const saved = await inner.save(record);
      await change(() => copy.save(record));
      return saved;
    },
    async noteVolume(volume) {
      await inner.noteVolume(volume);
      await change(() => copy.noteVolume(volume));
    },
    async noteProof(cloud, volumeId, proof) {
      const isNoted = await inner.noteProof(cloud, volumeId, proof);
      if (isNoted) await change(() => copy.noteProof(cloud, volumeId, proof));
      return isNoted;
    },
    async settleDecision(cloud, volumeId, seenAt, nextAt) {
      const isSettled = await inner.settleDecision(cloud, volumeId, seenAt, nextAt);
      if (isSettled) await noteStored(cloud, volumeId);
      return isSettled;
    },
    async saveRestore(restore) {
      const saved = await inner.saveRestore(restore);
      await change(() => copy.saveRestore(restore));
      return saved;
    },
    async insertEntry(entry) {
      const isInserted = await inner.insertEntry(entry);
      if (isInserted) await change(() => copy.insertEntry(entry));
      return isInserted;
    },
    async *listOpenRestores(cloud) {
      await catchUp(Math.max(0, behind.length - 1));
      yield* copy.listOpenRestores(cloud);
    },
    async *listBegun(cloud) {
      await catchUp(Math.max(0, behind.length - 1));
      yield* copy.listBegun(cloud);
    },
    async *listWork(cloud, options) {
      await catchUp(Math.max(0, behind.length - 1));
      yield* copy.listWork(cloud, options);
    },
    async *listDecisions(cloud, until) {
      await catchUp(Math.max(0, behind.length - 1));
      yield* copy.listDecisions(cloud, until);
    },
  };
}
