import type { Catalog } from '../../app/ports.ts';
import { isRestoreOpen, type RestoreRecord } from '../../domain/restore-record.ts';
import { allOf, joinKey, mapOf, putNew, requireVersion, type Section, toPages } from './keyed.ts';

type RestoreOperations = Pick<Catalog, 'saveRestore' | 'getRestore' | 'listRestores' | 'listOpenRestores'>;

export function createMemoryRestores(): Section<RestoreOperations, RestoreRecord> {
  const byVolume = new Map<string, Map<string, RestoreRecord>>();
  const operations: RestoreOperations = {
    async saveRestore(restore) {
      const restores = mapOf(byVolume, joinKey(restore.cloud, restore.volumeId));
      const what = `save restore ${restore.cloud} ${restore.volumeId} ${restore.id}`;
      requireVersion(what, restore, restores.get(restore.id));
      const saved = { ...restore, version: restore.version + 1 };
      restores.set(restore.id, saved);
      return saved;
    },
    async getRestore({ cloud, volumeId, id }) {
      return byVolume.get(joinKey(cloud, volumeId))?.get(id);
    },
    async listRestores(cloud, volumeId) {
      return [...(byVolume.get(joinKey(cloud, volumeId))?.values() ?? [])].sort(compareOldestFirst);
    },
    async *listOpenRestores(cloud) {
      const open = allOf(byVolume).filter((restore) => restore.cloud === cloud && isRestoreOpen(restore));
      yield* toPages(open.sort((a, b) => a.askedAt.getTime() - b.askedAt.getTime()));
    },
  };
  return {
    operations,
    all: () => allOf(byVolume),
    insert: (restore) =>
      putNew(mapOf(byVolume, joinKey(restore.cloud, restore.volumeId)), restore.id, restore),
  };
}

function compareOldestFirst(a: RestoreRecord, b: RestoreRecord): number {
  if (a.id === b.id) return 0;
  return a.id < b.id ? -1 : 1;
}
