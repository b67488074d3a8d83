import type { Metadata } from '../state/rows.ts';
import { badRequest, invalidInput, type Refusal } from './errors.ts';
import { type Predicate, readBoolean } from './filters.ts';
import { isObject } from './schema.ts';

/** `metadata={'tier':'gold'}`: a dictionary as Python writes it, or JSON; all its pairs must be there. */
export function hasMetadata(wanted: string): Predicate<{ readonly metadata: Metadata }> {
  const pairs = Object.entries(readDictionary(wanted) ?? {});
  return (row) => pairs.length > 0 && pairs.every(([key, value]) => row.metadata[key] === String(value));
}

function readDictionary(text: string): Readonly<Record<string, unknown>> | undefined {
  for (const candidate of [text, text.replaceAll(/u?'/g, '"')]) {
    try {
      const value: unknown = JSON.parse(candidate);
      if (isObject(value)) return value;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  return undefined;
}

/** @throws {Refusal} 400 for a word that is no boolean. */
function isBoolean<R>(
  read: (row: R) => boolean,
  refuse: (wanted: string) => Refusal,
): (wanted: string) => Predicate<R> {
  return (wanted) => {
    const value = readBoolean(wanted);
    if (value === undefined) throw refuse(wanted);
    return (row) => read(row) === value;
  };
}

export function isBootable<R extends { readonly bootable: boolean }>(): (wanted: string) => Predicate<R> {
  return isBoolean(
    (row) => row.bootable,
    (wanted) => invalidInput(`'bootable = ${wanted}'`),
  );
}

/** The refusal names the column, which is not called what the filter is. */
export function consumesQuota<R>(read: (row: R) => boolean): (wanted: string) => Predicate<R> {
  return isBoolean(read, (wanted) => badRequest(`Value '${wanted}' for 'use_quota' is not a boolean.`));
}

const COMPARISONS: Readonly<Record<string, (at: number, wanted: number) => boolean>> = {
  gt: (at, wanted) => at > wanted,
  gte: (at, wanted) => at >= wanted,
  eq: (at, wanted) => at === wanted,
  neq: (at, wanted) => at !== wanted,
  lt: (at, wanted) => at < wanted,
  lte: (at, wanted) => at <= wanted,
};

/**
 * `created_at=gte:2026-11-01T00:00:00,lt:2026-12-01T00:00:00` (3.60), in UTC.
 *
 * @throws {Refusal} 400 for another operator, or what is no time.
 * @see cinder/api/v3/volumes.py VolumeController._handle_time_comparison_filters (Cinder 21.3.1)
 */
export function comparesTime<R>(read: (row: R) => number | null): (wanted: string) => Predicate<R> {
  return (wanted) => {
    const tests = wanted.split(',').map((term) => {
      const [operator = '', ...time] = term.split(':');
      const compare = COMPARISONS[operator];
      if (compare === undefined) throw badRequest(`Invalid ${operator} operator`);
      const seconds = readSeconds(time.length === 0 ? operator : time.join(':'));
      return (at: number) => compare(at, seconds);
    });
    return (row) => {
      const at = read(row);
      return at !== null && tests.every((test) => test(at));
    };
  };
}

const ZONED = /(Z|[+-]\d\d:?\d\d)$/;

function readSeconds(text: string): number {
  const ms = Date.parse(ZONED.test(text) ? text : `${text}Z`);
  if (Number.isNaN(ms)) throw badRequest(`Invalid ${text} value`);
  return Math.floor(ms / 1000);
}
