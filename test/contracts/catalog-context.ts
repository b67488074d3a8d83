import { expect } from 'vitest';
import type { Catalog } from '../../lambdas/app/ports.ts';

/** Tests share one table: each works on names of its own. */
export interface CatalogContext {
  readonly catalog: Catalog;
  /** A name that no other test has. */
  unique(kind: string): string;
}

export function createUniqueNames(): (kind: string) => string {
  let count = 0;
  return (kind) => {
    count += 1;
    return `${kind}-${count}`;
  };
}

export async function collect<Value>(pages: AsyncIterable<readonly Value[]>): Promise<Value[]> {
  const values: Value[] = [];
  for await (const page of pages) values.push(...page);
  return values;
}

const ASKS = 100;

/** Indexes may lag: asks again until the answer is the expected one. */
export async function expectEventually<Value>(ask: () => Promise<Value>, expected: Value): Promise<void> {
  for (let asked = 1; asked < ASKS; asked += 1) {
    const answer = await ask();
    try {
      expect(answer).toEqual(expected);
      return;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  expect(await ask()).toEqual(expected);
}

/** Runs `task` over all values, so many at once. */
export async function inParallel<Value>(
  values: readonly Value[],
  lanes: number,
  task: (value: Value) => Promise<unknown>,
): Promise<void> {
  const queue = values.values();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const value of queue) await task(value);
    }),
  );
}
