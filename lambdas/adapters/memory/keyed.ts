import { AlreadyRecordedError, CatalogConflictError } from '../../app/ports.ts';

const PAGE_ITEMS = 500;

/** One text for several pieces; different pieces give different texts. */
export function joinKey(...pieces: readonly (string | number | Date)[]): string {
  let key = '';
  for (const piece of pieces) {
    const text = typeof piece === 'string' ? piece : String(Number(piece));
    key += `${text.length}:${text}`;
  }
  return key;
}

/** The inner map of `key`, made on first use. */
export function mapOf<Value>(maps: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  const found = maps.get(key);
  if (found !== undefined) return found;
  const made = new Map<string, Value>();
  maps.set(key, made);
  return made;
}

interface Versioned {
  readonly version: number;
  readonly state: string;
}

/** @throws {AlreadyRecordedError, CatalogConflictError} the stored record is not the one that `record` was read as. */
export function requireVersion(what: string, record: Versioned, stored: Versioned | undefined): void {
  if ((stored?.version ?? 0) === record.version) return;
  const found = stored ? `stored is version ${stored.version} (${stored.state})` : 'none is stored';
  const message = `${what} over version ${record.version}: ${found}`;
  throw record.version === 0 ? new AlreadyRecordedError(message) : new CatalogConflictError(message);
}

/** The operations on one kind of entry, and all that is kept of it. */
export interface Section<Operations, Value> {
  readonly operations: Operations;
  all(): readonly Value[];
  /** Puts a value there as it is; false if its place is taken. */
  insert(value: Value): boolean;
}

/** All values of inner maps. */
export function allOf<Value>(maps: Map<string, Map<string, Value>>): Value[] {
  return [...maps.values()].flatMap((inner) => [...inner.values()]);
}

/** Puts a value under a free key; false if it is taken. */
export function putNew<Value>(map: Map<string, Value>, key: string, value: Value): boolean {
  if (map.has(key)) return false;
  map.set(key, value);
  return true;
}

/** None is empty. */
export function* toPages<Value>(values: readonly Value[]): Generator<readonly Value[]> {
  for (let start = 0; start < values.length; start += PAGE_ITEMS) {
    yield values.slice(start, start + PAGE_ITEMS);
  }
}
