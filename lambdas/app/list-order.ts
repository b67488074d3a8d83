import type { ListedBackup } from './list-backups.ts';
import { InvalidRequestError } from './request-error.ts';

export const SORT_KEYS = [
  'createdAt',
  'dataTimestampAt',
  'name',
  'sizeGib',
  'status',
  'volumeId',
  'id',
  'container',
  'policy',
  'slotAt',
] as const;
export type SortKey = (typeof SORT_KEYS)[number];
export type SortDir = 'asc' | 'desc';

export interface OrderRequest {
  /** Several keys, the first counts most: `status:asc,createdAt`. Without a direction: `desc`. */
  readonly sort?: string;
  /** One key. Default: `createdAt`. */
  readonly sortKey?: SortKey;
  /** Default: `desc`. */
  readonly sortDir?: SortDir;
}

type Compare = (a: ListedBackup, b: ListedBackup) => number;

/** The order that is asked for. Backups that are equal by it are in that of their ids. @throws {InvalidRequestError} */
export function readOrder(request: OrderRequest): Compare {
  const terms = readTerms(request);
  const idDir = terms.at(-1)?.dir ?? 'desc';
  const compares = [...terms.map(({ key, dir }) => compareBy(key, dir)), compareBy('id', idDir)];
  return (a, b) => {
    for (const compare of compares) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

interface Term {
  readonly key: SortKey;
  readonly dir: SortDir;
}

function readTerms(request: OrderRequest): readonly Term[] {
  const { sort, sortKey, sortDir } = request;
  if (sort === undefined) return [{ key: sortKey ?? 'createdAt', dir: sortDir ?? 'desc' }];
  if (sortKey !== undefined || sortDir !== undefined) {
    throw new InvalidRequestError('sort: it says keys and directions; leave out sortKey and sortDir');
  }
  return sort.split(',').map((term) => readTerm(term.trim()));
}

function readTerm(text: string): Term {
  const [key, dir = 'desc', ...more] = text.split(':');
  const known = SORT_KEYS.find((each) => each === key);
  if (known === undefined || (dir !== 'asc' && dir !== 'desc') || more.length > 0) {
    throw new InvalidRequestError(
      `sort: "${text}" is no key and direction; should be such as status:asc,createdAt:desc, of the keys ${SORT_KEYS.join(', ')}`,
    );
  }
  return { key: known, dir };
}

function compareBy(key: SortKey, dir: SortDir): Compare {
  const sign = dir === 'asc' ? 1 : -1;
  return (a, b) => {
    const [left, right] = [sortValueOf(a, key), sortValueOf(b, key)];
    if (left === right) return 0;
    // What has none comes last, whichever the direction.
    if (left === undefined) return 1;
    if (right === undefined) return -1;
    return left < right ? -sign : sign;
  };
}

function sortValueOf(listed: ListedBackup, key: SortKey): string | number | undefined {
  if (key === 'policy') return listed.policy;
  if (key === 'slotAt') return listed.slotAt?.getTime();
  const value = listed.backup[key];
  return value instanceof Date ? value.getTime() : value;
}
