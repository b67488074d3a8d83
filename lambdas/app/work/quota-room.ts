import { type CloudLimits, CloudRefusedCredentialsError, CloudUnreachableError } from '../ports.ts';
import type { Job } from './job.ts';
import { QUOTA_PAUSE_MS, waitForQuota } from './put-back.ts';
import { later, type Work } from './work.ts';

/** What the project may still take: as it was read, less what was started since. */
export interface QuotaRoom {
  readonly limits: CloudLimits;
  readonly readAt: Date;
  backups: number;
  gib: number;
}

/** What is running out is asked for again, as others free room too, but no oftener than this. */
const READ_AGAIN_MS = 30_000;
const UNLIMITED: CloudLimits = {
  usedBackups: 0,
  usedBackupGib: 0,
  usedSnapshots: 0,
  usedVolumes: 0,
  usedGib: 0,
};

/**
 * Whether the quotas leave room for a backup that is about to be started, which then counts as taken, with the full size of its volume. If
 * not, the job waits, without a request that the cloud would refuse; this is reported once in ten minutes.
 */
export async function takeRoom(job: Job, work: Work): Promise<boolean> {
  const { sizeGib } = job.record.volume;
  let room = await knownRoom(work);
  if (!hasRoom(room, sizeGib) && room.readAt <= later(work, -READ_AGAIN_MS)) {
    work.room = undefined;
    room = await knownRoom(work);
  }
  if (hasRoom(room, sizeGib)) {
    room.backups -= 1;
    room.gib -= sizeGib;
    return true;
  }
  // A volume that is too large must not keep smaller ones waiting.
  if (room.backups < 1 || room.gib < 1) work.startsBlockedUntil = later(work, QUOTA_PAUSE_MS);
  await waitForQuota(job, work, describeLimit(room, sizeGib));
  return false;
}

function hasRoom({ backups, gib }: QuotaRoom, sizeGib: number): boolean {
  return backups >= 1 && gib >= sizeGib;
}

function describeLimit({ limits, backups, gib }: QuotaRoom, sizeGib: number): string {
  const { maxBackups = 0, maxBackupGib = 0 } = limits;
  return backups < 1
    ? `quota: the project may have ${maxBackups} backups and has ${maxBackups - backups}`
    : `quota: the project may have backups of ${maxBackupGib} GiB and has ${maxBackupGib - gib} GiB: no room for ${sizeGib} GiB more`;
}

/** Read once for many callers. */
function knownRoom(work: Work): Promise<QuotaRoom> {
  work.room ??= readRoom(work).catch((error: unknown) => {
    work.room = undefined;
    throw error;
  });
  return work.room;
}

async function readRoom(work: Work): Promise<QuotaRoom> {
  const readAt = work.deps.clock.now();
  const limits = await readLimits(work);
  return {
    limits,
    readAt,
    backups: (limits.maxBackups ?? Number.POSITIVE_INFINITY) - limits.usedBackups,
    gib: (limits.maxBackupGib ?? Number.POSITIVE_INFINITY) - limits.usedBackupGib,
  };
}

/** Who may not ask for the limits learns of them by refusals. */
async function readLimits({ cloud, deps }: Work): Promise<CloudLimits> {
  try {
    return await cloud.getLimits();
  } catch (error) {
    if (error instanceof CloudUnreachableError || error instanceof CloudRefusedCredentialsError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    deps.log.warn('the limits of the project cannot be read', { cloud: cloud.name, message });
    return UNLIMITED;
  }
}
