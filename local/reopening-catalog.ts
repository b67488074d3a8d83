import type { Catalog } from '../lambdas/app/ports.ts';

export interface Reopening {
  readonly catalog: Catalog;
  close(): Promise<void>;
}

type Method = (...given: readonly unknown[]) => unknown;

const PAGED: ReadonlySet<string | symbol> = new Set<keyof Catalog>([
  'listWork',
  'listBegun',
  'listOpenRestores',
  'listDecisions',
  'listEnded',
  'listEntries',
]);

/**
 * A catalog behind another process's door. When that process has gone, it is opened anew (by then perhaps in this process) and the
 * call is made again; what was never answered may have been done, as with any retry of the DynamoDB client.
 */
export function createReopeningCatalog(first: Reopening, open: () => Promise<Reopening>): Reopening {
  let current = Promise.resolve(first);

  /** Of many callers that find the door closed, the first opens it again. */
  async function replace(gone: Promise<Reopening>): Promise<void> {
    if (current !== gone) return;
    current = gone.then((one) => one.close()).then(open);
    await current;
  }

  async function once(name: string | symbol, given: readonly unknown[]): Promise<unknown> {
    const used = current;
    try {
      return await methodOf((await used).catalog, name)(...given);
    } catch (error) {
      if (!isGone(error)) throw error;
      await replace(used);
      return methodOf((await current).catalog, name)(...given);
    }
  }

  /** Only before the first page: later ones would begin again from the first. */
  async function* pages(name: string | symbol, given: readonly unknown[]): AsyncGenerator<unknown> {
    const used = current;
    let hasBegun = false;
    try {
      for await (const page of methodOf((await used).catalog, name)(...given) as AsyncIterable<unknown>) {
        hasBegun = true;
        yield page;
      }
    } catch (error) {
      if (hasBegun || !isGone(error)) throw error;
      await replace(used);
      yield* methodOf((await current).catalog, name)(...given) as AsyncIterable<unknown>;
    }
  }

  const catalog = new Proxy(first.catalog, {
    get:
      (_, name) =>
      (...given: readonly unknown[]) =>
        PAGED.has(name) ? pages(name, given) : once(name, given),
  });
  return { catalog, close: async () => (await current).close() };
}

function methodOf(catalog: Catalog, name: string | symbol): Method {
  return Reflect.get(catalog, name) as Method;
}

const GONE: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE']);

function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && GONE.has(error.code);
}
