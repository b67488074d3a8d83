import type { BlockPool } from './block-pool.ts';
import { BLOCK_BYTES, type BlockHash, type BlockMap, isZero, NO_BLOCKS } from './blocks.ts';

/** Where it is written down which block stands where, to be known again later. */
export interface ContentIndex {
  own(owner: string): void;
  set(owner: string, number: number, hash: BlockHash | undefined): void;
  copy(from: string, to: string): void;
  remove(owner: string): void;
  owners(): Iterable<string>;
  blocks(): Iterable<{ readonly owner: string; readonly number: number; readonly hash: BlockHash }>;
}

export interface FrozenContent {
  read(offset: number, length: number): Uint8Array;
  release(): void;
}

/**
 * The content of volumes, of their snapshots and of what is frozen for a backup, each under its owner's id. It is
 * sparse, and copies share their blocks until one of them is written. An owner that was never written has none.
 */
export class VolumeContents {
  readonly #pool: BlockPool;
  readonly #index: ContentIndex | undefined;
  readonly #owners = new Map<string, Map<number, BlockHash>>();

  /** @param index is told of every change; what it knows already is there at once. */
  constructor(pool: BlockPool, index?: ContentIndex) {
    this.#pool = pool;
    for (const owner of index?.owners() ?? []) this.#own(owner);
    for (const { owner, number, hash } of index?.blocks() ?? []) {
      pool.hold(hash);
      this.#own(owner).set(number, hash);
    }
    this.#index = index;
  }

  owners(): string[] {
    return [...this.#owners.keys()];
  }

  /** Whether anything was ever written to it, or to what it is a copy of. */
  has(owner: string): boolean {
    return this.#owners.has(owner);
  }

  blocksOf(owner: string): BlockMap {
    return this.#owners.get(owner) ?? NO_BLOCKS;
  }

  readBlock(hash: BlockHash): Uint8Array {
    return this.#pool.read(hash);
  }

  read(owner: string, offset: number, length: number): Uint8Array {
    return this.#readFrom(this.blocksOf(owner), offset, length);
  }

  /** Holds what is there now, to be read while the owner is written; whoever asked for it releases it. */
  freeze(owner: string): FrozenContent {
    const blocks = new Map(this.blocksOf(owner));
    for (const hash of blocks.values()) this.#pool.hold(hash);
    return {
      read: (offset, length) => this.#readFrom(blocks, offset, length),
      release: () => {
        for (const hash of blocks.values()) this.#pool.release(hash);
        blocks.clear();
      },
    };
  }

  #readFrom(blocks: BlockMap, offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (const part of partsOf(offset, length)) {
      const hash = blocks.get(part.block);
      if (hash === undefined) continue;
      const block = this.#pool.read(hash);
      bytes.set(block.subarray(part.from, part.from + part.length), part.at);
    }
    return bytes;
  }

  write(owner: string, offset: number, bytes: Uint8Array): void {
    for (const part of partsOf(offset, bytes.length)) {
      const piece = bytes.subarray(part.at, part.at + part.length);
      if (part.length === BLOCK_BYTES) {
        this.writeBlock(owner, part.block, piece);
        continue;
      }
      const block = this.read(owner, part.block * BLOCK_BYTES, BLOCK_BYTES);
      block.set(piece, part.from);
      this.writeBlock(owner, part.block, block);
    }
  }

  /** Writes one whole block; nothing, or zeros, leaves a hole. */
  writeBlock(owner: string, number: number, block: Uint8Array | undefined): void {
    const blocks = this.#own(owner);
    const before = blocks.get(number);
    const hash = block === undefined || isZero(block) ? undefined : this.#pool.put(block);
    if (hash === undefined) blocks.delete(number);
    else blocks.set(number, hash);
    if (hash !== before) this.#index?.set(owner, number, hash);
    if (before !== undefined) this.#pool.release(before);
  }

  /** Makes holes of all blocks before the number `end`. */
  clear(owner: string, end: number): void {
    for (const number of this.blocksOf(owner).keys()) {
      if (number < end) this.writeBlock(owner, number, undefined);
    }
  }

  /** Gives `to` what `from` has now; `to` has nothing yet. */
  copy(from: string, to: string): void {
    const blocks = this.#owners.get(from);
    if (blocks === undefined) return;
    for (const hash of blocks.values()) this.#pool.hold(hash);
    this.#owners.set(to, new Map(blocks));
    this.#index?.copy(from, to);
  }

  remove(owner: string): void {
    const blocks = this.#owners.get(owner);
    if (blocks === undefined) return;
    for (const hash of blocks.values()) this.#pool.release(hash);
    this.#owners.delete(owner);
    this.#index?.remove(owner);
  }

  #own(owner: string): Map<number, BlockHash> {
    let blocks = this.#owners.get(owner);
    if (blocks === undefined) {
      blocks = new Map();
      this.#owners.set(owner, blocks);
      this.#index?.own(owner);
    }
    return blocks;
  }
}

/** The piece of a range that lies in one block. */
interface Part {
  readonly block: number;
  /** Where in the block it begins. */
  readonly from: number;
  readonly length: number;
  /** Where in the range it begins. */
  readonly at: number;
}

function* partsOf(offset: number, length: number): Generator<Part> {
  for (let at = 0; at < length; ) {
    const block = Math.floor((offset + at) / BLOCK_BYTES);
    const from = (offset + at) % BLOCK_BYTES;
    const partLength = Math.min(BLOCK_BYTES - from, length - at);
    yield { block, from, length: partLength, at };
    at += partLength;
  }
}
