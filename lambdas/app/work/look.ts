import type { Backup } from '../../domain/backup.ts';
import type { BackupRecord } from '../../domain/backup-record.ts';
import { policyOf } from '../../domain/prune-plan.ts';
import type { Snapshot } from '../../domain/volume.ts';
import { eachAtOnce } from './each-at-once.ts';
import { failAttempt, finishGood, setAttemptStuck } from './end-attempt.ts';
import type { Job } from './job.ts';
import { leaveOnConflict } from './leave-conflict.ts';
import { findRemaining, judgeDeletions } from './look-at-deletions.ts';
import { postBackup } from './start-backup.ts';
import { saveJob, setPhase, type Work } from './work.ts';

/** A create without an answer is given up, and repeated as the next attempt, once it stayed unseen for this long. */
const UNSEEN_MS = 120_000;
/** Slack for the measured skew between the cloud's clock and ours. */
const SKEW_SLACK_MS = 60_000;
const STUCK_INTERVAL_MS = 300_000;

/**
 * Looks at everything in flight with as few list calls as possible and takes each job one step further. Only jobs that were in
 * their phase before the look began are judged by it.
 *
 * A detail page costs the API nearly the same for 1,000 backups as for one, so one walk from the newest down to the oldest in
 * flight replaces a GET each.
 */
export async function look(work: Work): Promise<void> {
  const begunAt = work.deps.clock.now();
  const watched = [...work.queue.busy()].filter(
    (job) => job.phase !== 'starting' && job.phaseSince <= begunAt,
  );
  const creating = watched.filter((job) => job.phase === 'inCloud' || job.phase === 'unseen');
  const viaSnapshot = watched.filter(
    (job) => job.phase === 'snapshot' || (job.phase === 'unseen' && job.record.via === 'snapshot'),
  );
  const leaving = watched.filter((job) => job.phase === 'leaving');
  const snapshots = viaSnapshot.length > 0 ? await findSnapshots(viaSnapshot, work) : undefined;
  const backups = creating.length > 0 ? await findBackups(creating, work) : undefined;
  const remaining = leaving.length > 0 ? await findRemaining(leaving, work) : undefined;
  work.pace.noteLook(work.deps.clock.now().getTime() - begunAt.getTime());

  if (backups !== undefined) await followBackups(creating, backups, snapshots, work);
  const awaited = viaSnapshot.filter((job) => job.phase === 'snapshot');
  await eachAtOnce(awaited, (job) =>
    leaveOnConflict(job, work, () => followSnapshot(job, snapshots?.get(job), work)),
  );
  if (remaining !== undefined) await judgeDeletions(leaving, remaining, work);
  await lookAtStuck(work);
}

async function followBackups(
  jobs: readonly Job[],
  found: ReadonlyMap<Job, Backup>,
  snapshots: ReadonlyMap<Job, Snapshot> | undefined,
  work: Work,
): Promise<void> {
  await eachAtOnce(jobs, (job) =>
    leaveOnConflict(job, work, () => {
      const backup = found.get(job);
      if (backup !== undefined) return follow(job, backup, work);
      if (job.backupId !== undefined) return followById(job, job.backupId, work);
      return followUnseen(job, snapshots?.get(job), work);
    }),
  );
}

/** Walks from the newest backup down to the oldest that is looked for. */
async function findBackups(jobs: readonly Job[], work: Work): Promise<Map<Job, Backup>> {
  const byName = new Map(jobs.map((job) => [job.record.name, job]));
  const skewMs = work.cloud.now().getTime() - work.deps.clock.now().getTime();
  // Not Math.min: there may be more in flight than a call takes arguments.
  const oldestMs =
    jobs.reduce(
      (oldest, { record }) => Math.min(oldest, startOf(record).getTime()),
      Number.POSITIVE_INFINITY,
    ) +
    skewMs -
    SKEW_SLACK_MS;
  const found = new Map<Job, Backup>();
  const others: Backup[] = [];
  for await (const page of work.cloud.listBackups()) {
    for (const backup of page) {
      const job = byName.get(backup.name);
      if (job === undefined || job.record.volumeId !== backup.volumeId) others.push(backup);
      // Of two with one name the newest, seen first, is the one that the last POST made.
      else if (!found.has(job)) found.set(job, backup);
    }
    if (found.size === byName.size) break;
    const oldestOfPage = page.at(-1);
    if (oldestOfPage !== undefined && oldestOfPage.createdAt.getTime() < oldestMs) break;
  }
  work.chains?.noteListed(others);
  return found;
}

/** One step by what the cloud says of the backup. */
async function follow(job: Job, backup: Backup, work: Work): Promise<void> {
  job.backupId = backup.id;
  if (job.phase === 'unseen') setPhase(job, 'inCloud', work);
  switch (backup.status) {
    case 'available':
    case 'restoring':
      work.pace.noteEnd('inCloud', ageMs(job, work));
      return finishGood(job, backup, work);
    case 'error':
    case 'error_deleting':
      work.pace.noteEnd('inCloud', ageMs(job, work));
      return failAttempt(job, work, backup.failReason ?? 'the cloud gave no reason', { leftover: true });
    case 'creating':
    case 'deleting':
    case 'unknown':
      if (ageMs(job, work) > work.bounds.stuckAfterMs && job.record.state === 'creating') {
        await setAttemptStuck(job, work);
      }
  }
}

/** The list was read down to before its start without it: only a GET proves that it is not there. */
async function followById(job: Job, backupId: string, work: Work): Promise<void> {
  const backup = await work.cloud.getBackup(backupId);
  if (backup !== undefined) return follow(job, backup, work);
  await failAttempt(job, work, 'someone deleted the backup while it was being made', {
    leftover: job.record.via === 'snapshot',
  });
}

async function followUnseen(job: Job, snapshot: Snapshot | undefined, work: Work): Promise<void> {
  if (snapshot !== undefined && job.snapshotId === undefined) job.snapshotId = snapshot.id;
  const { unseenSinceAt } = job.record;
  if (unseenSinceAt === undefined) {
    return saveJob(job, work, { state: 'creating', unseenSinceAt: work.deps.clock.now() });
  }
  const unseenMs = work.deps.clock.now().getTime() - unseenSinceAt.getTime();
  if (unseenMs <= UNSEEN_MS) return;
  await failAttempt(job, work, `no answer to the create, and no trace of it for ${UNSEEN_MS / 1000} s`, {
    leftover: job.record.via === 'snapshot',
  });
}

async function findSnapshots(jobs: readonly Job[], work: Work): Promise<Map<Job, Snapshot>> {
  const byName = new Map(jobs.map((job) => [job.record.name, job]));
  const found = new Map<Job, Snapshot>();
  for await (const page of work.cloud.listSnapshots()) {
    for (const snapshot of page) {
      const job = byName.get(snapshot.name);
      if (job === undefined || job.record.volumeId !== snapshot.volumeId) continue;
      // An earlier one of the same name may be on its way out.
      if (snapshot.id === job.snapshotId || (job.snapshotId === undefined && !found.has(job)))
        found.set(job, snapshot);
    }
    if (found.size === jobs.length) break;
  }
  return found;
}

/** A finished snapshot is backed up; an unfinished one is waited for. */
async function followSnapshot(job: Job, snapshot: Snapshot | undefined, work: Work): Promise<void> {
  if (snapshot === undefined || snapshot.status.startsWith('error')) {
    const reason =
      snapshot === undefined ? 'the temporary snapshot is gone' : 'the temporary snapshot failed';
    return failAttempt(job, work, reason, { leftover: snapshot !== undefined });
  }
  if (ageMs(job, work) > work.bounds.stuckAfterMs) {
    return failAttempt(job, work, 'the temporary snapshot could not be backed up', { leftover: true });
  }
  if (job.retryAt !== undefined && job.retryAt > work.deps.clock.now()) return;
  if (snapshot.status === 'available') {
    work.pace.noteEnd('snapshot', work.deps.clock.now().getTime() - job.phaseSince.getTime());
    await backUpSnapshot(job, snapshot, work);
  }
}

/**
 * An incremental of a snapshot is based on a backup whose stamp is strictly before the snapshot's creation.
 *
 * @see cinder/backup/api.py API.create
 */
async function backUpSnapshot(job: Job, snapshot: Snapshot, work: Work): Promise<void> {
  const policy = policyOf(job.record.policy, work.deps.deployment.policies);
  if (policy === undefined) {
    return failAttempt(job, work, 'its policy is no longer in the config', { leftover: true, isFinal: true });
  }
  const head = work.chains?.chainOf(job.record.volumeId)?.head;
  const hasOlderParent = head !== undefined && head.dataTimestampAt < snapshot.createdAt;
  if (job.record.type === 'incremental' && !hasOlderParent) {
    await saveJob(job, work, { state: 'creating', type: 'full', whyFull: 'no-parent' });
  }
  try {
    await postBackup(job, policy, work);
  } finally {
    // Nothing was sent: it is tried again at the next look.
    if (job.phase === 'starting') setPhase(job, 'snapshot', work);
  }
}

/** Stuck ones are older than any list is read for: they are asked for one by one, seldom. */
async function lookAtStuck(work: Work): Promise<void> {
  const now = work.deps.clock.now();
  for (const job of [...work.queue.stuck()]) {
    if (job.askAgainAt !== undefined && job.askAgainAt > now) continue;
    job.askAgainAt = new Date(now.getTime() + STUCK_INTERVAL_MS);
    const { backupId } = job;
    if (backupId !== undefined) await leaveOnConflict(job, work, () => followById(job, backupId, work));
  }
}

function ageMs(job: Job, work: Work): number {
  return work.deps.clock.now().getTime() - startOf(job.record).getTime();
}

function startOf({ startedAt, recordedAt }: BackupRecord): Date {
  return startedAt ?? recordedAt;
}
