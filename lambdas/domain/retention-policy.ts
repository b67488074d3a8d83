import { formatDuration, isZeroDuration, parseDuration, subtractDuration } from './duration.ts';
import type { CountRule, KeepCount, KeepRules, WithinRule } from './policy.ts';
import { dayKey, hourKey, isoWeekKey, monthKey, yearKey } from './zoned-time.ts';

/** Which rule keeps a backup, and as the newest of which bucket. */
export interface RuleReason {
  readonly rule: CountRule | WithinRule;
  /** Such as `2026-11-23` for a daily rule; absent for `last` and `within`. */
  readonly bucket?: string;
  /** Not the newest of its bucket, but the oldest backup of all while the rule still has counts left. */
  readonly oldest?: true;
}

/** The buckets of time that rules keep the newest backup of, finest first. */
export interface BucketRules {
  readonly count: CountRule;
  readonly within: WithinRule;
  /** How one is called in a sentence. */
  readonly adjective: string;
  /** Without it every backup is a bucket of its own. */
  readonly keyOf?: (at: Date, zone: string) => string;
}

export const BUCKET_RULES: readonly BucketRules[] = [
  { count: 'last', within: 'within', adjective: 'last' },
  { count: 'hourly', within: 'withinHourly', adjective: 'hourly', keyOf: hourKey },
  { count: 'daily', within: 'withinDaily', adjective: 'daily', keyOf: dayKey },
  { count: 'weekly', within: 'withinWeekly', adjective: 'weekly', keyOf: isoWeekKey },
  { count: 'monthly', within: 'withinMonthly', adjective: 'monthly', keyOf: monthKey },
  { count: 'yearly', within: 'withinYearly', adjective: 'yearly', keyOf: yearKey },
];

const NO_REASONS: readonly RuleReason[] = [];

/** One pass over the backups with one kind of bucket, for its count and its within rule. */
interface Walk {
  readonly rules: BucketRules;
  countLeft: number;
  countedBucket: string | undefined;
  /** Only what is newer than this falls under the within rule. */
  readonly withinAfterMs: number;
  withinBucket: string | undefined;
}

/**
 * Says by which rules each backup is kept, as restic does: the rules are walked together and independently, the newest of each
 * bucket is kept, and the oldest backup of all for every rule that has counts left (for a within rule: if it is still in reach).
 * `within…` is measured from the newest backup given, and what is exactly that far back is out.
 *
 * `daily: 2 over 23rd 20:00, 23rd 08:00, 22nd 08:00, 21st 08:00 → keeps 23rd 20:00 and 22nd 08:00`
 *
 * @param newestFirst only backups that take part: good, not pinned, none from the future.
 * @returns one list per backup, in the same order; empty: no rule keeps it.
 * @see restic internal/data/snapshot_policy.go, ApplyPolicy (2026-08)
 */
export function applyKeepRules(
  newestFirst: readonly { readonly dataTimestampAt: Date }[],
  keep: KeepRules,
  zone: string,
): (readonly RuleReason[])[] {
  const [newest] = newestFirst;
  if (newest === undefined) return [];
  const walks = openWalks(keep, newest.dataTimestampAt, zone);
  const last = newestFirst.length - 1;
  return newestFirst.map(({ dataTimestampAt }, index) => {
    let reasons = NO_REASONS as RuleReason[];
    for (const walk of walks) {
      // The key of the every-backup bucket need only differ from the one before.
      const bucket = walk.rules.keyOf?.(dataTimestampAt, zone);
      const byCount = walk.countLeft > 0 ? visitCount(walk, bucket, index === last) : undefined;
      const isWithin = dataTimestampAt.getTime() > walk.withinAfterMs;
      const byWithin = isWithin ? visitWithin(walk, bucket, index === last) : undefined;
      if (byCount === undefined && byWithin === undefined) continue;
      if (reasons === NO_REASONS) reasons = [];
      if (byCount !== undefined) reasons.push(byCount);
      if (byWithin !== undefined) reasons.push(byWithin);
    }
    return reasons;
  });
}

function openWalks(keep: KeepRules, newestAt: Date, zone: string): Walk[] {
  const walks: Walk[] = [];
  for (const rules of BUCKET_RULES) {
    const countLeft = countOf(keep[rules.count]);
    const within = keep[rules.within];
    const hasWithin = within !== undefined && !isZeroDuration(within);
    if (countLeft <= 0 && !hasWithin) continue;
    walks.push({
      rules,
      countLeft,
      countedBucket: undefined,
      withinAfterMs: hasWithin
        ? subtractDuration(newestAt, within, zone).getTime()
        : Number.POSITIVE_INFINITY,
      withinBucket: undefined,
    });
  }
  return walks;
}

function visitCount(walk: Walk, bucket: string | undefined, isOldest: boolean): RuleReason | undefined {
  const isNewBucket = bucket === undefined || bucket !== walk.countedBucket;
  if (!isNewBucket && !isOldest) return undefined;
  walk.countedBucket = bucket;
  walk.countLeft -= 1;
  return toReason(walk.rules.count, bucket, isNewBucket);
}

function visitWithin(walk: Walk, bucket: string | undefined, isOldest: boolean): RuleReason | undefined {
  const isNewBucket = bucket === undefined || bucket !== walk.withinBucket;
  if (!isNewBucket && !isOldest) return undefined;
  walk.withinBucket = bucket;
  return toReason(walk.rules.within, bucket, isNewBucket);
}

function toReason(rule: RuleReason['rule'], bucket: string | undefined, isNewBucket: boolean): RuleReason {
  if (bucket === undefined) return { rule };
  return isNewBucket ? { rule, bucket } : { rule, bucket, oldest: true };
}

function countOf(count: KeepCount | undefined): number {
  return count === 'all' ? Number.POSITIVE_INFINITY : (count ?? 0);
}

/** One English sentence: `Keeps the last 3, 7 daily and 4 weekly backups, and every backup within 48h of the newest.` */
export function describePolicy(keep: KeepRules): string {
  const counts = BUCKET_RULES.flatMap(({ count, adjective }) => describeCount(keep[count], adjective));
  const withins = BUCKET_RULES.flatMap(({ within, adjective }) => {
    const duration = keep[within];
    if (duration === undefined || isZeroDuration(duration)) return [];
    const which = within === 'within' ? 'every backup' : `${adjective} backups`;
    return [`${which} within ${formatDuration(duration)} of the newest`];
  });
  const counted = counts.length === 0 ? [] : [`${joinWords(counts)} backups`];
  const parts = [...counted, ...withins];
  return parts.length === 0 ? 'Keeps nothing.' : `Keeps ${parts.join(', and ')}.`;
}

function describeCount(count: KeepCount | undefined, adjective: string): string[] {
  if (countOf(count) <= 0) return [];
  if (adjective === 'last') return [count === 'all' ? 'all' : `the last ${count}`];
  return [`${count} ${adjective}`];
}

function joinWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** One text for all ways to write the same rules: `last=3 daily=7 monthly=all within=48h`. Rules that keep nothing are left out. */
export function canonicalKeepRules(keep: KeepRules): string {
  const counts = BUCKET_RULES.flatMap(({ count }) =>
    countOf(keep[count]) > 0 ? [`${count}=${keep[count]}`] : [],
  );
  const withins = BUCKET_RULES.flatMap(({ within }) => {
    const duration = keep[within];
    return duration === undefined || isZeroDuration(duration)
      ? []
      : [`${within}=${formatDuration(duration)}`];
  });
  return [...counts, ...withins].join(' ');
}

/**
 * Reads what `canonicalKeepRules` writes.
 *
 * @throws {RangeError} or {DurationSyntaxError} for any other text.
 */
export function parseKeepRules(text: string): KeepRules {
  const entries = text
    .split(' ')
    .filter((part) => part !== '')
    .map(parseRule);
  const keep = Object.fromEntries(entries) as KeepRules;
  if (canonicalKeepRules(keep) !== text) throw new RangeError(`"${text}" are no canonical keep rules`);
  return keep;
}

function parseRule(part: string): [string, unknown] {
  const [rule = '', value = ''] = part.split('=');
  const isCount = BUCKET_RULES.some(({ count }) => count === rule);
  if (isCount) return [rule, value === 'all' ? 'all' : Number(value)];
  return [rule, parseDuration(value)];
}
