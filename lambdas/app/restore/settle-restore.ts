import type { RestoreRecord } from '../../domain/restore-record.ts';
import { releaseTarget } from './claim-target.ts';
import { findOwnVolumes } from './find-own-volumes.ts';
import { noteOutcome } from './note-outcome.ts';
import { reportRestore, reportStanding } from './report-restore.ts';
import {
  enterPhase,
  forgetRestoreAt,
  type RestoreJob,
  type RestoreWork,
  saveRestoreJob,
} from './restore-work.ts';

/** The volume has the contents of the backup. A test goes on with its checks. */
export async function settleRestored(job: RestoreJob, work: RestoreWork): Promise<void> {
  if (job.record.purpose === 'test') {
    await saveRestoreJob(job, work, { state: 'checking' });
    return enterPhase(job, work);
  }
  // A volume of an earlier attempt, which came after it had been given up.
  if (job.record.attempt > 1) await removeOthers(job, work);
  const { reason: _obstacle, ...record } = job.record;
  job.record = { ...record, outcome: 'restored', settledAt: work.deps.clock.now() };
  await closeRestore(job, work);
}

/** It came to nothing. What it made is cleared away first. */
export function failRestore(job: RestoreJob, work: RestoreWork, reason: string): Promise<void> {
  return endRestore(job, work, 'failed', reason);
}

/** Settles how it went; a test's scratch volume, or what a failed restore has made, is to be cleared away before it is closed. */
export async function endRestore(
  job: RestoreJob,
  work: RestoreWork,
  outcome: 'restored' | 'failed',
  reason?: string,
): Promise<void> {
  const { reason: _obstacle, ...record } = job.record;
  const settledAt = work.deps.clock.now();
  job.record = { ...record, outcome, settledAt, ...(reason !== undefined && { reason }) };
  if (record.into === 'existing' || record.attempt === 0) return closeRestore(job, work);
  await saveRestoreJob(job, work, { state: 'clearing' });
  job.tries = 0;
  enterPhase(job, work);
}

/** A test whose backup went before its turn came has shown nothing. */
export async function dropTest(job: RestoreJob, work: RestoreWork, reason: string): Promise<void> {
  await letGo(job.record, work);
  const ended = { state: 'failed', outcome: 'failed', reason, settledAt: work.deps.clock.now() } as const;
  await saveRestoreJob(job, work, { ...ended, forgetAt: forgetRestoreAt(work) });
  work.jobs.delete(job.record.id);
  work.told.add(job.record.id);
  reportRestore(work.report, job.record, 'skipped');
}

/** Nothing remains to be done. What it has proved is noted first: after a crash in between it is noted again. */
export async function closeRestore(job: RestoreJob, work: RestoreWork): Promise<void> {
  const outcome = job.record.outcome ?? 'failed';
  await noteOutcome(job.record, outcome, work);
  await releaseTarget(job.record, work.deps);
  await letGo(job.record, work);
  await saveRestoreJob(job, work, { state: outcome, forgetAt: forgetRestoreAt(work) });
  work.jobs.delete(job.record.id);
  work.told.add(job.record.id);
  reportStanding(work.report, job.record);
}

/** What the restore has held may go now: retention decides on it anew. */
async function letGo({ cloud, volumeId }: RestoreRecord, { deps }: RestoreWork): Promise<void> {
  const known = await deps.catalog.getVolume(cloud, volumeId);
  if (known === undefined) return;
  await deps.catalog.noteVolume({ cloud, volumeId, volume: known.volume, decideAt: deps.clock.now() });
}

async function removeOthers({ record }: RestoreJob, work: RestoreWork): Promise<void> {
  for (const { id, status } of await findOwnVolumes(record, work)) {
    if (id === record.targetId || status === 'deleting') continue;
    const { outcome } = await work.cloud.deleteVolume(id);
    if (outcome !== 'accepted' && outcome !== 'gone') {
      work.report.warn(`volume ${id} was made by the same restore a second time and could not be deleted`);
    }
  }
}
