import type { Call } from './call.ts';
import { badRequest, type Refusal, serverFault } from './errors.ts';
import { FROM } from './microversion.ts';
import { lastOf, PAGING_KEYS } from './paging.ts';

export type ColumnValue = string | number | boolean | null;
export type Predicate<R> = (row: R) => boolean;

/** What a list can be filtered and sorted by, as a table's columns: how to read each. */
export type Columns<R> = Readonly<Record<string, (row: R) => ColumnValue>>;

export interface Filterable<R> {
  readonly columns: Columns<R>;
  /** The filters that a member may use (resource_filters.json), as query keys. */
  readonly memberFilters: readonly string[];
  /** Query keys that are left out of account at this version. */
  readonly ignored?: readonly string[];
  /** Whether a filter's value is read as Python, so that `None` asks for what has none. */
  readonly readsNone?: true;
  /** What happens up to 3.30 to a filter that a member may not use; without it, it is left out of account. */
  readonly findsNothingBy?: 'unknown filters';
  /** Query keys that have another name as a column (`name` is `display_name`). */
  readonly aliases: Readonly<Record<string, string>>;
  /** Filters that are not a plain comparison, as `metadata`. */
  readonly special?: Readonly<Record<string, (wanted: string) => Predicate<R>>>;
}

const TRUE_WORDS = ['1', 't', 'true', 'on', 'y', 'yes'];
const FALSE_WORDS = ['0', 'f', 'false', 'off', 'n', 'no'];

/** A boolean of the query as oslo's strutils reads it; `undefined` for a word that is none. */
export function readBoolean(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  if (TRUE_WORDS.includes(word)) return true;
  return FALSE_WORDS.includes(word) ? false : undefined;
}

/** @throws {Refusal} 400 when `with_count` is no boolean. Below 3.45 it is a filter like any other. */
export function wantsCount(query: URLSearchParams, version: number): boolean {
  const asked = lastOf(query, 'with_count');
  if (asked === undefined || version < FROM.count) return false;
  const isWanted = readBoolean(asked);
  if (isWanted === undefined) throw badRequest(`Value '${asked}' for 'with_count' is not a boolean.`);
  return isWanted;
}

/** The filters to apply; `none` when the answer is empty whatever there is. */
export function filtersOf<R>(call: Call, source: Filterable<R>): Map<string, string> | 'none' {
  const { version, caller } = call;
  const asked = askedFilters(call, source.ignored ?? []);
  if (caller.isAdmin) {
    // Cinder answers an administrator's filter by a column that does not exist with an empty list.
    return asked.every(([key]) => isFilterable(source, key, version)) ? new Map(asked) : 'none';
  }
  const isKnown = ([key]: readonly [string, string]): boolean => source.memberFilters.includes(key);
  const unknown = asked.filter((one) => !isKnown(one)).map(([key]) => key);
  if (unknown.length > 0 && version >= FROM.strictFilters) throw invalidFilters(unknown);
  if (unknown.length > 0 && source.findsNothingBy === 'unknown filters') return 'none';
  // Cinder takes each of them away as often as it is there, and all of them the first time.
  if (new Set(unknown).size < unknown.length) throw serverFault();
  return new Map(asked.filter(isKnown));
}

/** What is asked beside the paging: also its parameters, where they are given once more. */
function askedFilters({ query, version, caller }: Call, ignored: readonly string[]): [string, string][] {
  const paging = new Set(PAGING_KEYS);
  const passed = new Set([...ignored, 'all_tenants']);
  if (version >= FROM.count) passed.add('with_count');
  const isEveryProject = caller.isAdmin && readBoolean(lastOf(query, 'all_tenants') ?? '0') === true;
  // Who asks for one project only has its own put in its place.
  if (caller.isAdmin && !isEveryProject) passed.add('project_id');
  const isPassed = (key: string): boolean =>
    passed.has(key) || (caller.isAdmin && version < FROM.strictFilters && key.endsWith(LIKE));
  return [...query].filter(([key]) => !paging.delete(key) && !isPassed(key));
}

function isFilterable<R>(source: Filterable<R>, key: string, version: number): boolean {
  const name = key.endsWith(LIKE) && version >= FROM.likeFilters ? key.slice(0, -LIKE.length) : key;
  return (
    Object.hasOwn(source.columns, source.aliases[name] ?? name) || Object.hasOwn(source.special ?? {}, key)
  );
}

function columnOf<R>({ columns, aliases }: Filterable<R>, key: string): (row: R) => ColumnValue {
  return columns[aliases[key] ?? key] ?? (() => null);
}

/** `name~=part`, for administrators: they may filter by everything, and no members' filter is configured like that. */
const LIKE = '~';

/** As SQL's LIKE has it: `%` stands for anything, `_` for any one character. */
function contains<R>(read: (row: R) => ColumnValue, wanted: string): Predicate<R> {
  const pattern = wanted
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/%+/g, '.*')
    .replaceAll('_', '.');
  const part = new RegExp(pattern, 'is');
  return (row) => part.test(String(read(row) ?? ''));
}

function invalidFilters(keys: readonly string[]): Refusal {
  return badRequest(`Invalid filters ${keys.join(',')} are found in query options.`);
}

export function predicateOf<R>(
  filters: ReadonlyMap<string, string>,
  source: Filterable<R>,
  isListed: Predicate<R> | undefined,
): Predicate<R> {
  const tests = [...filters].map(([key, wanted]): Predicate<R> => {
    const special = source.special?.[key];
    if (special !== undefined) return special(wanted);
    if (key.endsWith(LIKE)) return contains(columnOf(source, key.slice(0, -LIKE.length)), wanted);
    if (source.readsNone && wanted === 'None' && key !== 'name') return isNull(columnOf(source, key));
    return equals(columnOf(source, key), wanted);
  });
  if (isListed !== undefined) tests.unshift(isListed);
  return (row) => tests.every((test) => test(row));
}

function isNull<R>(read: (row: R) => ColumnValue): Predicate<R> {
  return (row) => read(row) === null;
}

/** Compares as MariaDB does: without regard to case, and numbers with the number that a text begins with, or 0. */
function equals<R>(read: (row: R) => ColumnValue, wanted: string): Predicate<R> {
  const lower = wanted.toLowerCase();
  const number = Number.parseFloat(wanted) || 0;
  return (row) => {
    const value = read(row);
    if (value === null) return false;
    if (typeof value === 'number') return value === number;
    const text = String(value);
    return text === wanted || (text.length === wanted.length && text.toLowerCase() === lower);
  };
}
