import { BLOCKS_PER_GIB, type BlockHash, type BlockMap, NO_BLOCKS } from './blocks.ts';

/** Objects do not reach across chunks; each GiB of a volume has four of these. */
export const CHUNKS_PER_GIB = 4;
const CHUNK_BLOCKS = BLOCKS_PER_GIB / CHUNKS_PER_GIB;

/** One object of a backup: the numbers and hashes of the blocks in it, ascending; `null` where it says zeros. */
export interface BackupObject {
  readonly name: string;
  readonly blocks: readonly (readonly [number: number, hash: BlockHash | null])[];
}

/** What belongs to a backup, as its storage keeps it beside the objects themselves. */
export interface Manifest {
  readonly objects: readonly BackupObject[];
  /** All blocks of the volume at that time: the next incremental is what differs from them. */
  readonly blocks: BlockMap;
}

/** Of a volume that was never written. */
export const EMPTY_MANIFEST: Manifest = { objects: [], blocks: NO_BLOCKS };

/**
 * What a backup stores: a full every block that is not zero, one object for each chunk that has any; an incremental
 * what differs from its parent, one object for each unbroken run within a chunk.
 *
 * @see cinder/backup/chunkeddriver.py ChunkedBackupDriver.backup (Cinder 21.3.1)
 */
export function planBackup(now: BlockMap, parent: BlockMap | undefined): Manifest {
  const changed = parent === undefined ? [...now.keys()] : changedBlocks(now, parent);
  const runs: number[][] = [];
  for (const number of changed.sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run !== undefined && belongsTo(run, number, parent !== undefined)) run.push(number);
    else runs.push([number]);
  }
  const objects = runs.map((run, index) => ({
    name: String(index + 1).padStart(5, '0'),
    blocks: run.map((number) => [number, now.get(number) ?? null] as const),
  }));
  const isUnchanged = parent !== undefined && changed.length === 0;
  return { objects, blocks: isUnchanged ? parent : new Map(now) };
}

function changedBlocks(now: BlockMap, before: BlockMap): number[] {
  const changed: number[] = [];
  for (const [number, hash] of now) if (before.get(number) !== hash) changed.push(number);
  for (const number of before.keys()) if (!now.has(number)) changed.push(number);
  return changed;
}

function belongsTo(run: readonly number[], number: number, isUnbroken: boolean): boolean {
  const last = run.at(-1) ?? Number.NaN;
  const isSameChunk = Math.floor(last / CHUNK_BLOCKS) === Math.floor(number / CHUNK_BLOCKS);
  return isSameChunk && (!isUnbroken || number === last + 1);
}
