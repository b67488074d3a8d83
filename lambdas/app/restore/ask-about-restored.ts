import type { RestoreHook } from '../../domain/policy.ts';
import { formatMs } from '../describe-schedule.ts';
import type { HookAnswer, HookQuestion } from '../ports.ts';
import { after, lookLater, type RestoreJob, type RestoreWork, saveRestoreJob } from './restore-work.ts';
import { endRestore } from './settle-restore.ts';

/** A single question, however much time the hook has: functions do not live for longer. */
const LONGEST_CALL_MS = 600_000;
/** Whoever cannot ask looks seldom whether another has. */
const ELSEWHERE_MS = 300_000;

/**
 * Asks the hook whether a restored volume is right, again and again while it is at it or gives no answer. Its time counts from the first
 * question, whichever process asked that.
 */
export async function askAboutRestored(job: RestoreJob, hook: RestoreHook, work: RestoreWork): Promise<void> {
  const { askHook, clock } = work.deps;
  if (askHook === undefined) {
    job.isLeft = true;
    job.nextAt = after(work, ELSEWHERE_MS);
    return;
  }
  if (job.record.hookAskedAt === undefined) {
    await saveRestoreJob(job, work, { state: 'checking', hookAskedAt: clock.now() });
  }
  const now = clock.now();
  const leftMs = (job.record.hookAskedAt ?? now).getTime() + hook.timeoutMs - now.getTime();
  if (leftMs <= 0) return giveUp(job, hook, work);
  const runMs = (work.run.deadlineAt?.getTime() ?? Number.POSITIVE_INFINITY) - now.getTime();
  const answer = await askHook(hook, questionOf(job, work), {
    timeoutMs: Math.max(1, Math.min(leftMs, runMs, LONGEST_CALL_MS)),
    ...(work.run.signal !== undefined && { signal: work.run.signal }),
  });
  await take(answer, job, work);
}

async function take(answer: HookAnswer, job: RestoreJob, work: RestoreWork): Promise<void> {
  if (answer.outcome === 'right') return endRestore(job, work, 'restored');
  if (answer.outcome === 'wrong') {
    return endRestore(job, work, 'failed', `the hook found it wrong: ${answer.reason}`);
  }
  if (answer.outcome === 'unusable') {
    return endRestore(job, work, 'failed', `the hook is of no use: ${answer.message}`);
  }
  lookLater(job, work);
  await noteObstacle(answer.outcome === 'pending' ? 'it was still at it' : answer.message, job, work);
}

/** For whoever looks at the record, and for the reason if no answer comes in time. */
async function noteObstacle(message: string, job: RestoreJob, work: RestoreWork): Promise<void> {
  if (job.record.reason !== message)
    await saveRestoreJob(job, work, { state: 'checking', reason: message, notBeforeAt: job.nextAt });
}

function giveUp(job: RestoreJob, { timeoutMs }: RestoreHook, work: RestoreWork): Promise<void> {
  const { reason } = job.record;
  const last = reason === undefined ? '' : `; last: ${reason}`;
  return endRestore(job, work, 'failed', `the hook gave no answer within ${formatMs(timeoutMs)}${last}`);
}

function questionOf({ record }: RestoreJob, { deps }: RestoreWork): HookQuestion {
  const { cloud, policy, id, targetId = '', target, backupId, dataTimestampAt, volumeId, source } = record;
  return {
    deployment: deps.deployment.name,
    cloud,
    ...(policy !== undefined && { policy }),
    testId: id,
    volumeId: targetId,
    sizeGib: target.sizeGib,
    backupId,
    dataTimestampAt,
    sourceVolumeId: volumeId,
    sourceVolumeName: source.name,
  };
}
