import { type BackupObject, EMPTY_MANIFEST, type Manifest } from './backup-objects.ts';
import type { BlockHash } from './blocks.ts';

/** The objects of a backup that are there. */
export function objectsOf(storage: BackupStorage, backupId: string): readonly BackupObject[] {
  const objects = storage.manifestOf(backupId)?.objects ?? [];
  return objects.filter((object) => storage.readObject(backupId, object) !== undefined);
}

/** What the storage knows of a backup beside its bytes: what the volume said of itself at that time. */
export interface StoredVolume {
  readonly name: string | null;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Where cinder-backup keeps what it has read: apart from the database, and apart from the volumes. */
export interface BackupStorage {
  /** @param readBlock gives the bytes of a hash that the manifest names. */
  store(
    backupId: string,
    manifest: Manifest,
    readBlock: (hash: BlockHash) => Uint8Array,
    volume: StoredVolume,
  ): void;
  /** Of a backup whose row knows it no more, as after the loss of the database. */
  volumeOf(backupId: string): StoredVolume | undefined;
  manifestOf(backupId: string): Manifest | undefined;
  /** The blocks of an object that are not `null`, in its order; `undefined` when the object is lost. */
  readObject(backupId: string, object: BackupObject): Iterable<Uint8Array> | undefined;
  /** Loses one object, or all there is of a backup, as a broken disk would. */
  lose(backupId: string, objectName?: string): void;
  /** Deletes what there is of a backup; nothing is fine too. */
  remove(backupId: string): void;
}

interface StoredBackup {
  readonly volume: StoredVolume;
  readonly manifest: Manifest;
  readonly objects: Map<string, readonly Uint8Array[]>;
}

/** Shared by all backups of volumes that were never written. */
const NO_OBJECTS: StoredBackup['objects'] = new Map();

export class MemoryBackupStorage implements BackupStorage {
  readonly #backups = new Map<string, StoredBackup>();

  store(
    backupId: string,
    manifest: Manifest,
    readBlock: (hash: BlockHash) => Uint8Array,
    volume: StoredVolume,
  ): void {
    const objects = manifest === EMPTY_MANIFEST ? NO_OBJECTS : hold(manifest, readBlock);
    this.#backups.set(backupId, { manifest, objects, volume });
  }

  volumeOf(backupId: string): StoredVolume | undefined {
    return this.#backups.get(backupId)?.volume;
  }

  manifestOf(backupId: string): Manifest | undefined {
    return this.#backups.get(backupId)?.manifest;
  }

  readObject(backupId: string, object: BackupObject): Iterable<Uint8Array> | undefined {
    return this.#backups.get(backupId)?.objects.get(object.name);
  }

  lose(backupId: string, objectName?: string): void {
    if (objectName === undefined) this.remove(backupId);
    else this.#backups.get(backupId)?.objects.delete(objectName);
  }

  remove(backupId: string): void {
    this.#backups.delete(backupId);
  }
}

function hold(manifest: Manifest, readBlock: (hash: BlockHash) => Uint8Array): StoredBackup['objects'] {
  const objects = manifest.objects.map(({ name, blocks }) => {
    const hashes = blocks.flatMap(([, hash]) => hash ?? []);
    return [name, hashes.map(readBlock)] as const;
  });
  return new Map(objects);
}
