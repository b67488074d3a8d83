import { typicalMs } from './max-age.ts';
import type { Policy } from './policy.ts';
import { BUCKET_RULES } from './retention-policy.ts';
import { nextSlot, slotsBetween } from './slot.ts';

const DAY_MS = 86_400_000;
/** As long as "for ever" need be for planning. */
const LONGEST_MS = 10 * 366 * DAY_MS;
/** The mean length of each kind of bucket in `BUCKET_RULES`; "every backup" has none. */
const BUCKET_DAYS = [0, 1 / 24, 1, 7, 365.25 / 12, 365.25];

/** Four years have every kind of month, a leap day and the changes of the clocks; any four do that begin amid a week and a month. */
const SPAN_FROM = new Date('2027-11-10T00:00:00Z');
const SPAN_MS = 1461 * DAY_MS;
const MOST_SLOTS = 12_000;
const FEWEST_SLOTS = 160;

/** What a policy's schedule and keep rules come to, for planning: a sample of slots, and how long each would be kept. */
export interface KeepSpans {
  /** Oldest first. */
  readonly slotsMs: readonly number[];
  /** For each slot a bit per row of `BUCKET_RULES` whose bucket it is the last slot of. */
  readonly endsBits: readonly number[];
  /** For each slot how long the rules keep it: until the slot whose backup takes its place, where the sample goes as far. */
  readonly keptMs: readonly number[];
  /** How long each row of `BUCKET_RULES`, whatever `maxAge` says, keeps the last slot of a bucket. */
  readonly ruleMs: readonly number[];
  /** The mean distance of two slots. */
  readonly spacingMs: number;
  /** The rows of `BUCKET_RULES` that have buckets of several slots. */
  readonly coarseBits: number;
}

const known = new WeakMap<Policy, KeepSpans>();

/** Estimated from the rules' counts and durations, as if no slot were missed; worked out once per policy. */
export function keepSpansOf(policy: Policy): KeepSpans {
  const found = known.get(policy);
  if (found !== undefined) return found;
  const made = makeKeepSpans(policy);
  known.set(policy, made);
  return made;
}

/** The rows of `BUCKET_RULES` whose bucket a slot is the last slot of, as bits. An instant that is no slot ends only its own. */
export function endsBitsOf({ schedule }: Policy, slotAt: Date): number {
  return endsBits(slotAt, nextSlot(schedule, slotAt), schedule.timezone);
}

/** How long a backup is kept that is the newest of these buckets. */
export function keptMsOf({ ruleMs }: Pick<KeepSpans, 'ruleMs'>, bits: number): number {
  return ruleMs.reduce((longest, ms, row) => (bits & (1 << row) ? Math.max(longest, ms) : longest), 0);
}

/**
 * How long a volume without backups has to be backed up until as many backups go as come: the longest that a rule keeps one, and the
 * longest that one can be held by the rest of its chain. Rules that keep for ever do not count.
 */
export function settlingMs(policy: Policy): number {
  const { ruleMs, spacingMs } = keepSpansOf(policy);
  const limitMs = policy.maxAge === undefined ? LONGEST_MS : typicalMs(policy.maxAge);
  const longestMs = Math.max(...ruleMs.filter((ms) => ms < LONGEST_MS));
  return Math.min(longestMs, limitMs) + policy.chain.maxLength * spacingMs;
}

function makeKeepSpans(policy: Policy): KeepSpans {
  const slots = sampleSlots(policy);
  const zone = policy.schedule.timezone;
  const bits = slots.slice(0, -1).map((slot, index) => endsBits(slot, slots[index + 1] as Date, zone));
  const slotsMs = slots.slice(0, -1).map((slot) => slot.getTime());
  const lengthMs = (slots.at(-1) as Date).getTime() - (slots[0] as Date).getTime();
  const spacingMs = lengthMs / slotsMs.length;
  const ruleMs = BUCKET_RULES.map((_, row) => {
    const count = bits.filter((each) => each & (1 << row)).length;
    return ruleSpanMs(policy, row, spacingMs, count < 3 ? 0 : lengthMs / count);
  });
  const buckets = BUCKET_RULES.map((_, row) => readBuckets(slotsMs, bits, row));
  const spans = buckets.map((each, row) => keptByRule(policy, row, each, ruleMs[row] ?? 0));
  const keptMs = slotsMs.map((_, index) => Math.max(...spans.map((ofRule) => ofRule[index] as number)));
  const everyBits = bits.reduce((every, each) => every & each);
  const coarseBits = ((1 << BUCKET_RULES.length) - 1) & ~everyBits;
  return { slotsMs, endsBits: bits, keptMs, ruleMs, spacingMs, coarseBits };
}

function sampleSlots({ schedule }: Policy): Date[] {
  const slots: Date[] = [];
  const until = new Date(SPAN_FROM.getTime() + SPAN_MS);
  for (const slot of slotsBetween(schedule, SPAN_FROM, until)) {
    slots.push(slot);
    if (slots.length > MOST_SLOTS) return slots;
  }
  while (slots.length <= FEWEST_SLOTS) slots.push(nextSlot(schedule, slots.at(-1) ?? SPAN_FROM));
  return slots;
}

function endsBits(slotAt: Date, nextAt: Date, zone: string): number {
  return BUCKET_RULES.reduce(
    (bits, { keyOf }, row) =>
      keyOf === undefined || keyOf(slotAt, zone) !== keyOf(nextAt, zone) ? bits | (1 << row) : bits,
    0,
  );
}

/** The sample in the buckets of one row. */
interface Buckets {
  readonly slotsMs: readonly number[];
  /** Of each slot the number of its bucket. */
  readonly bucketOf: readonly number[];
  /** Of each bucket the first slot. */
  readonly firstMs: readonly number[];
}

function readBuckets(slotsMs: readonly number[], bits: readonly number[], row: number): Buckets {
  const bucketOf: number[] = [];
  const firstMs: number[] = [];
  for (const [index, atMs] of slotsMs.entries()) {
    const isFirst = index === 0 || ((bits[index - 1] as number) & (1 << row)) !== 0;
    if (isFirst) firstMs.push(atMs);
    bucketOf.push(firstMs.length - 1);
  }
  return { slotsMs, bucketOf, firstMs };
}

/** How long one row keeps each slot of the sample; `typicalMs` where the sample ends before. Only the last of a bucket is kept. */
function keptByRule({ keep }: Policy, row: number, buckets: Buckets, typicalRuleMs: number): number[] {
  const { slotsMs, bucketOf, firstMs } = buckets;
  const rules = BUCKET_RULES[row];
  const count = rules && keep[rules.count];
  const within = rules && keep[rules.within];
  const withinMs = within === undefined ? 0 : typicalMs(within);
  let out = 0;
  return slotsMs.map((atMs, index) => {
    const nextMs = slotsMs[index + 1];
    // The newest backup always stays.
    const untilNextMs = row > 0 ? 0 : nextMs === undefined ? typicalRuleMs : nextMs - atMs;
    const isLast = nextMs === undefined || bucketOf[index] !== bucketOf[index + 1];
    if (!isLast) return untilNextMs;
    const supplantedMs = count && count !== 'all' ? firstMs[(bucketOf[index] as number) + count] : undefined;
    const countedMs =
      count === undefined || count === 0
        ? 0
        : supplantedMs === undefined
          ? typicalRuleMs
          : supplantedMs - atMs;
    while (out < slotsMs.length && (slotsMs[out] as number) < atMs + withinMs) out += 1;
    const reachedMs = withinMs === 0 ? 0 : (slotsMs[out] ?? atMs + withinMs) - atMs;
    return Math.min(Math.max(untilNextMs, countedMs, reachedMs), LONGEST_MS);
  });
}

/** From the last slot of a bucket until as many newer buckets have begun as the rule counts; the newest backup always stays. */
function ruleSpanMs({ keep }: Policy, row: number, spacingMs: number, measuredMs: number): number {
  const rules = BUCKET_RULES[row];
  const count = rules && keep[rules.count];
  const within = rules && keep[rules.within];
  const bucketMs = Math.max((BUCKET_DAYS[row] ?? 0) * DAY_MS, measuredMs, spacingMs);
  const countedMs = count === 'all' ? LONGEST_MS : count ? (count - 1) * bucketMs + spacingMs : 0;
  const withinMs = within === undefined ? 0 : typicalMs(within);
  return Math.min(Math.max(countedMs, withinMs, row === 0 ? spacingMs : 0), LONGEST_MS);
}
