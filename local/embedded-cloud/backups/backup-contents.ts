import { CHUNKS_PER_GIB, EMPTY_MANIFEST, type Manifest, planBackup } from '../content/backup-objects.ts';
import { replayChain } from '../content/backup-replay.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { BackupRow } from '../state/rows.ts';

/** Freezes, under the backup's own id, what its volume or snapshot holds now. */
export function freezeSource({ contents }: CloudState, backup: BackupRow): void {
  contents.copy(backup.snapshot_id ?? backup.volume_id, backup.id);
}

/**
 * Puts what was frozen into the storage: all of it, or for an incremental what differs from its parent.
 *
 * @returns how many objects that makes; `undefined` when the parent's part of the storage is gone.
 */
export function storeBackup(cloud: CloudState, backup: BackupRow): number | undefined {
  const { contents, storage } = cloud;
  const parent = backup.parent_id === null ? undefined : storage.manifestOf(backup.parent_id);
  if (backup.parent_id !== null && parent === undefined) return undefined;
  const wasWritten = contents.has(backup.id) || (parent !== undefined && parent !== EMPTY_MANIFEST);
  const manifest = wasWritten ? planBackup(contents.blocksOf(backup.id), parent?.blocks) : EMPTY_MANIFEST;
  const volume = {
    name: backup.volume_name,
    description: backup.volume_description,
    metadata: backup.volume_metadata,
  };
  storage.store(backup.id, manifest, (hash) => contents.readBlock(hash), volume);
  contents.remove(backup.id);
  return objectCount(backup, manifest);
}

/** Makes a backup of what the source holds at this moment, for one that came about behind the API's back. */
export function storeBackupNow(cloud: CloudState, backup: BackupRow): void {
  freezeSource(cloud, backup);
  const objectCount = storeBackup(cloud, backup);
  if (objectCount !== undefined) cloud.backups.update(backup, { object_count: objectCount });
}

/** Cinder writes every chunk of a full, zeros too; of an incremental of a volume never written we say one. */
function objectCount(backup: BackupRow, manifest: Manifest): number {
  if (backup.parent_id === null) return backup.size * CHUNKS_PER_GIB;
  return manifest === EMPTY_MANIFEST ? 1 : manifest.objects.length;
}

/** Restores the bytes of a backup into a volume; says whether all that it needs was there. */
export function restoreContent(cloud: CloudState, backup: BackupRow, volumeId: string): boolean {
  const chain = chainOf(cloud, backup);
  return chain !== undefined && replayChain(cloud.storage, cloud.contents, chain, volumeId);
}

/** The full first, the backup last; `undefined` when an ancestor is gone. */
function chainOf({ backups }: CloudState, backup: BackupRow): BackupRow[] | undefined {
  const chain: BackupRow[] = [];
  let link: BackupRow | undefined = backup;
  while (link !== undefined) {
    if (chain.includes(link)) return undefined;
    chain.unshift(link);
    if (link.parent_id === null) return chain;
    link = backups.get(link.parent_id);
  }
  return undefined;
}
