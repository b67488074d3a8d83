import type { Backup, BackupStatus } from '../../lambdas/domain/backup.ts';
import type { Pin } from '../../lambdas/domain/backup-record.ts';
import type { Policy } from '../../lambdas/domain/policy.ts';
import type { PlannedBackup } from '../../lambdas/domain/prune-plan.ts';

/** What tests mean by now, unless they say otherwise: a Monday. */
export const NOW = new Date('2026-11-23T12:00:00Z');

export const DAY_MS = 86_400_000;

/** A full backup of one volume, made now; give what the test is about. Unless given, the stamp is the time of creation. */
export function aBackup(parts: Partial<Backup> = {}): Backup {
  const createdAt = parts.createdAt ?? parts.dataTimestampAt ?? NOW;
  const status = parts.status ?? 'available';
  return {
    id: 'backup-1',
    volumeId: 'volume-1',
    name: 'a backup',
    description: '',
    status,
    statusText: status,
    isIncremental: false,
    hasDependentBackups: false,
    sizeGib: 10,
    objectCount: 100,
    createdAt,
    dataTimestampAt: createdAt,
    ...parts,
  };
}

/** A policy that keeps 7 daily backups; give what the test is about. */
export function aPolicy(parts: Partial<Policy> = {}): Policy {
  return {
    name: 'nightly',
    formerly: [],
    cloud: 'prod',
    select: { volumes: { all: true } },
    schedule: { cron: '30 3 * * *', timezone: 'UTC', windowMs: 0, makeUpMs: 43_200_000 },
    full: { kind: 'auto' },
    chain: { maxLength: 60, allowForeignParent: false },
    keep: { daily: 7 },
    billedBy: 'provisioned',
    changeRate: 0.05,
    maxAgeStrict: false,
    atLeast: 1,
    guards: { maxDeleteShare: 0.5, graceDays: 7 },
    inUse: 'snapshot',
    onVolumeGone: 'keep',
    paused: false,
    ...parts,
  };
}

/** Policies by name. */
export function policiesOf(...policies: readonly Policy[]): ReadonlyMap<string, Policy> {
  return new Map(policies.map((policy) => [policy.name, policy]));
}

const TOKEN = /^(?<mark>[~^]?)(?<id>[Fi](?<age>-?\d+(?:\.\d+)?))(?::(?<status>\w+))?$/;

/**
 * The history of one volume in short: `F40 i39 i20`. `F40` is a full made 40 days before `now`, `i39` an incremental made 39 days before;
 * the age is also the id. Decimals are parts of a day, a negative age is the future. `F40:error` has that status. What is before the
 * token is for `planned`: `~F40` is foreign, `^F40` pinned. The dependents' flag is set as Cinder would: on the backup that is
 * the parent of a successful incremental.
 */
export function timeline(text: string, now: Date = NOW): Backup[] {
  return planned(text, 'nightly', now).map(({ backup }) => backup);
}

/** The same, with the backups' markers: all of one policy but the foreign ones. */
export function planned(text: string, policy = 'nightly', now: Date = NOW): PlannedBackup[] {
  const history = text.split(/\s+/).filter((token) => token !== '');
  return flagDependents(history.map((token) => readToken(token, policy, now)));
}

function readToken(token: string, policy: string, now: Date): PlannedBackup {
  const { mark, id = '', age = '', status = 'available' } = TOKEN.exec(token)?.groups ?? {};
  if (id === '') throw new Error(`"${token}" is no backup: write F40, i39, ~F40, ^F40 or F40:error`);
  const createdAt = new Date(now.getTime() - Math.round(Number(age) * DAY_MS));
  const backup = aBackup({
    id,
    createdAt,
    status: status as BackupStatus,
    statusText: status,
    isIncremental: id.startsWith('i'),
  });
  const pin: Pin | undefined = mark === '^' ? { reason: 'asked for' } : undefined;
  return { backup, ...(mark !== '~' && { policy }), ...(pin && { pin }) };
}

function flagDependents(history: readonly PlannedBackup[]): PlannedBackup[] {
  const oldestFirst = history.toSorted((a, b) => a.backup.createdAt.getTime() - b.backup.createdAt.getTime());
  const parents = new Set<string>();
  let latest: string | undefined;
  for (const { backup } of oldestFirst) {
    if (backup.status !== 'available') continue;
    if (backup.isIncremental && latest !== undefined) parents.add(latest);
    latest = backup.id;
  }
  return history.map((each) => ({
    ...each,
    backup: { ...each.backup, hasDependentBackups: parents.has(each.backup.id) },
  }));
}
