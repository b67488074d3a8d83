import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryBlockPool } from '../../../local/embedded-cloud/content/block-pool.ts';
import { BLOCK_BYTES } from '../../../local/embedded-cloud/content/blocks.ts';
import { VolumeContents } from '../../../local/embedded-cloud/content/volume-contents.ts';

const SIZE = 4 * BLOCK_BYTES;
const OWNERS = ['a', 'b', 'c'];
const owner = fc.constantFrom(...OWNERS);
const offset = fc.nat(SIZE - 1);

type Step =
  | {
      readonly do: 'write';
      readonly owner: string;
      readonly offset: number;
      readonly length: number;
      readonly byte: number;
    }
  | { readonly do: 'copy'; readonly owner: string; readonly from: string }
  | { readonly do: 'clear'; readonly owner: string; readonly end: number }
  | { readonly do: 'remove'; readonly owner: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('write'), owner, offset, length: fc.nat(SIZE), byte: fc.nat(2) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('copy'), owner, from: owner }) },
  fc.record({ do: fc.constant('clear'), owner, end: fc.nat(4) }),
  fc.record({ do: fc.constant('remove'), owner }),
) as fc.Arbitrary<Step>;

/** The same with plain buffers, each whole. */
function apply(flat: Map<string, Buffer>, contents: VolumeContents, step: Step): void {
  const before = flat.get(step.owner) ?? Buffer.alloc(SIZE);
  if (step.do === 'write') {
    const bytes = Buffer.alloc(Math.min(step.length, SIZE - step.offset), step.byte);
    const after = Buffer.from(before);
    bytes.copy(after, step.offset);
    flat.set(step.owner, after);
    contents.write(step.owner, step.offset, bytes);
  } else if (step.do === 'clear') {
    flat.set(step.owner, Buffer.from(before).fill(0, 0, step.end * BLOCK_BYTES));
    contents.clear(step.owner, step.end);
  } else {
    flat.delete(step.owner);
    contents.remove(step.owner);
    if (step.do !== 'copy' || step.from === step.owner) return;
    flat.set(step.owner, flat.get(step.from) ?? Buffer.alloc(SIZE));
    contents.copy(step.from, step.owner);
  }
}

describe('the contents of volumes', () => {
  it('read as plain bytes do, whatever was written, copied, cleared and removed; and leave nothing behind', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const pool = new MemoryBlockPool();
        const contents = new VolumeContents(pool);
        const flat = new Map<string, Buffer>();
        for (const each of steps) apply(flat, contents, each);
        for (const each of OWNERS) {
          const expected = flat.get(each) ?? Buffer.alloc(SIZE);
          expect(expected.equals(contents.read(each, 0, SIZE))).toBe(true);
        }
        const held = new Set(OWNERS.flatMap((each) => [...contents.blocksOf(each).values()]));
        expect(pool.size).toBe(held.size);
        for (const each of OWNERS) contents.remove(each);
        expect(pool.size).toBe(0);
      }),
    );
  });

  it('stay as they were for whoever froze them', () => {
    const pool = new MemoryBlockPool();
    const contents = new VolumeContents(pool);
    contents.write('a', 5, Buffer.from('before'));
    const frozen = contents.freeze('a');
    contents.write('a', 5, Buffer.from('after!'));
    contents.remove('a');
    expect(Buffer.from(frozen.read(5, 6)).toString()).toBe('before');
    frozen.release();
    expect(pool.size).toBe(0);
  });

  it('cost nothing where zeros are written', () => {
    const pool = new MemoryBlockPool();
    const contents = new VolumeContents(pool);
    contents.write('a', 1000, new Uint8Array(SIZE));
    expect(pool.size).toBe(0);
  });
});
