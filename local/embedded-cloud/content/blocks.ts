import { createHash } from 'node:crypto';

/** Content is kept, hashed and backed up in blocks of this size (Cinder's `backup_sha_block_size_bytes`). */
export const BLOCK_BYTES = 32 * 1024;
export const GIB_BYTES = 1024 ** 3;
export const BLOCKS_PER_GIB = GIB_BYTES / BLOCK_BYTES;

/** SHA-256 of a block, in hex. */
export type BlockHash = string;

/** What stands in a volume: the hash of each block by its number, in any order. A block not in it is all zero. */
export type BlockMap = ReadonlyMap<number, BlockHash>;

export const NO_BLOCKS: BlockMap = new Map();

const ZEROS = Buffer.alloc(BLOCK_BYTES);

export function isZero(block: Uint8Array): boolean {
  return ZEROS.equals(block);
}

export function hashBlock(block: Uint8Array): BlockHash {
  return createHash('sha256').update(block).digest('hex');
}

/**
 * The digest of the first `sizeGib` GiB of some content, equal for equal bytes and equal sizes: SHA-256 of the size
 * in bytes and then, ascending, of the number and the hash of every block that is not all zero; each on a line.
 */
export function digestBlocks(blocks: BlockMap, sizeGib: number): string {
  const end = sizeGib * BLOCKS_PER_GIB;
  const numbers = Array.from(blocks.keys()).filter((number) => number < end);
  const digest = createHash('sha256').update(`${sizeGib * GIB_BYTES}\n`);
  for (const number of numbers.sort((a, b) => a - b)) digest.update(`${number} ${blocks.get(number)}\n`);
  return digest.digest('hex');
}
