import type { Catalog } from '../../app/ports.ts';
import { type BackupRecord, isBegun, isOpen, type RecordKey } from '../../domain/backup-record.ts';
import { allOf, joinKey, mapOf, requireVersion, type Section, toPages } from './keyed.ts';

type Records = Map<string, BackupRecord>;

type RecordOperations = Pick<Catalog, 'save' | 'getRecord' | 'listVolumeRecords' | 'listWork' | 'listBegun'>;

export function createMemoryRecords(): Section<RecordOperations, BackupRecord> {
  const byVolume = new Map<string, Records>();
  const workByCloud = new Map<string, Records>();

  function put(records: Records, record: BackupRecord): void {
    const key = toText(record);
    records.set(key, record);
    const work = mapOf(workByCloud, record.cloud);
    const workKey = joinKey(record.volumeId, key);
    if (isOpen(record)) work.set(workKey, record);
    else work.delete(workKey);
  }

  const operations: RecordOperations = {
    async save(record) {
      const records = mapOf(byVolume, joinKey(record.cloud, record.volumeId));
      const key = toText(record);
      const what = `save record ${record.cloud} ${record.volumeId} ${key}`;
      requireVersion(what, record, records.get(key));
      const saved: BackupRecord = { ...record, version: record.version + 1 };
      put(records, saved);
      return saved;
    },
    async getRecord(key) {
      return byVolume.get(joinKey(key.cloud, key.volumeId))?.get(toText(key));
    },
    async listVolumeRecords(cloud, volumeId) {
      const records = byVolume.get(joinKey(cloud, volumeId))?.values() ?? [];
      return [...records].sort(compareOldestFirst);
    },
    async *listWork(cloud, { openedSince } = {}) {
      const sinceMs = openedSince?.getTime() ?? Number.NEGATIVE_INFINITY;
      const work = [...(workByCloud.get(cloud)?.values() ?? [])]
        .filter((record) => record.openedAt.getTime() >= sinceMs)
        .sort((a, b) => a.openedAt.getTime() - b.openedAt.getTime());
      yield* toPages(work);
    },
    async *listBegun(cloud) {
      yield* toPages([...(workByCloud.get(cloud)?.values() ?? [])].filter(isBegun));
    },
  };
  return {
    operations,
    all: () => allOf(byVolume),
    insert(record) {
      const records = mapOf(byVolume, joinKey(record.cloud, record.volumeId));
      if (records.has(toText(record))) return false;
      put(records, record);
      return true;
    },
  };
}

function toText(key: RecordKey): string {
  return joinKey(key.slotAt, key.policy, key.attempt);
}

function compareOldestFirst(a: RecordKey, b: RecordKey): number {
  const bySlot = a.slotAt.getTime() - b.slotAt.getTime();
  if (bySlot !== 0) return bySlot;
  if (a.policy !== b.policy) return a.policy < b.policy ? -1 : 1;
  return a.attempt - b.attempt;
}
