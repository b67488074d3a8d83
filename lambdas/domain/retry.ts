import type { BackupType } from './backup.ts';
import type { BackupRecord, RecordState } from './backup-record.ts';

const MAX_ATTEMPTS = 4;
const DELAYS_MS = [60_000, 300_000, 1_800_000];

/**
 * Failures of an incremental that a full does not share.
 *
 * @see cinder/backup/chunkeddriver.py ChunkedBackupDriver._prepare_backup, backup
 */
const CURED_BY_FULL = [/volume size increased/i, /hash block size/i, /parent/i, /incremental/i];

/**
 * Whether and how a slot is tried again after a failed attempt; undefined = no more. After a second failure of an incremental
 * for any reason the next attempt is a full: the chain itself may be what is broken.
 */
export function decideRetry(failure: {
  readonly attempt: number;
  readonly reason: string;
  readonly type: BackupType;
}): { readonly delayMs: number; readonly asFull: boolean } | undefined {
  if (failure.attempt >= MAX_ATTEMPTS) return undefined;
  const isCured = CURED_BY_FULL.some((pattern) => pattern.test(failure.reason));
  return {
    delayMs: DELAYS_MS[failure.attempt - 1] ?? 0,
    asFull: failure.type === 'incremental' && (isCured || failure.attempt >= 2),
  };
}

const SUCCEEDED: ReadonlySet<RecordState> = new Set(['available', 'deleting', 'deleted']);

/** Whether an attempt made a good backup, whatever became of it since by our own doing. */
export function hasSucceeded({ state }: Pick<BackupRecord, 'state'>): boolean {
  return SUCCEEDED.has(state);
}
