import type { BackupRecord } from './backup-record.ts';
import type { Policy } from './policy.ts';
import { policyOf } from './prune-plan.ts';
import { isForWantOfQuota } from './quota-reason.ts';
import { hasSucceeded } from './retry.ts';

/** Reasons that are not the volume's health. */
const HARMLESS = [/volume is gone/i, /in use/i, /superseded/i];

/**
 * Policies of which nothing may be deleted on this volume, each with the reason: its newest slot there failed, or the volume's newest
 * slot of all did, so that the old backups may be all that is left to restore from. It ends when a slot succeeds again.
 */
export function findPruningPauses(
  records: readonly BackupRecord[],
  policies: ReadonlyMap<string, Policy>,
): Map<string, string> {
  const pauses = new Map<string, string>();
  const ofVolume = failureOf(newestSlotOf(records));
  if (ofVolume !== undefined) for (const policy of policies.keys()) pauses.set(policy, ofVolume);
  const byOwner = Map.groupBy(records, ({ policy }) => policyOf(policy, policies)?.name ?? policy);
  for (const [policy, owned] of byOwner) {
    const reason = failureOf(newestSlotOf(owned));
    if (reason !== undefined) pauses.set(policy, reason);
  }
  return pauses;
}

/** All attempts at the newest slot, of whichever policies. */
function newestSlotOf(records: readonly BackupRecord[]): readonly BackupRecord[] {
  const newestMs = records.reduce((newest, { slotAt }) => Math.max(newest, slotAt.getTime()), 0);
  return records.filter(({ slotAt }) => slotAt.getTime() === newestMs);
}

function failureOf(attempts: readonly BackupRecord[]): string | undefined {
  // A retry that was called off harmlessly settles the slot: of a volume that is gone no other will ever succeed.
  if (attempts.some((attempt) => wasGood(attempt) || wasCalledOff(attempt))) return undefined;
  const failed = attempts.findLast(hasFailed);
  return failed === undefined || isHarmless(failed) ? undefined : (failed.reason ?? 'no reason known');
}

/** Also when someone deleted it since. */
function wasGood(attempt: BackupRecord): boolean {
  return hasSucceeded(attempt) || attempt.state === 'lost';
}

function wasCalledOff(attempt: BackupRecord): boolean {
  return attempt.state === 'skipped' && isHarmless(attempt);
}

function isHarmless({ reason = '' }: BackupRecord): boolean {
  // Of a quota pruning is the cure.
  return isForWantOfQuota(reason) || HARMLESS.some((pattern) => pattern.test(reason));
}

/** A slot that could not even be started in time has failed too. */
function hasFailed({ state, reason = '' }: BackupRecord): boolean {
  return (
    state === 'failed' ||
    state === 'clearing' ||
    state === 'stuck' ||
    (state === 'skipped' && reason.startsWith('missed'))
  );
}
