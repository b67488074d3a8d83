import { compareNewestFirst, type NewestFirst } from '../state/newest-first.ts';
import type { RowStore } from '../state/row-store.ts';
import type { Call } from './call.ts';
import { invalidInput } from './errors.ts';
import {
  type ColumnValue,
  type Filterable,
  filtersOf,
  type Predicate,
  predicateOf,
  readBoolean,
  wantsCount,
} from './filters.ts';
import { lastOf, pageWanted, requireOneSort, type SortTerm, wantedOrder } from './paging.ts';

export interface ListSource<R> extends Filterable<R> {
  /** The path below the project, as the next link names it: `backups/detail`. */
  readonly collection: string;
  /** The rows to look through, in list order. */
  readonly rows: NewestFirst<R & Listed>;
  /** Of those, the ones that the caller may see; without it, all. */
  readonly isListed?: Predicate<R>;
  /** The microversion from which `name` sorts by `display_name`. */
  readonly sortsByNameFrom: number;
  /** Whether a direction that there is not is refused even where a filter finds nothing whatever there is. */
  readonly looksAtDirectionFirst?: true;
  readonly findMarker: (id: string) => R & Listed;
}

export interface Listed {
  readonly id: string;
  readonly created_at: number;
}

export interface Page<R> {
  readonly rows: R[];
  readonly count: number | undefined;
  readonly links: readonly unknown[] | undefined;
}

/**
 * One page of a list, with Cinder's own oddities: a link to a next page that may be empty, an offset that is carried
 * from page to page, a link on every page that is not empty when a count of more than a page was asked for.
 *
 * @throws {Refusal} 400 for a parameter that it does not take, 404 for a marker that is not there.
 * @see cinder/api/common.py get_pagination_params, get_sort_params, ViewBuilder._get_collection_links
 */
export function listPage<R extends Listed>(call: Call, source: ListSource<R>): Page<R> {
  const { query, version } = call;
  const wanted = pageWanted(query, call.cloud.settings.pageLimit);
  requireOneSort(query);
  const isCounted = wantsCount(query, version);
  const filters = filtersOf(call, source);
  if (filters === 'none') {
    if (source.looksAtDirectionFirst) wantedOrder(query);
    return { rows: [], count: isCounted ? 0 : undefined, links: undefined };
  }
  const order = wantedOrder(query);
  checkSortKeys(order, source, version);
  const predicate = predicateOf(filters, source, source.isListed);
  const marker = wanted.marker === undefined ? undefined : source.findMarker(wanted.marker);
  const slice = take(source, order, predicate, marker, wanted);
  const count = isCounted ? countOf(source.rows, predicate) : undefined;
  const isFull = slice.length > 0 && wanted.limit <= (count || slice.length);
  const last = slice.at(-1);
  const links = isFull && last !== undefined ? call.links.next(source.collection, query, last.id) : undefined;
  return { rows: slice, count, links };
}

/** `all_tenants` counts for an administrator only. */
export function asksForEveryProject({ caller, query }: Call): boolean {
  return caller.isAdmin && readBoolean(lastOf(query, 'all_tenants') ?? '0') === true;
}

/** The rows of the caller's project, or of every one. */
export function rowsAskedFor<R extends Listed & { readonly project_id: string }>(
  call: Call,
  store: RowStore<R>,
): NewestFirst<R> {
  return asksForEveryProject(call) ? store.ofEveryProject() : store.ofProject(call.caller.projectId);
}

/** The parts of a list's body, in Cinder's order. */
export function listBody<R>(name: string, page: Page<R>, view: (row: R) => unknown): Record<string, unknown> {
  const body: Record<string, unknown> = { [name]: page.rows.map(view) };
  if (page.links !== undefined) body[`${name}_links`] = page.links;
  if (page.count !== undefined) body.count = page.count;
  return body;
}

function take<R extends Listed>(
  source: ListSource<R>,
  order: readonly SortTerm[],
  predicate: Predicate<R>,
  marker: R | undefined,
  wanted: { readonly limit: number; readonly offset: number },
): R[] {
  const rows = isListOrder(order)
    ? fromRank(source.rows, marker === undefined ? 0 : source.rows.rankAfter(marker))
    : sorted(source, order, marker);
  const slice: R[] = [];
  if (wanted.limit === 0) return slice;
  let skipped = 0;
  for (const row of rows) {
    if (!predicate(row)) continue;
    skipped += 1;
    if (skipped <= wanted.offset) continue;
    slice.push(row);
    if (slice.length === wanted.limit) break;
  }
  return slice;
}

function isListOrder(order: readonly SortTerm[]): boolean {
  const [first, second, ...rest] = order;
  const isDefault = first?.key === 'created_at' && (second === undefined || second.key === 'id');
  return isDefault && rest.length === 0 && order.every((term) => term.isDescending);
}

function* fromRank<R extends Listed>(rows: NewestFirst<R>, rank: number): Generator<R> {
  for (let at = rank; at < rows.size; at += 1) yield rows.at(at) as R;
}

function sorted<R extends Listed>(
  source: ListSource<R>,
  order: readonly SortTerm[],
  marker: R | undefined,
): R[] {
  const readers = order.map(({ key, isDescending }) => ({
    read: source.columns[source.aliases[key] ?? key] as (row: R) => ColumnValue,
    isDescending,
  }));
  const compare = (a: R, b: R): number => {
    for (const { read, isDescending } of readers) {
      const difference = compareValues(read(a), read(b));
      if (difference !== 0) return isDescending ? -difference : difference;
    }
    return compareNewestFirst(a, b);
  };
  const all = [...source.rows].sort(compare);
  return marker === undefined ? all : all.filter((row) => compare(row, marker) > 0);
}

/** NULL sorts before everything, as in MariaDB; texts compare as capitals, as in its usual collation: `_` after letters. */
function compareValues(a: ColumnValue, b: ColumnValue): number {
  if (a === null || b === null) return Number(a !== null) - Number(b !== null);
  const left = typeof a === 'string' ? a.toUpperCase() : a;
  const right = typeof b === 'string' ? b.toUpperCase() : b;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function checkSortKeys<R>(order: readonly SortTerm[], source: ListSource<R>, version: number): void {
  // Of several names Cinder translates the first.
  if (order.filter(({ key }) => key === 'name').length > 1) throw invalidInput('Invalid sort key');
  for (const { key } of order) {
    const isKnown = key === 'name' ? version >= source.sortsByNameFrom : Object.hasOwn(source.columns, key);
    if (!isKnown) throw invalidInput('Invalid sort key');
  }
}

function countOf<R extends Listed>(rows: NewestFirst<R>, predicate: Predicate<R>): number {
  let count = 0;
  for (const row of rows) if (predicate(row)) count += 1;
  return count;
}
