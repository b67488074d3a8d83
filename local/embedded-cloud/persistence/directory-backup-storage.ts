import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type BackupObject, EMPTY_MANIFEST, type Manifest } from '../content/backup-objects.ts';
import type { BackupStorage, StoredVolume } from '../content/backup-storage.ts';
import { BLOCK_BYTES, type BlockHash } from '../content/blocks.ts';

const manifestFile = z.object({
  version: z.literal(1),
  volume: z.object({
    name: z.string().nullable(),
    description: z.string().nullable(),
    metadata: z.record(z.string(), z.string()).default({}),
  }),
  /** Of a volume that was never written. */
  isEmpty: z.boolean(),
  objects: z.array(
    z.object({ name: z.string(), blocks: z.array(z.tuple([z.number(), z.string().nullable()])) }),
  ),
  blocks: z.array(z.tuple([z.number(), z.string()])),
});

const PLAIN_ID = /^[0-9a-zA-Z-]{1,64}$/;

/** A folder for each backup: its objects, and a manifest that is written when all of them are. */
export class DirectoryBackupStorage implements BackupStorage {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
    mkdirSync(path, { recursive: true });
  }

  store(
    backupId: string,
    manifest: Manifest,
    readBlock: (hash: BlockHash) => Uint8Array,
    volume: StoredVolume,
  ): void {
    const folder = this.#folderOf(backupId);
    if (existsSync(folder)) rmSync(folder, { recursive: true });
    mkdirSync(folder);
    for (const object of manifest.objects) writeObject(join(folder, object.name), object, readBlock);
    const file: z.input<typeof manifestFile> = {
      version: 1,
      volume: { ...volume },
      isEmpty: manifest === EMPTY_MANIFEST,
      objects: manifest.objects.map(({ name, blocks }) => ({
        name,
        blocks: blocks.map((block) => [...block]),
      })),
      blocks: [...manifest.blocks],
    };
    writeFileSync(join(folder, 'manifest.new'), JSON.stringify(file));
    renameSync(join(folder, 'manifest.new'), join(folder, 'manifest.json'));
  }

  volumeOf(backupId: string): StoredVolume | undefined {
    return this.#read(backupId)?.volume;
  }

  manifestOf(backupId: string): Manifest | undefined {
    const file = this.#read(backupId);
    if (file === undefined || file.isEmpty) return file && EMPTY_MANIFEST;
    return { objects: file.objects, blocks: new Map(file.blocks) };
  }

  readObject(backupId: string, object: BackupObject): Iterable<Uint8Array> | undefined {
    const path = join(this.#folderOf(backupId), object.name);
    const count = object.blocks.filter(([, hash]) => hash !== null).length;
    const sizeBytes = statSync(path, { throwIfNoEntry: false })?.size;
    return sizeBytes === count * BLOCK_BYTES ? readBlocks(path, count) : undefined;
  }

  lose(backupId: string, objectName?: string): void {
    if (objectName === undefined) this.remove(backupId);
    else rmSync(join(this.#folderOf(backupId), objectName), { force: true });
  }

  remove(backupId: string): void {
    rmSync(this.#folderOf(backupId), { recursive: true, force: true });
  }

  #read(backupId: string): z.output<typeof manifestFile> | undefined {
    const parsed = manifestFile.safeParse(readJson(join(this.#folderOf(backupId), 'manifest.json')));
    return parsed.success ? parsed.data : undefined;
  }

  /** An imported backup has whatever id its record says. */
  #folderOf(backupId: string): string {
    const isPlain = PLAIN_ID.test(backupId);
    return join(this.#path, isPlain ? backupId : createHash('sha256').update(backupId).digest('hex'));
  }
}

function writeObject(
  path: string,
  { blocks }: BackupObject,
  readBlock: (hash: BlockHash) => Uint8Array,
): void {
  const file = openSync(path, 'w');
  try {
    for (const [, hash] of blocks) if (hash !== null) writeSync(file, readBlock(hash));
  } finally {
    closeSync(file);
  }
}

function* readBlocks(path: string, count: number): Generator<Uint8Array> {
  const file = openSync(path, 'r');
  try {
    for (let number = 0; number < count; number += 1) {
      const block = new Uint8Array(BLOCK_BYTES);
      readSync(file, block, 0, BLOCK_BYTES, number * BLOCK_BYTES);
      yield block;
    }
  } finally {
    closeSync(file);
  }
}

/** A file that is lost or spoilt counts as not there. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const isLost = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isLost || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
