import { type BlockHash, hashBlock } from './blocks.ts';

/** Blocks by their hash, each kept once for as long as somebody holds it. */
export interface BlockPool {
  /** Takes in a copy of the block, held once more than before. */
  put(block: Uint8Array): BlockHash;
  hold(hash: BlockHash): void;
  release(hash: BlockHash): void;
  /** @throws {Error} for a hash that nobody holds. */
  read(hash: BlockHash): Uint8Array;
}

interface HeldBlock {
  readonly block: Uint8Array;
  holders: number;
}

export class MemoryBlockPool implements BlockPool {
  readonly #blocks = new Map<BlockHash, HeldBlock>();

  get size(): number {
    return this.#blocks.size;
  }

  put(block: Uint8Array): BlockHash {
    const hash = hashBlock(block);
    const held = this.#blocks.get(hash);
    if (held === undefined) this.#blocks.set(hash, { block: Uint8Array.from(block), holders: 1 });
    else held.holders += 1;
    return hash;
  }

  hold(hash: BlockHash): void {
    this.#held(hash).holders += 1;
  }

  release(hash: BlockHash): void {
    const held = this.#held(hash);
    held.holders -= 1;
    if (held.holders === 0) this.#blocks.delete(hash);
  }

  read(hash: BlockHash): Uint8Array {
    return this.#held(hash).block;
  }

  #held(hash: BlockHash): HeldBlock {
    const held = this.#blocks.get(hash);
    if (held === undefined) throw new Error(`block ${hash}: not in the pool`);
    return held;
  }
}
