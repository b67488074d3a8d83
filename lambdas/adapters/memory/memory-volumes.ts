import type { Catalog } from '../../app/ports.ts';
import type { VolumeRecord } from '../../domain/backup-record.ts';
import { allOf, mapOf, putNew, type Section, toPages } from './keyed.ts';

type Due = VolumeRecord & { readonly decideAt: Date };

type VolumeOperations = Pick<
  Catalog,
  'noteVolume' | 'getVolume' | 'noteProof' | 'listDecisions' | 'settleDecision'
>;

export function createMemoryVolumes(): Section<VolumeOperations, VolumeRecord> {
  const byCloud = new Map<string, Map<string, VolumeRecord>>();
  const operations: VolumeOperations = {
    async noteVolume(volume) {
      const volumes = mapOf(byCloud, volume.cloud);
      const proof = volumes.get(volume.volumeId)?.proof;
      volumes.set(volume.volumeId, { ...volume, ...(proof !== undefined && { proof }) });
    },
    async getVolume(cloud, volumeId) {
      return byCloud.get(cloud)?.get(volumeId);
    },
    async noteProof(cloud, volumeId, proof) {
      const volumes = mapOf(byCloud, cloud);
      const volume = volumes.get(volumeId);
      if (volume === undefined) return false;
      volumes.set(volumeId, { ...volume, proof });
      return true;
    },
    async *listDecisions(cloud, until) {
      const due = [...(byCloud.get(cloud)?.values() ?? [])]
        .filter((volume): volume is Due => volume.decideAt !== undefined && volume.decideAt <= until)
        .sort((a, b) => a.decideAt.getTime() - b.decideAt.getTime());
      yield* toPages<VolumeRecord>(due);
    },
    async settleDecision(cloud, volumeId, seenAt, nextAt) {
      const volumes = mapOf(byCloud, cloud);
      const volume = volumes.get(volumeId);
      if (volume === undefined || volume.decideAt?.getTime() !== seenAt?.getTime()) return false;
      const { decideAt: _settled, ...rest } = volume;
      volumes.set(volumeId, nextAt ? { ...rest, decideAt: nextAt } : rest);
      return true;
    },
  };
  return {
    operations,
    all: () => allOf(byCloud),
    insert: (volume) => putNew(mapOf(byCloud, volume.cloud), volume.volumeId, volume),
  };
}
