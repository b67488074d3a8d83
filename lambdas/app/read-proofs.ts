import type { BackupId, VolumeId } from '../domain/backup.ts';
import type { RestoreNote } from '../domain/restore-record.ts';
import { mapBounded } from './map-bounded.ts';
import type { Dependencies } from './run.ts';

const READS_AT_ONCE = 32;

/** What restores, and tests of them, have shown of one backup. */
export interface BackupProof {
  /** When it was last proved restorable; absent: never. */
  readonly provedAt?: Date;
  readonly lastRestore: RestoreNote;
}

/**
 * What has been shown of the backups of some volumes, by backup. A volume of which nothing was ever restored costs one small read. Foreign
 * backups are absent, as the catalog keeps no records of them.
 */
export async function readProofs(
  cloud: string,
  volumeIds: Iterable<VolumeId>,
  { catalog }: Pick<Dependencies, 'catalog'>,
): Promise<ReadonlyMap<BackupId, BackupProof>> {
  const proofs = new Map<BackupId, BackupProof>();
  await mapBounded([...new Set(volumeIds)], READS_AT_ONCE, async (volumeId) => {
    const volume = await catalog.getVolume(cloud, volumeId);
    if (volume?.proof === undefined) return;
    for (const { backupId, provedAt, lastRestore } of await catalog.listVolumeRecords(cloud, volumeId)) {
      if (backupId === undefined || lastRestore === undefined) continue;
      proofs.set(backupId, { ...(provedAt !== undefined && { provedAt }), lastRestore });
    }
  });
  return proofs;
}
