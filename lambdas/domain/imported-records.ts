import type { BackupRecord, PolicyRecord } from './backup-record.ts';
import type { Policy } from './policy.ts';
import { policyOf } from './prune-plan.ts';
import { isRestoreOpen, type RestoreRecord } from './restore-record.ts';

const WHY = 'it was under way when the catalog was exported';

/** When a record is read in again, and until when the catalog is to remember what then ends. */
export interface ImportTime {
  readonly now: Date;
  readonly forgetAt: Date;
}

/**
 * What an exported record means some time later: nothing is deleted because of an old file, and nothing is made for a slot that has
 * long been over. A decision to delete is taken again; an attempt that is too old for `makeUp` has come to nothing.
 */
export function toImportedRecord(
  record: BackupRecord,
  policies: ReadonlyMap<string, Policy>,
  { now, forgetAt }: ImportTime,
): BackupRecord {
  const { notBeforeAt: _when, ...rest } = record;
  switch (record.state) {
    case 'deleting': {
      const { reason: _why, ...kept } = rest;
      return { ...kept, state: 'available' };
    }
    case 'waiting':
    case 'creating':
    case 'stuck': {
      if (isStillDue(record, policies, now)) return record;
      const state = record.state === 'waiting' ? 'skipped' : 'failed';
      return { ...rest, state, reason: WHY, endedAt: now, forgetAt };
    }
    default:
      return record;
  }
}

function isStillDue(
  { policy: name, slotAt }: BackupRecord,
  policies: ReadonlyMap<string, Policy>,
  now: Date,
): boolean {
  const policy = policyOf(name, policies);
  if (policy === undefined) return false;
  const { makeUpMs, windowMs } = policy.schedule;
  return now.getTime() - slotAt.getTime() <= makeUpMs + windowMs;
}

/** A restore that was under way is not gone on with: it would overwrite what is there by now. */
export function toImportedRestore(restore: RestoreRecord, { now, forgetAt }: ImportTime): RestoreRecord {
  if (!isRestoreOpen(restore)) return restore;
  const { notBeforeAt: _when, ...rest } = restore;
  return { ...rest, state: 'failed', outcome: 'failed', reason: WHY, settledAt: now, forgetAt };
}

/**
 * A record that a rebuild made from the marker alone, completed by what the export knows of the same backup: why and how it was made, the
 * facts of its volume, its proofs, and a pin that only the catalog had.
 *
 * @returns undefined when the stored one is not of that kind: it is newer than the export, and stays.
 */
export function completeRecord(stored: BackupRecord, exported: BackupRecord): BackupRecord | undefined {
  if (stored.trigger !== 'rebuild' || exported.trigger === 'rebuild') return undefined;
  if (stored.backupId === undefined || stored.backupId !== exported.backupId) return undefined;
  const {
    reason: _formerly,
    notBeforeAt: _when,
    forgetAt: _swept,
    unseenSinceAt: _seen,
    ...known
  } = exported;
  const pin = stored.pin ?? exported.pin;
  return {
    ...known,
    ...(stored.reason !== undefined && { reason: stored.reason }),
    ...(stored.forgetAt !== undefined && { forgetAt: stored.forgetAt }),
    ...(pin !== undefined && { pin }),
    state: stored.state,
    openedAt: stored.openedAt,
    volume: stored.volume.name === '' ? exported.volume : stored.volume,
    version: stored.version,
  };
}

/**
 * What is known of a policy, from both: it was first seen when either saw it, and what the exported terms kept has its days of grace, which
 * a rebuild cannot know of.
 */
export function mergePolicyRecords(
  stored: PolicyRecord,
  exported: PolicyRecord,
  exportedAt: Date,
): PolicyRecord {
  const isSame = stored.terms === exported.terms;
  const inForceUntil = stored.formerTerms === undefined ? stored.termsSince : exportedAt;
  const former = mergeLatest(
    exported.formerTerms ?? {},
    isSame ? {} : { [exported.terms]: inForceUntil },
    stored.formerTerms ?? {},
  );
  delete former[stored.terms];
  return {
    ...stored,
    firstSeenAt: earlier(stored.firstSeenAt, exported.firstSeenAt),
    termsSince: isSame ? earlier(stored.termsSince, exported.termsSince) : stored.termsSince,
    ...(Object.keys(former).length > 0 && { formerTerms: former }),
  };
}

function mergeLatest(...maps: readonly Readonly<Record<string, Date>>[]): Record<string, Date> {
  const merged: Record<string, Date> = {};
  for (const [terms, until] of maps.flatMap((map) => Object.entries(map))) {
    const known = merged[terms];
    if (known === undefined || known < until) merged[terms] = until;
  }
  return merged;
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b;
}
