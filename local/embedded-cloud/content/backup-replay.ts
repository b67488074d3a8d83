import type { BackupStorage } from './backup-storage.ts';
import { BLOCKS_PER_GIB, hashBlock } from './blocks.ts';
import type { VolumeContents } from './volume-contents.ts';

interface ReplayedBackup {
  readonly id: string;
  readonly size: number;
}

/**
 * Writes a chain into a volume, its full first and the backup to restore last. What lies beyond the size of the
 * backup stays as it is.
 *
 * @returns whether it went to the end. A backup whose objects are not all there as they were written stops it,
 *   and what came before stays written.
 * @see cinder/backup/chunkeddriver.py ChunkedBackupDriver.restore and _restore_v1 (Cinder 21.3.1)
 */
export function replayChain(
  storage: BackupStorage,
  contents: VolumeContents,
  chain: readonly ReplayedBackup[],
  volumeId: string,
): boolean {
  return chain.every((backup, index) => {
    if (!isWhole(storage, backup.id)) return false;
    if (index === 0) contents.clear(volumeId, backup.size * BLOCKS_PER_GIB);
    return replayObjects(storage, contents, backup.id, volumeId);
  });
}

/** Cinder compares the list of objects with that in the metadata before it writes any of them. */
function isWhole(storage: BackupStorage, backupId: string): boolean {
  const manifest = storage.manifestOf(backupId);
  return manifest?.objects.every((object) => storage.readObject(backupId, object) !== undefined) ?? false;
}

function replayObjects(
  storage: BackupStorage,
  contents: VolumeContents,
  backupId: string,
  volumeId: string,
): boolean {
  for (const object of storage.manifestOf(backupId)?.objects ?? []) {
    const stored = storage.readObject(backupId, object)?.[Symbol.iterator]();
    for (const [number, hash] of object.blocks) {
      const block = hash === null ? undefined : stored?.next().value;
      if (hash !== null && (block === undefined || hashBlock(block) !== hash)) return false;
      contents.writeBlock(volumeId, number, block);
    }
  }
  return true;
}
