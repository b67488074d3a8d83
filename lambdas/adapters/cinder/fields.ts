import { CinderProtocolError } from './errors.ts';

export type Row = Readonly<Record<string, unknown>>;

/** @throws {CinderProtocolError} not a JSON object. */
export function readRow(value: unknown, kind: string): Row {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Row;
  throw new CinderProtocolError(`${kind}: expected an object, got ${describe(value)}`);
}

/** @throws {CinderProtocolError} as all readers here: the field is not what it says. */
export function readText(row: Row, field: string, kind: string): string {
  const value = row[field];
  if (typeof value === 'string' && value !== '') return value;
  throw wrongField(row, field, kind, 'text');
}

/** Cinder has null for a name that was never given. */
export function readTextOrEmpty(row: Row, field: string, kind: string): string {
  return readOptionalText(row, field, kind) ?? '';
}

export function readOptionalText(row: Row, field: string, kind: string): string | undefined {
  const value = row[field];
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return undefined;
  throw wrongField(row, field, kind, 'text or null');
}

/** Whole numbers from 0, also as text. */
export function readCount(row: Row, field: string, kind: string): number {
  const count = toInteger(row[field]);
  if (count !== undefined && count >= 0) return count;
  throw wrongField(row, field, kind, 'a whole number');
}

/** Null is 0: some rows have no objects (yet). */
export function readCountOrZero(row: Row, field: string, kind: string): number {
  return row[field] === undefined || row[field] === null ? 0 : readCount(row, field, kind);
}

/** -1 is Cinder's "unlimited": `undefined`. */
export function readLimit(row: Row, field: string, kind: string): number | undefined {
  const limit = toInteger(row[field]);
  if (limit === undefined) throw wrongField(row, field, kind, 'a whole number');
  return limit < 0 ? undefined : limit;
}

export function readFlag(row: Row, field: string, kind: string): boolean {
  const value = row[field];
  if (typeof value === 'boolean') return value;
  throw wrongField(row, field, kind, 'true or false');
}

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(Z|[+-]\d\d:\d\d)?$/;

/**
 * Cinder's stamps are UTC and mostly do not say so: `2026-11-23T14:46:23.000000`. JavaScript would take that for local time.
 *
 * @see cinder/api/openstack/wsgi.py ResponseObject (observed on Cinder 21.3.1, Zed)
 */
export function readInstant(row: Row, field: string, kind: string): Date {
  const value = row[field];
  const match = typeof value === 'string' ? STAMP.exec(value) : null;
  if (match !== null) {
    const instant = new Date(match[1] === undefined ? `${match[0]}Z` : match[0]);
    if (!Number.isNaN(instant.getTime())) return instant;
  }
  throw wrongField(row, field, kind, 'a UTC time stamp');
}

export function readTextMap(
  row: Row,
  field: string,
  kind: string,
): Readonly<Record<string, string>> | undefined {
  const value = row[field];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw wrongField(row, field, kind, 'a map of texts');
  for (const held of Object.values(value)) {
    if (typeof held !== 'string') throw wrongField(row, field, kind, 'a map of texts');
  }
  return value as Readonly<Record<string, string>>;
}

export function readList(row: Row, field: string, kind: string): readonly unknown[] {
  const value = row[field];
  if (Array.isArray(value)) return value;
  throw wrongField(row, field, kind, 'a list');
}

export function wrongField(row: Row, field: string, kind: string, expected: string): CinderProtocolError {
  const which = typeof row.id === 'string' ? `${kind} ${row.id.slice(0, 64)}` : kind;
  return new CinderProtocolError(
    `${which}: field ${field}: expected ${expected}, got ${describe(row[field])}`,
  );
}

function toInteger(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

/** Texts are not repeated: what a broken server puts there may be ours and secret. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string')
    return value === '' ? 'an empty text' : `a text of ${value.length} characters`;
  return Array.isArray(value) ? 'a list' : 'an object';
}
