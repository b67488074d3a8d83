import type { BackupId, SnapshotId } from '../../domain/backup.ts';
import type { BackupRecord } from '../../domain/backup-record.ts';

/**
 * What is under way for a record, known to this process only; after a crash the next one begins with `unseen` for whatever the
 * catalog calls `creating`.
 *
 * - `idle`: nothing; it waits for its turn.
 * - `starting`: a call for it is being made.
 * - `snapshot`: its temporary snapshot was accepted and is not yet available.
 * - `inCloud`: the cloud accepted the backup; its outcome is to be seen.
 * - `unseen`: the backup may or may not be in the cloud; it is looked for by name.
 * - `leaving`: a deletion was, or may have been, accepted; its end is to be seen.
 */
export type Phase = 'idle' | 'starting' | 'snapshot' | 'inCloud' | 'unseen' | 'leaving';

export interface Job {
  record: BackupRecord;
  phase: Phase;
  /** Since when in this phase (local clock); a list begun earlier proves nothing about it. */
  phaseSince: Date;
  backupId?: BackupId;
  snapshotId?: SnapshotId;
  /** Whether the last DELETE was answered with 202; if not, only a GET proves that the backup is gone. */
  isDeleteAccepted?: boolean;
  /** What the cloud said to the last DELETE, if that was not 202. */
  obstacle?: string;
  /** Not before (local clock). */
  retryAt?: Date;
  /** Calls that led to nothing, in this run. */
  tries: number;
  /** Stuck ones only: when to ask for it again. */
  askAgainAt?: Date;
}

export function createJob(record: BackupRecord, now: Date): Job {
  const job: Job = {
    record,
    phase: record.state === 'creating' ? 'unseen' : 'idle',
    phaseSince: now,
    tries: 0,
  };
  if (record.backupId !== undefined) job.backupId = record.backupId;
  if (record.snapshotId !== undefined) job.snapshotId = record.snapshotId;
  if (record.notBeforeAt !== undefined) job.retryAt = record.notBeforeAt;
  return job;
}

export function jobKey(record: Pick<BackupRecord, 'volumeId' | 'policy' | 'slotAt' | 'attempt'>): string {
  return `${record.volumeId} ${record.slotAt.getTime()} ${record.attempt} ${record.policy}`;
}
