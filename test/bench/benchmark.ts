/** One measured thing. */
export interface Figure {
  /** What was measured, in the words of `docs/benchmarks.md`. */
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The same thing done otherwise, measured in the same run. */
  readonly peer?: { readonly name: string; readonly value: number };
  /** How the two compare, by the median of the pairs: smaller or larger is better, as the goal says. */
  readonly ratio?: number;
  readonly goal?: Goal;
  readonly note?: string;
}

/** Of the ratio where there is one, else of the value. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

export interface BenchOptions {
  /** The sizes that the goals name, however long it takes. */
  readonly full: boolean;
  /** Where it stands, for whoever waits. */
  readonly say: (text: string) => void;
}

export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  /** Takes minutes: left out unless it is asked for by name. */
  readonly isLong?: true;
  run(options: BenchOptions): Promise<readonly Figure[]>;
}

/** It cannot be measured here, for the reason that is its message. */
export class SkippedError extends Error {
  override readonly name = 'SkippedError';
}

/** undefined: there is no goal. */
export function isGoalMet({ value, ratio, goal }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  const judged = ratio ?? value;
  return 'atMost' in goal ? judged <= goal.atMost : judged >= goal.atLeast;
}
