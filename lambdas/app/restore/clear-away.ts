import type { Volume } from '../../domain/volume.ts';
import { findOwnVolumes } from './find-own-volumes.ts';
import { reportRestore } from './report-restore.ts';
import { after, lookLater, type RestoreJob, type RestoreWork, saveRestoreJob } from './restore-work.ts';
import { closeRestore } from './settle-restore.ts';

/** So many refusals in a row are reported, and the rest is left to later runs. */
const REPORTED_TRIES = 5;
const REST_MS = 600_000;
/** A creation without an answer may still come to light. */
const UNSEEN_MS = 120_000;

/** Deletes the volumes that a restore made, and closes it when they are gone. Only what bears its marker is deleted. */
export async function clearAway(job: RestoreJob, work: RestoreWork): Promise<void> {
  const volumes = await findOwnVolumes(job.record, work);
  if (volumes.length === 0) {
    const waitedMs = work.deps.clock.now().getTime() - job.phaseSince.getTime();
    const mayCome = job.record.targetId === undefined && waitedMs < UNSEEN_MS;
    return mayCome ? lookLater(job, work) : closeRestore(job, work);
  }
  const obstacles: string[] = [];
  for (const volume of volumes) obstacles.push(...(await remove(volume, work)));
  if (obstacles.length === 0) return lookLater(job, work);
  job.tries += 1;
  if (job.tries < REPORTED_TRIES) return lookLater(job, work);
  await leave(job, work, obstacles.join('; '));
}

async function remove({ id, status }: Volume, { cloud }: RestoreWork): Promise<string[]> {
  if (status === 'deleting') return [];
  const outcome = await cloud.deleteVolume(id);
  if (outcome.outcome === 'accepted' || outcome.outcome === 'gone') return [];
  return [`volume ${id} (${status}) could not be deleted: ${outcome.message}`];
}

/** It is said now, and tried again by later runs. */
async function leave(job: RestoreJob, work: RestoreWork, obstacle: string): Promise<void> {
  job.nextAt = after(work, REST_MS);
  job.tries = 0;
  job.isLeft = true;
  await saveRestoreJob(job, work, { state: 'clearing', notBeforeAt: job.nextAt });
  reportRestore(work.report, job.record, 'failed', { isFailure: true, reason: obstacle });
  work.told.add(job.record.id);
}
