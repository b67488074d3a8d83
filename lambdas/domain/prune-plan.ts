import { type Backup, type BackupId, compareNewestFirst } from './backup.ts';
import { type ChainLink, inferChains } from './backup-chain.ts';
import type { Pin } from './backup-record.ts';
import type { Decision, KeepReason } from './decision.ts';
import { hasAge } from './max-age.ts';
import { isInForce } from './pin.ts';
import type { Policy } from './policy.ts';
import { applyKeepRules } from './retention-policy.ts';
import { type FormerTerms, withTerms } from './retention-terms.ts';

/** A backup with what its marker says. */
export interface PlannedBackup {
  readonly backup: Backup;
  /** The policy in its marker; absent: foreign. */
  readonly policy?: string;
  readonly slotAt?: Date;
  readonly pin?: Pin;
  /** A restore that is under way needs it, until then at the longest. */
  readonly restoreUntil?: Date;
}

export interface PrunePlanInput {
  /** Everything on ONE volume, foreign backups included, in any order; each id once. */
  readonly backups: readonly PlannedBackup[];
  readonly policies: ReadonlyMap<string, Policy>;
  /** On the cloud's clock, as the stamps are. */
  readonly now: Date;
  /** By policy name: terms that still keep what they kept. */
  readonly formerTerms?: ReadonlyMap<string, readonly FormerTerms[]>;
  /** By policy name: why nothing of it may be deleted now. */
  readonly isBlocked?: ReadonlyMap<string, string>;
  /** The volume no longer exists: `onVolumeGone` applies. */
  readonly volumeGone?: boolean;
}

interface Item {
  readonly backup: Backup;
  readonly link: ChainLink;
  readonly policy: Policy | undefined;
  because: KeepReason[];
  isGood: boolean;
  isPinned: boolean;
  isBeyondMaxAge: boolean;
  /** Kept or held. */
  stays: boolean;
  neededBy: BackupId[];
}

const NO_REASONS: readonly KeepReason[] = [];
const NO_IDS: readonly BackupId[] = [];

/**
 * Decides the fate of every backup of ONE volume, under all its policies at once. Precedence: pin > hold > `atLeast` > `maxAge` >
 * keep rules; `maxAgeStrict` outranks `atLeast`. Only good backups take part in the keep rules, without the pinned ones and those beyond
 * `maxAge`. Whatever is not ours, not `available`, from the future or not restorable is kept, and the reason says so.
 *
 * `F40 i39 i20 → keep i20, hold i39, hold F40`
 *
 * @returns one decision per input, children before their possible parents, so that carrying out the deletions in order may be
 *   stopped anywhere; the same whatever the order of the input.
 */
export function planPrune(input: PrunePlanInput): Decision[] {
  return planOn(inferChains(input.backups.map(({ backup }) => backup)), input);
}

type Chains = ReturnType<typeof inferChains>;

function planOn(chains: Chains, input: PrunePlanInput): Decision[] {
  const items = toItems(chains, input);
  const byPolicy = groupByPolicy(items);
  for (const [policy, group] of byPolicy) applyPolicy(policy, group, chains, input);
  const stay = (item: Item): void => markStaying(item, items);
  for (const item of items) if (item.because.length > 0 || item.link.hasUnknownDependent) stay(item);
  for (const [policy, group] of byPolicy) keepAtLeast(policy, group, input, stay);
  keepLastGood(items, stay);
  return decide(items);
}

/** The policy that owns the backups marked with a name: the one called so, else the one that was `formerly`. */
export function policyOf(name: string, policies: ReadonlyMap<string, Policy>): Policy | undefined {
  const policy = policies.get(name);
  if (policy !== undefined) return policy;
  return [...policies.values()].find(({ formerly }) => formerly.includes(name));
}

/** In the order of the links, parents before children. */
function toItems(chains: Chains, { backups, policies, now, volumeGone }: PrunePlanInput): Item[] {
  const plannedById = new Map(backups.map((planned) => [planned.backup.id, planned]));
  const owners = new Map<string, Policy | undefined>();
  const ownerOf = (name: string): Policy | undefined => {
    if (!owners.has(name)) owners.set(name, policyOf(name, policies));
    return owners.get(name);
  };
  const items: Item[] = [];
  for (const link of chains.values()) {
    const planned = plannedById.get(link.backup.id) as PlannedBackup;
    const policy = planned.policy === undefined ? undefined : ownerOf(planned.policy);
    const item = toItem(planned, link, policy, now);
    if (volumeGone && policy?.onVolumeGone === 'keep') item.because.push({ rule: 'onVolumeGone' });
    items.push(item);
  }
  return items;
}

function toItem(planned: PlannedBackup, link: ChainLink, policy: Policy | undefined, now: Date): Item {
  const { backup, pin, restoreUntil } = planned;
  const isFuture = backup.dataTimestampAt.getTime() > now.getTime();
  const isGood = policy !== undefined && link.isRestorable && !isFuture;
  const isPinned = pin !== undefined && isInForce(pin, now);
  const isBeyondMaxAge =
    policy?.maxAge !== undefined &&
    hasAge(backup.dataTimestampAt, policy.maxAge, policy.schedule.timezone, now);
  const because: KeepReason[] = [];
  if (isPinned) because.push({ rule: 'pinned', ...pin });
  if (restoreUntil !== undefined && restoreUntil.getTime() > now.getTime())
    because.push({ rule: 'restore', until: restoreUntil });
  if (planned.policy === undefined) because.push({ rule: 'foreign' });
  else if (policy === undefined) because.push({ rule: 'policyRemoved', policy: planned.policy });
  if (backup.status !== 'available')
    because.push({ rule: 'status', status: backup.status, statusText: backup.statusText });
  else if (isFuture) because.push({ rule: 'future', until: backup.dataTimestampAt });
  else if (policy !== undefined && !isGood && !(policy.maxAgeStrict && isBeyondMaxAge))
    because.push({ rule: link.isBroken ? 'broken' : 'parentNotAvailable' });
  return { backup, link, policy, because, isGood, isPinned, isBeyondMaxAge, stays: false, neededBy: [] };
}

/** By name, so that no result depends on the order of the input. */
function groupByPolicy(items: readonly Item[]): [Policy, Item[]][] {
  const groups = new Map<Policy, Item[]>();
  for (const item of items) {
    if (item.policy === undefined) continue;
    const group = groups.get(item.policy);
    if (group === undefined) groups.set(item.policy, [item]);
    else group.push(item);
  }
  for (const group of groups.values()) group.sort((a, b) => compareNewestFirst(a.backup, b.backup));
  return [...groups].sort(([a], [b]) => (a.name < b.name ? -1 : 1));
}

/** Adds the reasons of one policy's rules to its backups. */
function applyPolicy(
  policy: Policy,
  newestFirst: readonly Item[],
  chains: Chains,
  input: PrunePlanInput,
): void {
  const walked = newestFirst.filter((item) => item.isGood && !item.isPinned && !item.isBeyondMaxAge);
  const stamps = walked.map(({ backup }) => backup);
  const reasons = applyKeepRules(stamps, policy.keep, policy.schedule.timezone);
  walked.forEach((item, index) => {
    const found = reasons[index] ?? [];
    if (found.length > 0) item.because = item.because.length === 0 ? [...found] : [...found, ...item.because];
  });
  applyFormerTerms(policy, newestFirst, chains, input);
  const why = input.isBlocked?.get(policy.name);
  if (why === undefined) return;
  for (const item of newestFirst) if (item.because.length === 0) item.because.push({ rule: 'blocked', why });
}

/** What the policy's former terms keep, by this very planner, stays until their days of grace are over. A duty to delete goes before. */
function applyFormerTerms(
  policy: Policy,
  group: readonly Item[],
  chains: Chains,
  input: PrunePlanInput,
): void {
  const former = (input.formerTerms?.get(policy.name) ?? [])
    .filter(({ until }) => input.now.getTime() < until.getTime())
    .sort((a, b) => b.until.getTime() - a.until.getTime());
  for (const { terms, until } of former) {
    const kept = keptUnder(withTerms(policy, terms), chains, input);
    for (const item of group) {
      const formerly = kept.get(item.backup.id);
      if (formerly === undefined || item.because.length > 0) continue;
      if (policy.maxAgeStrict && item.isBeyondMaxAge) continue;
      item.because.push({ rule: 'grace', until, formerly });
    }
  }
}

function keptUnder(
  policy: Policy,
  chains: Chains,
  { formerTerms: _former, isBlocked: _now, ...input }: PrunePlanInput,
): Map<BackupId, readonly KeepReason[]> {
  const policies = new Map([...input.policies, [policy.name, policy]]);
  const kept = planOn(chains, { ...input, policies }).filter(({ verdict }) => verdict === 'keep');
  return new Map(kept.map(({ backup, because }) => [backup.id, because]));
}

/** It stays, and so does everything that it may be based on. */
function markStaying(item: Item, items: readonly Item[]): void {
  const open = [item];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next.stays) continue;
    next.stays = true;
    for (const parent of next.link.parents) open.push(items[parent.rank] as Item);
  }
}

/**
 * Keeps the newest good backup, and more, newest first, until `atLeast` good ones of the policy stay. A duty to delete goes before, but
 * for the last good one of a volume that is gone.
 */
function keepAtLeast(
  policy: Policy,
  newestFirst: readonly Item[],
  { volumeGone }: PrunePlanInput,
  stay: (item: Item) => void,
): void {
  const good = newestFirst.filter((item) => item.isGood);
  const [newest] = good;
  if (newest !== undefined && !newest.stays && volumeGone && policy.onVolumeGone === 'keepLast') {
    newest.because.push({ rule: 'onVolumeGone' });
    stay(newest);
  }
  const canStay = good.filter((item) => !(policy.maxAgeStrict && item.isBeyondMaxAge));
  let count = good.filter((item) => item.stays).length;
  for (const [index, item] of canStay.entries()) {
    const isWanted = count < policy.atLeast || (index === 0 && policy.atLeast > 0);
    if (!isWanted) break;
    if (item.stays) continue;
    item.because.push({ rule: 'atLeast' });
    stay(item);
    count = good.filter((other) => other.stays).length;
  }
}

/** Whatever `atLeast` says, no policy deletes the newest good backup of a volume, unless it is a duty. */
function keepLastGood(items: readonly Item[], stay: (item: Item) => void): void {
  let newest: Item | undefined;
  for (const item of items) {
    if (item.isGood && (newest === undefined || compareNewestFirst(item.backup, newest.backup) < 0))
      newest = item;
  }
  if (newest === undefined || newest.stays || (newest.policy?.maxAgeStrict && newest.isBeyondMaxAge)) return;
  newest.because.push({ rule: 'lastGood' });
  stay(newest);
}

/** Newest first by creation, so that children come before their parents. */
function decide(items: readonly Item[]): Decision[] {
  return items.toReversed().map((item): Decision => {
    if (item.stays) {
      for (const parent of item.link.parents) items[parent.rank]?.neededBy.push(item.backup.id);
    }
    const { backup, policy, isBeyondMaxAge, because, neededBy } = item;
    const isKept = because.length > 0;
    if (item.stays && !isKept && item.link.hasUnknownDependent) because.push({ rule: 'unknownDependent' });
    return {
      backup,
      ...(policy && { policy: policy.name }),
      verdict: isKept ? 'keep' : item.stays ? 'hold' : 'delete',
      because: because.length > 0 ? because : NO_REASONS,
      neededBy: item.stays && !isKept ? neededBy : NO_IDS,
      beyondMaxAge: isBeyondMaxAge,
    };
  });
}
