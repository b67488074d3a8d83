import type { Backup } from '../../domain/backup.ts';
import { noteGone } from './chains.ts';
import { closeFailed, forgetAt } from './end-attempt.ts';
import type { Job } from './job.ts';
import { noteEnded } from './note-ended.ts';
import { removeSnapshot } from './remove-snapshot.ts';
import { withdrawIfPinned, withdrawIfRestoring } from './withdraw-deletion.ts';
import { backOffMs, later, saveJob, setPhase, type Work } from './work.ts';

const RETRY_FIRST_MS = 10_000;
/** So many in a row are reported. */
const REPORTED_TRIES = 3;
const REST_MS = 600_000;
/** A deletion counts as stuck only if this run has watched it for so long. */
const WATCHED_MS = 300_000;
/** Longer than any run. */
const LEFT_MS = 7 * 24 * 3_600_000;
/** The cloud contradicted our inference of parents: look again when something may have changed. */
const HELD_AGAIN_MS = 6 * 3_600_000;

/**
 * Asks for the deletion of an expired backup, unless a pin or a restore came since that was decided. A refusal because of dependents is an
 * outcome: our parents are inferred, and the cloud's check is the authority.
 *
 * @see cinder/backup/api.py API.delete
 */
export async function startDeletion(job: Job, work: Work): Promise<void> {
  setPhase(job, 'starting', work);
  if (job.backupId === undefined) return finishDeletion(job, work);
  if (job.record.state === 'deleting' && (await isWithdrawn(job, work))) return;
  const outcome = await work.cloud.deleteBackup(job.backupId);
  switch (outcome.outcome) {
    case 'accepted':
      job.isDeleteAccepted = true;
      return setPhase(job, 'leaving', work);
    case 'gone':
      await noteEnded([job], work);
      return finishDeletion(job, work);
    case 'held':
      return hold(job, work, outcome.message);
    case 'refused':
    case 'unanswered':
      // It may be on its way out already (an earlier run's DELETE, a lost answer): what the cloud shows decides.
      job.isDeleteAccepted = false;
      job.obstacle = outcome.message;
      return setPhase(job, 'leaving', work);
  }
}

/** Someone may want the backup since its deletion was decided. The pin is asked for last, as nothing but the catalog knows of it. */
async function isWithdrawn(job: Job, work: Work): Promise<boolean> {
  return (await withdrawIfRestoring(job, work)) || (await withdrawIfPinned(job, work));
}

/** Clears what a failed attempt left: its backup, found by name if no answer told its id, and its temporary snapshot. */
export async function startClearing(job: Job, work: Work): Promise<void> {
  setPhase(job, 'starting', work);
  if (job.backupId === undefined) {
    const leftover = await findByName(job, work);
    if (leftover !== undefined) job.backupId = leftover.id;
  }
  await startDeletion(job, work);
}

async function findByName(job: Job, work: Work): Promise<Backup | undefined> {
  for await (const page of work.cloud.listBackups({ name: job.record.name })) {
    const found = page.find(
      (backup) => backup.volumeId === job.record.volumeId && backup.name === job.record.name,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The backup is proved gone. */
export async function finishDeletion(job: Job, work: Work): Promise<void> {
  if (job.record.state === 'clearing') {
    if (job.record.via === 'snapshot' && !(await removeSnapshot(job, work)))
      return tryAgain(job, work, 'its temporary snapshot stays');
    return closeFailed(job, work, job.record.reason ?? 'failed');
  }
  if (job.backupId !== undefined) noteGone(work.project, job.record.volumeId, job.backupId);
  await saveJob(job, work, { state: 'deleted', endedAt: work.deps.clock.now(), forgetAt: forgetAt(work) });
  work.queue.finish(job);
  work.report.addRecord(job.record, 'deleted');
}

/** It is still there and not on its way out: the deletion failed, or was never taken. */
export async function noteFailedDeletion(job: Job, backup: Backup, work: Work): Promise<void> {
  const failReason = job.isDeleteAccepted === true ? backup.failReason : job.obstacle;
  await tryAgain(job, work, failReason ?? `the cloud shows it as ${backup.statusText}`);
}

/** Soon, a few times; then the run says so and leaves it to a later one, after a rest. */
async function tryAgain(job: Job, work: Work, why: string): Promise<void> {
  job.tries += 1;
  if (job.tries < REPORTED_TRIES) {
    return work.queue.defer(job, later(work, backOffMs(job.tries - 1, RETRY_FIRST_MS)));
  }
  await leaveForLater(job, work, `could not be deleted: ${why}`);
}

/**
 * The cloud says that it is deleting it. When that takes too long the run says so and does not wait for it any more.
 */
export async function noteSlowDeletion(job: Job, work: Work): Promise<void> {
  const nowMs = work.deps.clock.now().getTime();
  const { stuckAfterMs } = work.bounds;
  const decidedMs = nowMs - job.record.openedAt.getTime();
  // How long the cloud has been at it is not recorded; a decision may have waited long for its turn.
  const watchedMs = nowMs - job.phaseSince.getTime();
  if (decidedMs <= stuckAfterMs || watchedMs <= Math.min(stuckAfterMs, WATCHED_MS)) return;
  await leaveForLater(
    job,
    work,
    `still deleting, ${Math.round(decidedMs / 60_000)} min after it was decided`,
  );
}

async function leaveForLater(job: Job, work: Work, reason: string): Promise<void> {
  await saveJob(job, work, { state: job.record.state, notBeforeAt: later(work, REST_MS) });
  const outcome = job.record.state === 'clearing' ? 'failed' : 'deleting';
  work.report.addRecord(job.record, outcome, { isFailure: true, reason });
  work.queue.defer(job, later(work, LEFT_MS));
}

async function hold(job: Job, work: Work, message: string): Promise<void> {
  // What is left of a failed attempt may have got a dependent in a race; it goes when that one has gone.
  if (job.record.state === 'clearing') return tryAgain(job, work, message);
  await saveJob(job, work, { state: 'available', reason: `held: ${message}` });
  await work.deps.catalog.noteVolume({
    cloud: job.record.cloud,
    volumeId: job.record.volumeId,
    volume: job.record.volume,
    decideAt: later(work, HELD_AGAIN_MS),
  });
  work.queue.finish(job);
  work.report.addRecord(job.record, 'held');
}
