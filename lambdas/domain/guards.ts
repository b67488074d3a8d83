import type { BackupId, VolumeId } from './backup.ts';
import type { Decision } from './decision.ts';
import type { Policy } from './policy.ts';

export interface Deletion {
  readonly backupId: BackupId;
  /** The policy that judged it. */
  readonly policy: string;
  /** It had expired before, and only dependents that go now were in the way. */
  readonly wasHeld: boolean;
}

/** What is to be deleted on one volume, and of how many; little enough to hold for every volume of a run. */
export interface VolumeDeletions {
  readonly volumeId: VolumeId;
  /** In an order in which they are safe. */
  readonly deletions: readonly Deletion[];
  /** Backups that each policy has on the volume, those to be deleted included. */
  readonly backupCounts: ReadonlyMap<string, number>;
}

export type GuardKey = 'guards.maxDeletes' | 'guards.maxDeleteShare';

export interface GuardBreach {
  /** Where nothing is deleted: all of the policy, or all of the volume. */
  readonly scope: 'policy' | 'volume';
  readonly policy: string;
  readonly volumeId?: VolumeId;
  readonly key: GuardKey;
  readonly limit: number;
  /** Deletions planned there. */
  readonly count: number;
  /** Backups there, those to be deleted included. */
  readonly total: number;
  /** What was breached, and what to do. */
  readonly explanation: string;
}

export interface GuardedDeletions {
  /** The volumes on which something may be deleted, in the order given. */
  readonly allowed: readonly VolumeDeletions[];
  readonly breaches: readonly GuardBreach[];
}

/** In place of the policies' own limits: someone looked at it and said so. */
export interface GuardOverrides {
  readonly maxDeletes?: number;
  /** 0 to 1. */
  readonly maxDeleteShare?: number;
}

/** Where no limit is given: one deletion for each new backup is usual, and a few days can come together. */
const USUAL_DELETES = 500;
const USUAL_DELETES_PER_VOLUME = 5;
/** A share says nothing about fewer: of two backups the deletion of one is half. */
const FEWEST_FOR_A_VOLUME_SHARE = 5;

/**
 * What the guards need of a volume's decisions. Backups of removed policies and foreign ones do not count.
 *
 * @param wasHeld whether the decision before this one was `hold`, as far as it is remembered. When the last of a chain goes, the rest
 *   goes with it, and that is no surprise: it does not count in shares.
 */
export function toDeletions(
  volumeId: VolumeId,
  decisions: readonly Decision[],
  wasHeld: (backupId: BackupId) => boolean = () => false,
): VolumeDeletions {
  const backupCounts = new Map<string, number>();
  const deletions: Deletion[] = [];
  for (const { policy, verdict, backup } of decisions) {
    if (policy === undefined) continue;
    backupCounts.set(policy, (backupCounts.get(policy) ?? 0) + 1);
    if (verdict === 'delete') deletions.push({ backupId: backup.id, policy, wasHeld: wasHeld(backup.id) });
  }
  return { volumeId, deletions, backupCounts };
}

/**
 * Stops deletions that go too far: more than `maxDeletes` of a policy in one run, more than `maxDeleteShare` of a policy's backups,
 * or of a volume's if it has at least 5 (the lowest share of the policies that would delete there). A breach deletes nothing there.
 * What was held before is left out of shares on both sides, and where `maxDeletes` is not given, of the 500, or 5 for each volume on which
 * something would be deleted, that stand in its place.
 *
 * A volume on which one policy is stopped waits as a whole, as the deletions of the others may be ancestors of what stays.
 *
 * @param volumes all that the run would delete from, and more: every backup given counts in the policies' totals.
 * @param totals backups of each policy in all, where the volumes given are not all that it has.
 */
export function applyGuards(
  volumes: readonly VolumeDeletions[],
  policies: ReadonlyMap<string, Pick<Policy, 'guards'>>,
  overrides: GuardOverrides = {},
  totals: ReadonlyMap<string, number> = new Map(),
): GuardedDeletions {
  const guardsOf = (policy: string): GuardOverrides => ({ ...policies.get(policy)?.guards, ...overrides });
  const policyBreaches = findPolicyBreaches(volumes, guardsOf, totals);
  const stopped = new Set(policyBreaches.map(({ policy }) => policy));
  const breaches = [...policyBreaches];
  const allowed: VolumeDeletions[] = [];
  for (const volume of volumes) {
    const breach = findVolumeBreach(volume, guardsOf);
    if (breach !== undefined) breaches.push(breach);
    const isStopped = breach !== undefined || volume.deletions.some(({ policy }) => stopped.has(policy));
    if (!isStopped && volume.deletions.length > 0) allowed.push(volume);
  }
  return { allowed, breaches };
}

type GuardsOf = (policy: string) => GuardOverrides;

function findPolicyBreaches(
  volumes: readonly VolumeDeletions[],
  guardsOf: GuardsOf,
  totals: ReadonlyMap<string, number>,
): GuardBreach[] {
  const counts = new Map<string, number>();
  const released = new Map<string, number>();
  const volumeCounts = new Map<string, number>();
  const seen = new Map<string, number>();
  const add = (sums: Map<string, number>, policy: string, count: number) =>
    sums.set(policy, (sums.get(policy) ?? 0) + count);
  for (const { deletions, backupCounts } of volumes) {
    for (const { policy, wasHeld } of deletions) {
      add(counts, policy, 1);
      if (wasHeld) add(released, policy, 1);
    }
    for (const policy of new Set(deletions.map((deletion) => deletion.policy))) add(volumeCounts, policy, 1);
    for (const [policy, count] of backupCounts) add(seen, policy, count);
  }
  return [...counts].flatMap(([policy, count]) => {
    const total = Math.max(totals.get(policy) ?? 0, seen.get(policy) ?? 0);
    const { maxDeletes, maxDeleteShare } = guardsOf(policy);
    const where = { scope: 'policy', policy, count, total } as const;
    const releasedCount = released.get(policy) ?? 0;
    const usual = Math.max(USUAL_DELETES, USUAL_DELETES_PER_VOLUME * (volumeCounts.get(policy) ?? 0));
    const limit = maxDeletes ?? usual;
    if ((maxDeletes === undefined ? count - releasedCount : count) > limit)
      return [toBreach({ ...where, key: 'guards.maxDeletes', limit })];
    if (maxDeleteShare !== undefined && count - releasedCount > maxDeleteShare * (total - releasedCount))
      return [toBreach({ ...where, key: 'guards.maxDeleteShare', limit: maxDeleteShare })];
    return [];
  });
}

function findVolumeBreach(
  { volumeId, deletions, backupCounts }: VolumeDeletions,
  guardsOf: GuardsOf,
): GuardBreach | undefined {
  const total = [...backupCounts.values()].reduce((sum, count) => sum + count, 0);
  if (deletions.length === 0 || total < FEWEST_FOR_A_VOLUME_SHARE) return undefined;
  const limits = [...new Set(deletions.map(({ policy }) => policy))].map((policy) => ({
    policy,
    limit: guardsOf(policy).maxDeleteShare ?? 1,
  }));
  const lowest = limits.reduce((least, each) => (each.limit < least.limit ? each : least));
  const count = deletions.length;
  const releasedCount = deletions.filter(({ wasHeld }) => wasHeld).length;
  if (count - releasedCount <= lowest.limit * (total - releasedCount)) return undefined;
  return toBreach({ scope: 'volume', volumeId, ...lowest, key: 'guards.maxDeleteShare', count, total });
}

function toBreach(breach: Omit<GuardBreach, 'explanation'>): GuardBreach {
  const { policy, volumeId, key, limit, count, total } = breach;
  const where = volumeId === undefined ? `policy ${policy}` : `volume ${volumeId}`;
  const allowance =
    key === 'guards.maxDeletes'
      ? `at most ${limit} in one run`
      : `at most ${toPercent(limit)} of its backups`;
  const parameter = key.slice('guards.'.length);
  const enough = key === 'guards.maxDeletes' ? count : Math.ceil((count / total) * 100) / 100;
  return {
    ...breach,
    explanation:
      `nothing of ${where} is deleted: ${count} of its ${total} backups would be, and ${key} of policy ${policy} allows ` +
      `${allowance}. Look at the plan (cinderkeep plan --policy ${policy}); if it is right, prune by hand with ` +
      `"${parameter}": ${enough}, or raise ${key}.`,
  };
}

function toPercent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
