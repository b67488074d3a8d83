import { badRequest, invalidInput } from './errors.ts';

export interface PageWanted {
  readonly limit: number;
  readonly offset: number;
  readonly marker: string | undefined;
}

export interface SortTerm {
  readonly key: string;
  readonly isDescending: boolean;
}

const INTEGER = /^\s*[+-]?\d+\s*$/;
const OFFSET_MAX = 0x7fff_ffff;

/** The parameters of paging; of each, the first counts. Given once more, it is taken for a filter. */
export const PAGING_KEYS: ReadonlySet<string> = new Set([
  'limit',
  'marker',
  'offset',
  'sort',
  'sort_key',
  'sort_dir',
]);

const firstOf = (query: URLSearchParams, key: string): string | undefined => query.get(key) ?? undefined;

/** A filter given twice counts as given last. */
export function lastOf(query: URLSearchParams, key: string): string | undefined {
  return query.getAll(key).at(-1);
}

/** @see cinder/api/common.py get_pagination_params; texts observed on Cinder 21.3.1 (Zed) */
export function pageWanted(query: URLSearchParams, pageLimit: number): PageWanted {
  const limitText = firstOf(query, 'limit');
  if (limitText !== undefined && !INTEGER.test(limitText)) throw badRequest('limit param must be an integer');
  const limit = limitText === undefined ? pageLimit : Number(limitText);
  if (limit < 0) throw badRequest('limit param must be positive');
  return {
    limit: Math.min(limit, pageLimit),
    offset: offsetWanted(firstOf(query, 'offset')),
    marker: firstOf(query, 'marker'),
  };
}

function offsetWanted(text: string | undefined): number {
  if (text === undefined) return 0;
  if (!INTEGER.test(text)) throw badRequest('offset must be an integer');
  const offset = Number(text);
  if (offset < 0) throw badRequest('offset must be >= 0');
  if (offset > OFFSET_MAX) throw badRequest(`offset must be <= ${OFFSET_MAX}`);
  return offset;
}

/**
 * The order asked for, with `created_at` and `id` added in the direction of the first term.
 *
 * @see cinder/api/common.py get_sort_params and cinder/db/sqlalchemy/api.py process_sort_params
 */
export function wantedOrder(query: URLSearchParams): SortTerm[] {
  const terms = askedOrder(query);
  const isDescending = terms[0]?.isDescending ?? true;
  for (const key of ['created_at', 'id']) {
    if (!terms.some((term) => term.key === key)) terms.push({ key, isDescending });
  }
  return terms;
}

/** @throws {Refusal} 400 for an order that is given in both ways. */
export function requireOneSort(query: URLSearchParams): void {
  if (!query.has('sort') || !(query.has('sort_key') || query.has('sort_dir'))) return;
  throw badRequest(
    "The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with the 'sort' parameter.",
  );
}

function askedOrder(query: URLSearchParams): SortTerm[] {
  const sort = firstOf(query, 'sort');
  const key = firstOf(query, 'sort_key');
  const direction = firstOf(query, 'sort_dir');
  if (sort === undefined) return [toTerm(key ?? 'created_at', direction ?? 'desc')];
  return sort
    .trim()
    .split(',')
    .map((term) => {
      const [name = '', way = ''] = term.split(':');
      return toTerm(name, way === '' ? 'desc' : way);
    });
}

function toTerm(key: string, direction: string): SortTerm {
  const way = direction.trim();
  if (way !== 'asc' && way !== 'desc') {
    throw invalidInput("Unknown sort direction, must be 'desc' or 'asc'.");
  }
  return { key: key.trim(), isDescending: way === 'desc' };
}
