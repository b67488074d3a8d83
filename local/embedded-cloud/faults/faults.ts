import { z } from 'zod';
import { OPERATIONS, type Operation } from '../protocol/operations.ts';

const match = z.strictObject({
  operation: z.enum(OPERATIONS).optional(),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']).optional(),
  /** A part of the path, or a glob over all of it when it holds a `*`. */
  path: z.string().min(1).optional(),
  volumeId: z.string().min(1).optional(),
  volumeName: z.string().min(1).optional(),
  incremental: z.boolean().optional(),
});

const milliseconds = z.number().int().min(0).max(3_600_000);
const effect = z
  .strictObject({
    refuse: z
      .strictObject({
        status: z.number().int().min(400).max(599),
        message: z.string().optional(),
        retryAfterSeconds: z.number().int().min(0).optional(),
      })
      .optional(),
    delayMs: milliseconds.optional(),
    dropAnswer: z.literal(true).optional(),
    dropRequest: z.literal(true).optional(),
    truncateBody: z.literal(true).optional(),
    stuck: z.literal(true).optional(),
    fail: z.strictObject({ reason: z.string() }).optional(),
    failDelete: z.strictObject({ reason: z.string() }).optional(),
    silentFull: z.literal(true).optional(),
  })
  .refine((effects) => Object.values(effects).filter((value) => value !== undefined).length === 1, {
    error: 'name exactly one effect',
  });

/**
 * One way in which the cloud misbehaves. All rules that match a request strike it; of two refusals the first counts.
 * A fault strikes a request that is well formed and has a valid token; those on the outcome of background work
 * (`stuck`, `fail`, `failDelete`, `silentFull`) strike, and count, only when the work is accepted.
 *
 * - `refuse`: answers this status instead of doing the work (401, 413, 429, 5xx …).
 * - `delayMs`: answers so much later, in real time; the work is done at once.
 * - `dropAnswer`: does the work, then cuts the connection. `dropRequest`: cuts it before.
 * - `truncateBody`: announces the whole body, sends half of it, cuts the connection.
 * - `stuck`: the backup stays `creating` for ever, and its volume `backing-up`
 *   (with `operation` also: a restore, a deletion or a snapshot that never ends).
 * - `fail`: the backup ends in `error` with this `fail_reason`; a snapshot in `error`; the volume of a restore in
 *   `error_restoring`. `failDelete`: the deletion ends in `error`.
 * - `silentFull`: asked for an incremental, the cloud makes a full and says nothing, as the Ceph driver does when
 *   the parent's snapshot is gone.
 */
export const faultRule = z.strictObject({
  match: match.default({}),
  /** How often it strikes; without it, always. */
  times: z.number().int().min(1).optional(),
  /** So many matching requests pass before the first strike. */
  after: z.number().int().min(0).default(0),
  /** Strikes this share of the matching requests, drawn from a generator started at `seed`. */
  probability: z.number().min(0).max(1).optional(),
  seed: z.number().int().default(1),
  effect,
});

/** A file of fault rules (`--faults FILE`): a list; an unknown key is an error and is named. */
export const faultRules = z.array(faultRule);

export type FaultRule = z.input<typeof faultRule>;
type ParsedRule = z.output<typeof faultRule>;
export type Effect = ParsedRule['effect'];
export type EffectName = keyof Effect;

/** What is known of a request when faults are chosen. */
export interface FaultSubject {
  readonly operation: Operation;
  readonly method: string;
  readonly path: string;
  readonly volumeId: string | undefined;
  readonly volumeName: string | undefined;
  readonly incremental: boolean | undefined;
}

/** Where a rule that names no operation strikes; an effect not listed strikes everywhere. */
const USUAL_OPERATIONS: Partial<Record<EffectName, readonly Operation[]>> = {
  stuck: ['create-backup'],
  fail: ['create-backup', 'create-snapshot', 'restore-backup'],
  failDelete: ['delete-backup', 'force-delete-backup', 'delete-snapshot'],
  silentFull: ['create-backup'],
};

interface ActiveRule {
  readonly rule: ParsedRule;
  readonly effectName: EffectName;
  readonly draw: () => number;
  matched: number;
  struck: number;
}

/** The fault rules in force, with how often each has struck. */
export class FaultSchedule {
  readonly #rules = new Map<string, ActiveRule>();
  #added = 0;

  get isEmpty(): boolean {
    return this.#rules.size === 0;
  }

  /** @throws {z.ZodError} when the rule is not one. */
  add(rule: FaultRule): string {
    const parsed = faultRule.parse(rule);
    this.#added += 1;
    const id = `fault-${this.#added}`;
    this.#rules.set(id, {
      rule: parsed,
      effectName: effectNameOf(parsed.effect),
      draw: createDraw(parsed.seed),
      matched: 0,
      struck: 0,
    });
    return id;
  }

  remove(id: string): boolean {
    return this.#rules.delete(id);
  }

  clear(): void {
    this.#rules.clear();
  }

  list(): { readonly id: string; readonly rule: FaultRule; readonly struck: number }[] {
    return [...this.#rules].map(([id, { rule, struck }]) => ({ id, rule, struck }));
  }

  /** The effects of these kinds that strike this request now; each counts as a strike of its rule. */
  take(names: readonly EffectName[], subject: FaultSubject): Effect[] {
    const effects: Effect[] = [];
    for (const active of this.#rules.values()) {
      if (names.includes(active.effectName) && isMatch(active, subject) && strikes(active)) {
        effects.push(active.rule.effect);
      }
    }
    return effects;
  }
}

function effectNameOf(effects: Effect): EffectName {
  return (Object.keys(effects) as EffectName[]).find((name) => effects[name] !== undefined) as EffectName;
}

function isMatch({ rule, effectName }: ActiveRule, subject: FaultSubject): boolean {
  const { operation, method, path, volumeId, volumeName, incremental } = rule.match;
  const operations = operation === undefined ? USUAL_OPERATIONS[effectName] : [operation];
  return (
    (operations === undefined || operations.includes(subject.operation)) &&
    (method === undefined || method === subject.method) &&
    (path === undefined || isPathMatch(path, subject.path)) &&
    (volumeId === undefined || volumeId === subject.volumeId) &&
    (volumeName === undefined || volumeName === subject.volumeName) &&
    (incremental === undefined || incremental === subject.incremental)
  );
}

function isPathMatch(pattern: string, path: string): boolean {
  if (!pattern.includes('*')) return path.includes(pattern);
  const expression = pattern
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${expression}$`).test(path);
}

function strikes(active: ActiveRule): boolean {
  const { times, after, probability } = active.rule;
  active.matched += 1;
  if (active.matched <= after) return false;
  if (times !== undefined && active.struck >= times) return false;
  if (probability !== undefined && active.draw() >= probability) return false;
  active.struck += 1;
  return true;
}

/** Numbers in [0, 1) that are the same in each run for the same seed (mulberry32). */
function createDraw(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
