import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import type { Catalog } from '../../../lambdas/app/ports.ts';
import { serve } from './serve.ts';

/** The methods of a catalog that answer with pages. */
export type PagedMethod =
  | 'listWork'
  | 'listBegun'
  | 'listOpenRestores'
  | 'listDecisions'
  | 'listEnded'
  | 'listEntries';
export type PlainMethod = Exclude<keyof Catalog, PagedMethod>;

export interface CatalogCall<Method extends keyof Catalog> {
  readonly method: Method;
  readonly words: readonly unknown[];
}

/** A catalog in the memory of a process of its own: what is measured beside it does not hold the records. */
const catalog = createMemoryCatalog();
const walks = new Map<number, AsyncIterator<unknown>>();
let lastWalk = 0;

const handlers = {
  call({ method, words }: CatalogCall<PlainMethod>): unknown {
    const perform = catalog[method] as (...words: readonly unknown[]) => unknown;
    return perform(...words);
  },
  openWalk({ method, words }: CatalogCall<PagedMethod>): number {
    const perform = catalog[method] as (...words: readonly unknown[]) => AsyncIterable<unknown>;
    lastWalk += 1;
    walks.set(lastWalk, perform(...words)[Symbol.asyncIterator]());
    return lastWalk;
  },
  /** undefined: that was the last page. */
  async nextPage(walk: number): Promise<unknown> {
    const page = await walks.get(walk)?.next();
    if (page?.done === false) return page.value;
    walks.delete(walk);
    return undefined;
  },
};

export type MemoryCatalogHandlers = typeof handlers;

serve(handlers);
