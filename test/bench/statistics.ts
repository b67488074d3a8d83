/** @throws {RangeError} for no values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  if (upper === undefined) throw new RangeError('the median of no values');
  const lower = sorted[(sorted.length - 1) >> 1] ?? upper;
  return (lower + upper) / 2;
}

export interface Pairs {
  readonly ours: number;
  readonly peer: number;
  /** Median of ours through peer, pair by pair: what slows both of a pair down does not show. */
  readonly ratio: number;
  /** `1.10–1.31`: how far the pairs are apart. */
  readonly spread: string;
}

/** Measures the two in turn, the order changing from pair to pair; medians of all. */
export async function measurePairs(
  rounds: number,
  measureOurs: () => Promise<number>,
  measurePeer: () => Promise<number>,
): Promise<Pairs> {
  const pairs: { readonly ours: number; readonly peer: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) {
      const ours = await measureOurs();
      pairs.push({ ours, peer: await measurePeer() });
    } else {
      const peer = await measurePeer();
      pairs.push({ peer, ours: await measureOurs() });
    }
  }
  const ratios = pairs.map(({ ours, peer }) => ours / peer);
  return {
    ours: median(pairs.map(({ ours }) => ours)),
    peer: median(pairs.map(({ peer }) => peer)),
    ratio: median(ratios),
    spread: `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
  };
}

/** The time that a task takes, in milliseconds. */
export async function timeMs(task: () => unknown): Promise<number> {
  const startedAt = performance.now();
  await task();
  return performance.now() - startedAt;
}
