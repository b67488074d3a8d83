import type { CreateRefusal, RestoreRefusal } from '../../app/ports.ts';
import type { Fault } from './answers.ts';

interface Refusal {
  readonly status: number;
  /** What the fault's sentence says, in every release. */
  readonly says: RegExp;
  readonly cause: CreateRefusal | ((status: string) => CreateRefusal);
}

/**
 * What Cinder's refusals of `POST /backups` and `POST /snapshots` mean; the first that fits counts. The group of a pattern is the
 * status that stands in the way.
 *
 * @see cinder/backup/api.py API.create
 * @see cinder/volume/api.py API.create_snapshot_in_db
 */
const REFUSALS: readonly Refusal[] = [
  { status: 400, says: /No backups available to do an incremental backup/, cause: 'no-parent' },
  // Zed (21) and before: the latest backup counts, available or not.
  {
    status: 400,
    says: /parent backup must be available for incremental backup/,
    cause: 'parent-not-available',
  },
  {
    status: 400,
    says: /Volume to be backed up must be available or in-use, but the current status is "([^"]*)"/,
    cause: fromVolumeStatus,
  },
  { status: 400, says: /Backing up an in-use volume must use the force flag/, cause: 'volume-in-use' },
  {
    status: 400,
    says: /Snapshot to be backed up must be available, but the current status is "([^"]*)"/,
    cause: fromSnapshotStatus,
  },
  // Snapshots: "Volume <id> status must be available, but current status is: backing-up."
  {
    status: 400,
    says: /^Invalid volume: .*status must be .*current status is:? "?([\w-]+)/,
    cause: fromVolumeStatus,
  },
  { status: 400, says: /cannot be created when the volume is in maintenance mode/, cause: 'volume-busy' },
  { status: 400, says: /cannot be created when the volume is in error status/, cause: 'volume-unfit' },
  { status: 404, says: /^Volume \S+ could not be found/, cause: 'volume-gone' },
  { status: 404, says: /^Snapshot \S+ could not be found/, cause: 'snapshot-gone' },
  { status: 404, says: /^Service \S+ could not be found/, cause: 'not-now' },
  // Rate limiters of old releases; all other 413 are quotas (BackupLimitExceeded, VolumeBackupSizeExceedsAvailableQuota, …).
  { status: 413, says: /rate.?limited/i, cause: 'not-now' },
  { status: 413, says: /(?:)/, cause: 'quota' },
  { status: 429, says: /(?:)/, cause: 'not-now' },
  // The API was replaced by one of another microversion; the next call finds out which.
  { status: 406, says: /(?:)/, cause: 'not-now' },
];

/** Why a create was refused, from a status below 500 and Cinder's sentence. */
export function readRefusal(status: number, fault: Fault): CreateRefusal {
  for (const refusal of REFUSALS) {
    if (refusal.status !== status) continue;
    const match = refusal.says.exec(fault.message);
    if (match === null) continue;
    return typeof refusal.cause === 'function' ? refusal.cause(match[1] ?? '') : refusal.cause;
  }
  return 'rejected';
}

/**
 * What Cinder's refusals of `POST /backups/{id}/restore` mean; the first that fits counts.
 *
 * @see cinder/backup/api.py API.restore
 */
const RESTORE_REFUSALS: readonly (readonly [status: number, says: RegExp, cause: RestoreRefusal])[] = [
  [400, /Volume to be restored to must be available/, 'volume-not-available'],
  [400, /is too small to restore backup of size/, 'volume-too-small'],
  [400, /Backup status must be available/, 'backup-not-available'],
  [404, /^Volume \S+ could not be found/, 'volume-gone'],
  [404, /^Backup \S+ could not be found/, 'backup-gone'],
  [404, /^Service \S+ could not be found/, 'not-now'],
  [413, /rate.?limited/i, 'not-now'],
  [429, /(?:)/, 'not-now'],
  [406, /(?:)/, 'not-now'],
];

/** Why a restore was refused, from a status below 500 and Cinder's sentence. */
export function readRestoreRefusal(status: number, { message }: Fault): RestoreRefusal {
  const refusal = RESTORE_REFUSALS.find(([of, says]) => of === status && says.test(message));
  return refusal?.[2] ?? 'rejected';
}

/** Whatever is not an end (`attaching`, `reserved`, `uploading`, …) passes. */
function fromVolumeStatus(status: string): CreateRefusal {
  if (status === 'in-use') return 'volume-in-use';
  if (status.startsWith('error')) return 'volume-unfit';
  if (status === 'deleting' || status === 'deleted') return 'volume-gone';
  return 'volume-busy';
}

function fromSnapshotStatus(status: string): CreateRefusal {
  if (status.startsWith('error')) return 'rejected';
  if (status === 'deleting' || status === 'deleted') return 'snapshot-gone';
  return 'snapshot-busy';
}
