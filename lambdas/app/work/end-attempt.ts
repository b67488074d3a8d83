import type { Backup } from '../../domain/backup.ts';
import type { BackupRecord } from '../../domain/backup-record.ts';
import { markerName } from '../../domain/marker.ts';
import { decideRetry } from '../../domain/retry.ts';
import { AlreadyRecordedError } from '../ports.ts';
import type { Job } from './job.ts';
import { removeSnapshot } from './remove-snapshot.ts';
import { later, saveJob, type Work } from './work.ts';

/** How long the catalog keeps the story of what is no longer in the cloud. */
export const HISTORY_MS = 30 * 24 * 3_600_000;
const SNAPSHOT_TRIES = 5;
export const EARLIER_SUCCESS = 'an earlier attempt succeeded';

export function forgetAt(work: Pick<Work, 'deps'>): Date {
  return later(work, HISTORY_MS);
}

/** Records a backup that was seen `available`: only now does it count. */
export async function finishGood(job: Job, backup: Backup, work: Work): Promise<void> {
  if (job.record.via === 'snapshot' && job.tries < SNAPSHOT_TRIES) {
    if (!(await removeSnapshot(job, work, backup.snapshotId))) {
      job.tries += 1; // seen again at the next look
      return;
    }
  }
  // First, as after a crash in between nothing else would put the volume up for pruning.
  await work.deps.catalog.noteVolume({
    cloud: job.record.cloud,
    volumeId: job.record.volumeId,
    volume: job.record.volume,
    decideAt: work.deps.clock.now(),
  });
  const isSilentFull = job.record.type === 'incremental' && !backup.isIncremental;
  const { parentId, unseenSinceAt: _seen, reason: _obstacle, ...record } = job.record;
  const endedAt = work.deps.clock.now();
  job.record = await work.deps.catalog.save({
    ...record,
    state: 'available',
    type: backup.isIncremental ? 'incremental' : 'full',
    ...(isSilentFull && { whyFull: 'cloud-chose' as const }),
    ...(backup.isIncremental && parentId !== undefined && { parentId }),
    backupId: backup.id,
    ...(backup.snapshotId !== undefined && { snapshotId: backup.snapshotId }),
    dataTimestampAt: backup.dataTimestampAt,
    objectCount: backup.objectCount,
    endedAt,
    ...(record.startedAt !== undefined && { tookMs: endedAt.getTime() - record.startedAt.getTime() }),
  });
  await cancelRetry(job, work);
  work.chains?.noteMade(backup);
  work.queue.finish(job);
  work.report.addRecord(job.record, 'available');
}

/** A stuck attempt may succeed after all: then its successor is not needed. */
async function cancelRetry(job: Job, work: Work): Promise<void> {
  const retry = work.queue.findWaitingRetry(job.record);
  if (retry === undefined) return;
  await saveJob(retry, work, {
    state: 'skipped',
    reason: EARLIER_SUCCESS,
    forgetAt: forgetAt(work),
  });
  work.queue.finish(retry);
}

export async function skipAttempt(
  job: Job,
  work: Work,
  why: { readonly reason: string; readonly isFailure: boolean },
): Promise<void> {
  await saveJob(job, work, {
    state: 'skipped',
    reason: why.reason,
    endedAt: work.deps.clock.now(),
    forgetAt: forgetAt(work),
  });
  work.queue.finish(job);
  work.report.addRecord(job.record, 'skipped', { isFailure: why.isFailure });
}

/**
 * An attempt came to nothing. The next attempt is recorded first, so that a crash in between loses no slot; then what is left
 * of this one is cleared, which the next one waits for.
 */
export async function failAttempt(
  job: Job,
  work: Work,
  reason: string,
  how: { readonly leftover: boolean; readonly isFinal?: boolean },
): Promise<void> {
  await recordRetry(job.record, work, reason, how.isFinal ?? false);
  await (how.leftover ? beginClearing(job, work, reason) : closeFailed(job, work, reason));
}

async function beginClearing(job: Job, work: Work, reason: string): Promise<void> {
  await saveJob(job, work, {
    state: 'clearing',
    reason,
    ...(job.backupId !== undefined && { backupId: job.backupId }),
  });
  job.tries = 0;
  work.queue.requeue(job);
}

/** Nothing of the attempt is left in the cloud. */
export async function closeFailed(job: Job, work: Work, reason: string): Promise<void> {
  await saveJob(job, work, {
    state: 'failed',
    reason,
    endedAt: work.deps.clock.now(),
    forgetAt: forgetAt(work),
  });
  work.queue.finish(job);
  // With a retry ahead the slot is not lost yet; the report names the failure all the same.
  work.report.addRecord(job.record, 'failed', { isFailure: true });
}

/** The cloud does not come back on this attempt. It stays in view, the slot is retried, and later slots go on. */
export async function setAttemptStuck(job: Job, work: Work): Promise<void> {
  const reason = `still creating after ${Math.round(work.bounds.stuckAfterMs / 60_000)} min`;
  await recordRetry(job.record, work, reason, false);
  await saveJob(job, work, {
    state: 'stuck',
    reason,
    ...(job.backupId !== undefined && { backupId: job.backupId }),
  });
  work.queue.setStuck(job);
  work.report.addRecord(job.record, 'stuck', { isFailure: true });
}

async function recordRetry(
  record: BackupRecord,
  work: Work,
  reason: string,
  isFinal: boolean,
): Promise<void> {
  const retry = isFinal
    ? undefined
    : decideRetry({ attempt: record.attempt, reason, type: record.type ?? 'full' });
  if (retry === undefined) return;
  const now = work.deps.clock.now();
  const key = {
    cloud: record.cloud,
    volumeId: record.volumeId,
    policy: record.policy,
    slotAt: record.slotAt,
    attempt: record.attempt + 1,
  };
  const next: BackupRecord = {
    ...key,
    name: markerName({ ...key, deployment: work.deps.deployment.name }),
    state: 'waiting',
    trigger: record.trigger,
    volume: record.volume,
    via: record.via,
    ...(retry.asFull && { type: 'full', whyFull: 'incremental-failed' }),
    recordedAt: now,
    openedAt: now,
    notBeforeAt: new Date(now.getTime() + retry.delayMs),
    version: 0,
  };
  try {
    work.queue.add(await work.deps.catalog.save(next), now);
  } catch (error) {
    // Recorded before a crash: the index of work brings it back.
    if (!(error instanceof AlreadyRecordedError)) throw error;
  }
}
