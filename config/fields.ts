import * as z from 'zod';
import { CronSyntaxError, parseCron } from '../lambdas/domain/cron.ts';
import {
  DURATION_PATTERN,
  DurationSyntaxError,
  durationToMs,
  isZeroDuration,
  parseDuration,
} from '../lambdas/domain/duration.ts';
import { isKnownZone } from '../lambdas/domain/zoned-time.ts';
import { closest } from './closest.ts';

/** The building blocks of the schema; each says in its errors what is there and what should be. */

interface Complaint {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly keys?: readonly string[];
}

/** An error message for zod: `is 7; should be …`. */
export function shouldBe(right: string): (issue: Complaint) => string {
  return ({ input }) => `${describeInput(input)}; should be ${right}`;
}

/** A mapping with exactly these keys. The message for unknown ones has a line per key, in the order of the issue's `keys`. */
export function mapping<Shape extends z.core.$ZodLooseShape>(shape: Shape, what: string) {
  const keys = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue: Complaint) =>
      issue.code === 'unrecognized_keys'
        ? (issue.keys ?? []).map((key) => describeUnknownKey(key, keys)).join('\n')
        : shouldBe(`${what}: a mapping of ${keys.join(', ')}`)(issue),
  });
}

export function text(right: string) {
  return z.string({ error: shouldBe(right) }).min(1, { error: shouldBe(right) });
}

export function matching(pattern: RegExp, right: string) {
  return z.string({ error: shouldBe(right) }).regex(pattern, { error: shouldBe(right) });
}

export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, { error: shouldBe(words.join(', ').replace(/, ([^,]*)$/, ' or $1')) });
}

export function flag() {
  return z.boolean({ error: shouldBe('true or false') });
}

export function wholeNumber(lowest: number, right = `a whole number from ${lowest} up`) {
  const error = shouldBe(right);
  return z.number({ error }).int({ error }).min(lowest, { error }).max(1_000_000, { error });
}

export function numberBetween(lowest: number, highest: number, right: string) {
  const error = shouldBe(right);
  return z.number({ error }).min(lowest, { error }).max(highest, { error });
}

export function listOf(item: z.ZodString, right: string) {
  const error = shouldBe(`${right}; leave the key out if there is nothing to list`);
  return z.array(item, { error }).min(1, { error });
}

const DURATION_RIGHT = 'a duration such as 30min, 12h, 7d, 4w, 6mo or 1y6mo';

/** A duration in units of the calendar. */
export function duration() {
  return z
    .string({
      error: ({ input }) =>
        typeof input === 'number'
          ? `is ${input} without a unit; should be ${DURATION_RIGHT}`
          : shouldBe(DURATION_RIGHT)({ input }),
    })
    .regex(DURATION_PATTERN, { error: ({ input }) => whyRefused(() => parseDuration(String(input))) })
    .transform(parseDuration);
}

export function positiveDuration() {
  return duration().refine((value) => !isZeroDuration(value), {
    error: 'is no time at all; should be longer than 0',
  });
}

/** A duration of one definite length, in milliseconds. */
export function elapsedMs(lowestMs: number, highestMs: number, right: string) {
  return duration().transform((value, context) => {
    const ms = durationToMs(value);
    if (ms !== undefined && ms >= lowestMs && ms <= highestMs) return ms;
    context.issues.push({
      code: 'custom',
      message:
        ms === undefined
          ? `has months or years, which have no one length; should be ${right}`
          : `should be ${right}`,
      input: value,
    });
    return z.NEVER;
  });
}

/** Five cron fields, kept as they are written. */
export function cron() {
  const right = 'the five fields minute hour day-of-month month day-of-week, such as "30 3 * * *"';
  return z
    .string({ error: shouldBe(right) })
    .superRefine((value, context) => {
      const message = whyRefused(() => parseCron(value));
      if (message !== '') context.addIssue({ code: 'custom', message });
    })
    .meta({ pattern: '^\\s*\\S+(\\s+\\S+){4}\\s*$' });
}

export function timeZone() {
  const right = 'the IANA name of a time zone, such as Europe/Berlin or UTC';
  return z.string({ error: shouldBe(right) }).refine(isKnownZone, {
    error: ({ input }) => {
      const near = closest(String(input), Intl.supportedValuesOf('timeZone'));
      return near === undefined
        ? shouldBe(right)({ input })
        : `${describeInput(input)}, a time zone that nobody knows; did you mean ${near}?`;
    },
  });
}

/** Why `parse` refuses; empty if it does not. */
function whyRefused(parse: () => unknown): string {
  try {
    parse();
    return '';
  } catch (error) {
    if (error instanceof DurationSyntaxError || error instanceof CronSyntaxError) return error.message;
    throw error;
  }
}

function describeUnknownKey(key: string, known: readonly string[]): string {
  const near = closest(key, known);
  return near === undefined
    ? `is not a key here; should be one of ${known.join(', ')}`
    : `is not a key here; did you mean ${near}?`;
}

function describeInput(input: unknown): string {
  if (input === undefined) return 'is missing';
  if (input === null) return 'is empty';
  if (Array.isArray(input)) return input.length === 0 ? 'is an empty list' : 'is a list';
  if (typeof input === 'object')
    return Object.keys(input).length === 0 ? 'is an empty mapping' : 'is a mapping';
  if (typeof input === 'string') return `is "${input.length > 60 ? `${input.slice(0, 60)}…` : input}"`;
  return `is ${typeof input === 'number' ? 'the number ' : ''}${String(input)}`;
}
