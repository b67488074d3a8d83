import { type KeepSpans, keepSpansOf } from './keep-span.ts';
import { typicalMs } from './max-age.ts';
import type { CountRule, Policy } from './policy.ts';
import { BUCKET_RULES } from './retention-policy.ts';

/** Where `full: auto` puts a policy's fulls. */
export interface AutoPlacement {
  /** On the last slot of each bucket of these rows of `BUCKET_RULES`, as bits. */
  readonly bits: number;
  /** And whenever the chain is this long. */
  readonly maxLength: number;
}

/** What a placement comes to in the long run. */
export interface PlacementPrice {
  /** Backups that stay, on average. */
  readonly backups: number;
  /** Bytes that stay, on average, in sizes of the volume. */
  readonly volumes: number;
}

/** How many more backups than with fulls alone may stay for the sake of fewer bytes: 1.2, less what the estimate can be wrong by. */
const BACKUPS_BUDGET = 1.197;
const LONGEST_CHAIN = 400;
/** Up to here every length is tried; beyond, one in twenty more makes no difference. */
const LONGEST_EXACT_CHAIN = 60;
const LENGTH_STEP = 1.05;
/** Chains that nothing on the calendar begins stand anyhow to it: the mean of so many ways. */
const PHASES = 7;
/** In sizes of the volume. */
const SAME_VOLUMES = 1e-9;
/** Buckets that fulls can end, the simplest first. A month need not end with a week; any other bucket ends with the finer ones. */
const ENDED_ROWS: readonly (readonly CountRule[])[] = [
  [],
  ['yearly'],
  ['monthly'],
  ['weekly'],
  ['daily'],
  ['hourly'],
  ['weekly', 'monthly'],
  ['weekly', 'yearly'],
];
const DAY_MS = 86_400_000;

const chosen = new WeakMap<Policy, AutoPlacement>();

/**
 * The placement that `full: auto` stands for, worked out once per policy. Long-kept backups must not be the tails of long chains, as each
 * would hold its whole chain: so the family to choose from has the fulls on the last slots of days, weeks, months, … (the slots that the
 * coarser rules keep), and limits the chains in between. `provisioned` takes the fewest bytes among those that keep at most 1.2 x the
 * backups that fulls alone would; `stored` takes the fewest bytes.
 */
export function chooseAutoPlacement(policy: Policy): AutoPlacement {
  const known = chosen.get(policy);
  if (known !== undefined) return known;
  const made = findBest(policy);
  chosen.set(policy, made);
  return made;
}

function findBest(policy: Policy): AutoPlacement {
  const always: AutoPlacement = { bits: 0, maxLength: 1 };
  const budget = estimatePrice(policy, always).backups * BACKUPS_BUDGET;
  let best = always;
  let bestVolumes = Number.POSITIVE_INFINITY;
  for (const placement of familyOf(policy)) {
    const { backups, volumes } = estimatePrice(policy, placement);
    if (policy.billedBy === 'provisioned' && backups > budget) continue;
    const isSame = Math.abs(volumes - bestVolumes) < SAME_VOLUMES;
    // Of placements that come to the same the one with the longer chains, as it has no needless limit, then the simplest.
    const isBetter = isSame ? placement.maxLength > best.maxLength : volumes < bestVolumes;
    if (isBetter) [best, bestVolumes] = [placement, volumes];
  }
  return best;
}

/** The simplest first. */
function* familyOf(policy: Policy): Generator<AutoPlacement> {
  yield { bits: 0, maxLength: 1 };
  const { coarseBits, slotsMs } = keepSpansOf(policy);
  const rows = ENDED_ROWS.map((rules) => bitsOf(rules)).filter((bits) => (bits & ~coarseBits) === 0);
  const longest = Math.min(policy.chain.maxLength, LONGEST_CHAIN, slotsMs.length >> 1);
  for (let maxLength = 2; maxLength <= longest; maxLength = nextLength(maxLength, longest)) {
    for (const bits of rows) yield { bits, maxLength };
  }
}

function bitsOf(rules: readonly CountRule[]): number {
  return BUCKET_RULES.reduce((bits, { count }, row) => (rules.includes(count) ? bits | (1 << row) : bits), 0);
}

function nextLength(length: number, longest: number): number {
  if (length < LONGEST_EXACT_CHAIN || length === longest) return length + 1;
  return Math.min(Math.ceil(length * LENGTH_STEP), longest);
}

/**
 * What a placement comes to if every slot is backed up: a backup stays as long as its rules keep it or anything after it in
 * its chain, and its mean number is its stay over the distance to the next.
 */
export function estimatePrice(policy: Policy, placement: AutoPlacement): PlacementPrice {
  const spans = keepSpansOf(policy);
  const phases = placement.bits === 0 ? Math.min(placement.maxLength, PHASES) : 1;
  let [backups, volumes] = [0, 0];
  for (let phase = 0; phase < phases; phase += 1) {
    const first = Math.floor((phase * placement.maxLength) / phases);
    const price = priceFrom(first, policy, spans, placement);
    backups += price.backups / phases;
    volumes += price.volumes / phases;
  }
  return { backups, volumes };
}

/** The first chain begins in slot `first` of the sample. */
function priceFrom(
  first: number,
  policy: Policy,
  spans: KeepSpans,
  placement: AutoPlacement,
): PlacementPrice {
  const { slotsMs } = spans;
  const starts = chainStarts(policy, spans, placement, first);
  // The last chain is cut short by the end of the sample, unless there is no other.
  const counted = starts.length > 1 ? (starts.at(-1) as number) : slotsMs.length - 1;
  const [limitMs, changePerMs] = [maxAgeMs(policy), policy.changeRate / DAY_MS];
  let chain = starts.length - (starts.length > 1 ? 2 : 1);
  let [stayMs, volumesMs, endMs] = [0, 0, 0];
  for (let index = counted - 1; index >= first; index -= 1) {
    const atMs = slotsMs[index] as number;
    endMs = Math.max(endMs, atMs + Math.min(spans.keptMs[index] as number, limitMs));
    const isStart = index === starts[chain];
    const share = isStart ? 1 : Math.min(1, changePerMs * (atMs - (slotsMs[index - 1] as number)));
    stayMs += endMs - atMs;
    volumesMs += (endMs - atMs) * share;
    if (!isStart) continue;
    chain -= 1;
    endMs = 0;
  }
  const lengthMs = (slotsMs[counted] as number) - (slotsMs[first] as number);
  return { backups: stayMs / lengthMs, volumes: volumesMs / lengthMs };
}

function chainStarts(
  policy: Policy,
  spans: KeepSpans,
  { bits, maxLength }: AutoPlacement,
  first: number,
): number[] {
  const { slotsMs, endsBits, keptMs } = spans;
  const chainMs =
    policy.chain.maxAge === undefined ? Number.POSITIVE_INFINITY : typicalMs(policy.chain.maxAge);
  const limitMs = maxAgeMs(policy);
  const starts: number[] = [first];
  let start = first;
  for (let index = first + 1; index < slotsMs.length; index += 1) {
    const ageMs = (slotsMs[index] as number) - (slotsMs[start] as number);
    const isFull =
      index - start >= maxLength ||
      ((endsBits[index] as number) & bits) !== 0 ||
      ageMs >= chainMs ||
      ageMs + Math.min(keptMs[index] as number, limitMs) > limitMs;
    if (!isFull) continue;
    starts.push(index);
    start = index;
  }
  return starts;
}

function maxAgeMs({ maxAge }: Policy): number {
  return maxAge === undefined ? Number.POSITIVE_INFINITY : typicalMs(maxAge);
}
