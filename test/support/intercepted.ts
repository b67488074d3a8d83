import type { Catalog, Cloud } from '../../lambdas/app/ports.ts';
import type { Outside } from './world.ts';

/** Makes a call of a process to the outside, or not, or later. */
export type Interception = <T>(call: () => Promise<T>) => Promise<T>;

const CATALOG_LISTS = [
  'listWork',
  'listBegun',
  'listOpenRestores',
  'listDecisions',
  'listEnded',
  'listEntries',
];
const CLOUD_LISTS = ['listBackups', 'listVolumes', 'listSnapshots'];

/** Everything that a process asks of its catalog and its clouds goes through `pass`, a list page by page. */
export function intercept(outside: Outside, pass: Interception): Outside {
  return {
    ...outside,
    catalog: guard<Catalog>(outside.catalog, CATALOG_LISTS, [], pass),
    cloud: guardCloud(outside.cloud, pass),
  };
}

function guardCloud(cloud: Cloud, pass: Interception): Cloud {
  const guarded = guard(cloud, CLOUD_LISTS, ['now', 'close', 'guardedBy'], pass);
  return new Proxy(guarded, {
    get(object, key) {
      if (key !== 'guardedBy') return Reflect.get(object, key);
      return (mayChange: () => boolean) => guardCloud(cloud.guardedBy(mayChange), pass);
    },
  });
}

function guard<T extends object>(
  target: T,
  lists: readonly string[],
  direct: readonly string[],
  pass: Interception,
): T {
  return new Proxy(target, {
    get(object, key) {
      const member: unknown = Reflect.get(object, key);
      if (typeof member !== 'function' || direct.includes(String(key))) return member;
      const call = (...args: unknown[]) => Reflect.apply(member, object, args);
      if (lists.includes(String(key)))
        return (...args: unknown[]) => passPages(call(...args) as AsyncIterable<unknown>, pass);
      return (...args: unknown[]) => pass(() => call(...args) as Promise<unknown>);
    },
  });
}

async function* passPages<T>(pages: AsyncIterable<T>, pass: Interception): AsyncGenerator<T> {
  const iterator = pages[Symbol.asyncIterator]();
  while (true) {
    const { value, done } = await pass(() => iterator.next());
    if (done === true) return;
    yield value;
  }
}
