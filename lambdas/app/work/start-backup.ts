import type { BackupType } from '../../domain/backup.ts';
import { planBackup } from '../../domain/backup-plan.ts';
import type { BackupRecord, FullReason } from '../../domain/backup-record.ts';
import { markerDescription, markerMetadata } from '../../domain/marker.ts';
import type { Policy } from '../../domain/policy.ts';
import { policyOf } from '../../domain/prune-plan.ts';
import { hasSucceeded } from '../../domain/retry.ts';
import { isSelected } from '../../domain/selection.ts';
import type { CreateBackupRequest, CreateOutcome, CreateRefusal } from '../ports.ts';
import { EARLIER_SUCCESS, failAttempt, skipAttempt } from './end-attempt.ts';
import type { Job } from './job.ts';
import { putBack, QUOTA_PAUSE_MS, waitForQuota } from './put-back.ts';
import { takeRoom } from './quota-room.ts';
import { removeSnapshot } from './remove-snapshot.ts';
import { later, saveJob, setPhase, type Work } from './work.ts';

/**
 * Cinder orders backups by `data_timestamp` in whole seconds and breaks ties by random id; two within a second can fork the
 * chain.
 *
 * @see cinder/backup/api.py API.create
 */
const APART_MS = 2_000;

/**
 * Starts what a waiting record asks for: decides full or incremental on what is in the cloud now, claims the attempt in the
 * catalog, then asks the cloud. Afterwards the job is under way, deferred or ended.
 */
export async function startBackup(job: Job, work: Work): Promise<void> {
  const { record } = job;
  const policy = policyOf(record.policy, work.deps.deployment.policies);
  const obstacle = findObstacle(job, policy, work) ?? (await findEarlierSuccess(record, work));
  if (policy === undefined || obstacle !== undefined) {
    return skipAttempt(
      job,
      work,
      obstacle ?? { reason: 'its policy is no longer in the config', isFailure: false },
    );
  }
  const chain = work.chains?.chainOf(record.volumeId);
  const waitMs = chain?.newestStampAt
    ? chain.newestStampAt.getTime() + APART_MS - work.cloud.now().getTime()
    : 0;
  // A stamp far in the future is a clock that stepped: waiting for it would stop the volume's backups.
  if (waitMs > 0 && waitMs <= APART_MS) return work.queue.defer(job, later(work, waitMs));

  if (!(await takeRoom(job, work))) return;
  const plan = planBackup({
    policy,
    slotAt: record.slotAt,
    volumeSizeGib: record.volume.sizeGib,
    cloudNow: work.cloud.now(),
    alongside: findAlongside(record, work),
    ...(chain !== undefined && { chain }),
    ...(record.whyFull === 'incremental-failed'
      ? { afterFailureOfIncremental: true }
      : record.type !== undefined && { requestedType: record.type }),
  });
  const parentId = plan.type === 'incremental' ? chain?.head?.backupId : undefined;
  await saveJob(job, work, {
    state: 'creating',
    startedAt: work.deps.clock.now(),
    type: plan.type,
    ...(plan.type === 'full' && { whyFull: plan.whyFull }),
    ...(parentId !== undefined && { parentId }),
  });
  await (record.via === 'snapshot' ? takeSnapshot(job, policy, work) : postBackup(job, policy, work));
}

/** The other policies that back up the volume into the same chain, as far as its recorded facts tell. */
function findAlongside(record: BackupRecord, work: Work): Policy[] {
  const volume = {
    ...record.volume,
    id: record.volumeId,
    metadata: record.volume.metadata ?? {},
    serverIds: [],
  };
  return [...work.deps.deployment.policies.values()].filter(
    (other) =>
      other.cloud === record.cloud && other.name !== record.policy && isSelected(volume, other.select),
  );
}

/** Why a waiting attempt is not worth starting any more. */
function findObstacle(job: Job, policy: Policy | undefined, work: Work) {
  const { record } = job;
  const successor = work.queue.findSuccessor(record);
  if (successor !== undefined) {
    return { reason: `superseded by slot ${successor.record.slotAt.toISOString()}`, isFailure: true };
  }
  if (policy === undefined || record.trigger === 'manual') return undefined;
  const ageMs = work.deps.clock.now().getTime() - record.slotAt.getTime();
  if (ageMs <= policy.schedule.makeUpMs + policy.schedule.windowMs) return undefined;
  return {
    reason: `missed: it could not be started within makeUp; last obstacle: ${record.reason ?? 'none'}`,
    isFailure: true,
  };
}

/** A stuck or unseen attempt may have succeeded after all, in a run that could not call off this one. */
async function findEarlierSuccess(record: BackupRecord, work: Work) {
  for (let attempt = record.attempt - 1; attempt >= 1; attempt -= 1) {
    const earlier = await work.deps.catalog.getRecord({ ...record, attempt });
    if (earlier !== undefined && hasSucceeded(earlier)) return { reason: EARLIER_SUCCESS, isFailure: false };
  }
  return undefined;
}

/** Makes the temporary snapshot that frees the volume at once; the backup follows when it is available. */
async function takeSnapshot(job: Job, policy: Policy, work: Work): Promise<void> {
  const { record } = job;
  setPhase(job, 'starting', work);
  const outcome = await work.cloud.createSnapshot({
    volumeId: record.volumeId,
    name: record.name,
    metadata: markerMetadata(markerOf(job, work)),
  });
  await settleOutcome(job, policy, work, outcome, (id) => {
    job.snapshotId = id;
    setPhase(job, 'snapshot', work);
  });
}

/** Asks the cloud for the backup, of the volume or of its finished snapshot. */
export async function postBackup(job: Job, policy: Policy, work: Work): Promise<void> {
  const outcome = await work.cloud.createBackup(requestFor(job, policy, work, setStarting(job, work)));
  await settleOutcome(job, policy, work, outcome, (id) => {
    job.backupId = id;
    setPhase(job, 'inCloud', work);
  });
}

function setStarting(job: Job, work: Work): BackupType {
  setPhase(job, 'starting', work);
  return job.record.type ?? 'full';
}

function requestFor(job: Job, policy: Policy, work: Work, type: BackupType): CreateBackupRequest {
  const marker = markerOf(job, work);
  return {
    volumeId: job.record.volumeId,
    name: job.record.name,
    type,
    ...(work.identity.hasBackupMetadata
      ? { metadata: markerMetadata(marker) }
      : { description: markerDescription(marker) }),
    ...(job.record.via === 'force' && { force: true }),
    ...(job.snapshotId !== undefined && { snapshotId: job.snapshotId }),
    ...(policy.container !== undefined && { container: policy.container }),
  };
}

function markerOf(job: Job, work: Work) {
  return { deployment: work.deps.deployment.name, policy: job.record.policy, slotAt: job.record.slotAt };
}

async function settleOutcome<Id extends string>(
  job: Job,
  policy: Policy,
  work: Work,
  outcome: CreateOutcome<Id>,
  accept: (id: Id) => void,
): Promise<void> {
  if (outcome.outcome === 'accepted') return accept(outcome.id);
  if (outcome.outcome === 'unanswered') {
    work.deps.log.warn('no answer to a create; looking for what it may have made', {
      name: job.record.name,
      message: outcome.message,
    });
    return setPhase(job, 'unseen', work);
  }
  await REFUSALS[outcome.cause](job, policy, work, outcome.message);
}

type Refused = (job: Job, policy: Policy, work: Work, message: string) => Promise<void>;

const REFUSALS: Record<CreateRefusal, Refused> = {
  'volume-busy': (job, _policy, work, message) => putBack(job, work, message),
  'snapshot-busy': (job, _policy, work, message) => putBack(job, work, message),
  'not-now': (job, _policy, work, message) => putBack(job, work, message),
  'volume-in-use': goRoundInUse,
  'no-parent': (job, policy, work) => repeatAsFull(job, policy, work, 'no-parent'),
  'parent-not-available': (job, policy, work) => repeatAsFull(job, policy, work, 'parent-not-available'),
  'snapshot-gone': (job, _policy, work, message) => failAttempt(job, work, message, { leftover: false }),
  'volume-gone': (job, _policy, work) =>
    skipAttempt(job, work, { reason: 'the volume is gone', isFailure: false }),
  'volume-unfit': (job, _policy, work, message) => failAttempt(job, work, message, { leftover: false }),
  rejected: (job, _policy, work, message) =>
    failAttempt(job, work, message, { leftover: job.record.via === 'snapshot', isFinal: true }),
  quota: async (job, _policy, work, message) => {
    work.startsBlockedUntil = later(work, QUOTA_PAUSE_MS);
    // It counts against quota itself, and waiting for room must not keep a place from what makes room.
    if (job.snapshotId !== undefined && (await removeSnapshot(job, work))) delete job.snapshotId;
    await waitForQuota(job, work, message);
  },
};

async function goRoundInUse(job: Job, policy: Policy, work: Work, message: string): Promise<void> {
  if (policy.inUse === 'skip') {
    return skipAttempt(job, work, { reason: 'the volume is in use', isFailure: false });
  }
  if (job.record.via === policy.inUse) return failAttempt(job, work, message, { leftover: false });
  await saveJob(job, work, { state: 'creating', via: policy.inUse });
  await (policy.inUse === 'snapshot' ? takeSnapshot(job, policy, work) : postBackup(job, policy, work));
}

/** A 400 made nothing, so the same attempt may go on as a full. */
async function repeatAsFull(job: Job, policy: Policy, work: Work, whyFull: FullReason): Promise<void> {
  if (job.record.type === 'full') {
    return failAttempt(job, work, `the cloud wants a parent for a full: ${whyFull}`, { leftover: false });
  }
  const { parentId: _none, ...record } = job.record;
  job.record = await work.deps.catalog.save({ ...record, type: 'full', whyFull });
  await postBackup(job, policy, work);
}
