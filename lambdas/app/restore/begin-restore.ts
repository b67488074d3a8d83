import type { Backup } from '../../domain/backup.ts';
import { inspectChains } from '../../domain/restore-chain.ts';
import { originText, restoreMarkerText } from '../../domain/restore-marker.ts';
import { findTargetProblem, isPassing } from '../../domain/restore-target.ts';
import type { CreateVolumeRequest } from '../ports.ts';
import { claimTarget } from './claim-target.ts';
import { HOLD_MS } from './plan-restore.ts';
import { postRestore } from './post-restore.ts';
import { readVolumeBackups } from './read-volume-backups.ts';
import { enterPhase, type RestoreJob, type RestoreWork, saveRestoreJob } from './restore-work.ts';
import { dropTest, failRestore } from './settle-restore.ts';
import { waitFor } from './wait-for.ts';

/**
 * Begins a restore: looks once more whether all is as it has to be, as time may have passed since it was asked for, and asks the cloud for
 * the new volume, or at once for the restore.
 */
export async function beginRestore(job: RestoreJob, work: RestoreWork): Promise<void> {
  const { record } = job;
  const view = await readVolumeBackups(work.cloud, record.volumeId, work.deps);
  const chain = inspectChains(view)(record.backupId);
  if (chain === undefined) {
    const reason = `backup ${record.backupId} is gone; nothing was touched`;
    return record.purpose === 'test' ? dropTest(job, work, reason) : failRestore(job, work, reason);
  }
  if (chain.obstacle !== undefined && record.tryAnyway !== true) {
    return failRestore(job, work, `it cannot be restored: ${chain.obstacle}; nothing was touched`);
  }
  if (chain.backup.status === 'restoring') {
    return waitFor(job, work, 'waiting', 'another restore of the same backup is under way');
  }
  await (record.into === 'new' ? makeVolume(job, work) : overwriteVolume(job, chain.backup, work));
}

/** The attempt is written down first: a volume whose creation was never answered is found by its marker. */
async function makeVolume(job: RestoreJob, work: RestoreWork): Promise<void> {
  const { unseenSinceAt: _past, reason: _obstacle, ...record } = job.record;
  const { clock } = work.deps;
  job.record = record;
  await saveRestoreJob(job, work, {
    state: 'creating',
    attempt: record.attempt + 1,
    startedAt: record.startedAt ?? clock.now(),
  });
  enterPhase(job, work);
  const outcome = await work.cloud.createVolume(requestFor(job, work));
  if (outcome.outcome !== 'refused') return;
  // This attempt made nothing that might have to be found.
  job.record = { ...job.record, attempt: record.attempt };
  const isPassing = outcome.cause === 'not-now' || (outcome.cause === 'quota' && hasOtherScratch(job, work));
  if (isPassing) return waitFor(job, work, 'waiting', outcome.message);
  await failRestore(job, work, `the cloud did not make the volume: ${outcome.message}`);
}

/** A test has the room of those before it when they are done. */
function hasOtherScratch({ record }: RestoreJob, { jobs }: RestoreWork): boolean {
  if (record.purpose !== 'test') return false;
  return [...jobs.values()].some(
    (other) => other.record.purpose === 'test' && other.record.id !== record.id && other.record.attempt > 0,
  );
}

function requestFor({ record }: RestoreJob, { deps }: RestoreWork): CreateVolumeRequest {
  const { id, purpose, attempt, target, backupId, dataTimestampAt } = record;
  const { serverIds: _former, ...volume } = target;
  const marker = restoreMarkerText({ deployment: deps.deployment.name, purpose, id, attempt });
  return { ...volume, description: `${originText(backupId, dataTimestampAt)} ${marker}` };
}

async function overwriteVolume(job: RestoreJob, backup: Backup, work: RestoreWork): Promise<void> {
  const { targetId = '' } = job.record;
  if (!(await claimTarget(job.record, HOLD_MS, work.deps))) {
    return failRestore(job, work, `volume ${targetId}: another restore into it is under way`);
  }
  const volume = await work.cloud.getVolume(targetId);
  if (volume === undefined) return failRestore(job, work, `volume ${targetId} is gone`);
  const problem = findTargetProblem(volume, backup);
  if (problem === undefined) return postRestore(job, volume, work);
  const text = `volume ${targetId}: ${problem}`;
  await (isPassing(volume) ? waitFor(job, work, 'waiting', text) : failRestore(job, work, text));
}
