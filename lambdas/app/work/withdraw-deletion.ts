import type { BackupRecord } from '../../domain/backup-record.ts';
import { describeReason } from '../../domain/decision.ts';
import { pinInForce } from '../../domain/pin.ts';
import { CatalogConflictError, type Cloud } from '../ports.ts';
import { findRestoreHold } from '../restore/restore-holds.ts';
import type { Dependencies } from '../run.ts';
import type { Job } from './job.ts';
import { leaveOnConflict } from './leave-conflict.ts';
import type { Work } from './work.ts';

/** Whether a person pinned the backup after its deletion had been decided, and that still counts. */
export function isPinnedIntent({ state, pin }: BackupRecord, now: Date): boolean {
  return state === 'deleting' && pinInForce([pin], now) !== undefined;
}

/**
 * Takes the decision to delete a backup back. Only for who holds the lease of the cloud: nobody else sends DELETEs.
 *
 * @returns the record as it is now; undefined when it is too late, as the cloud no longer has the backup in a state to be kept.
 * @throws {CatalogConflictError} the record changed meanwhile.
 */
export async function withdrawDeletion(
  record: BackupRecord,
  cloud: Cloud,
  { catalog, clock }: Pick<Dependencies, 'catalog' | 'clock'>,
): Promise<BackupRecord | undefined> {
  const backup = record.backupId === undefined ? undefined : await cloud.getBackup(record.backupId);
  if (backup?.status !== 'available' && backup?.status !== 'restoring') return undefined;
  const { reason: _why, notBeforeAt: _when, ...kept } = record;
  const saved = await catalog.save({ ...kept, state: 'available' });
  const { cloud: name, volumeId, volume } = saved;
  await catalog.noteVolume({ cloud: name, volumeId, volume, decideAt: clock.now() });
  return saved;
}

/**
 * Right before a DELETE: reads the record again, as a pin may have come since the deletion was decided.
 *
 * @returns whether the deletion was withdrawn; the job is finished then.
 * @throws {CatalogConflictError} the record says something else by now.
 */
export async function withdrawIfPinned(job: Job, work: Work): Promise<boolean> {
  const current = await work.deps.catalog.getRecord(job.record);
  if (current?.state !== 'deleting') {
    throw new CatalogConflictError(`${job.record.name} is ${current?.state ?? 'not recorded'} by now`);
  }
  job.record = current;
  const pin = pinInForce([current.pin], work.cloud.now());
  const kept = pin && (await withdrawDeletion(current, work.cloud, work.deps));
  if (pin === undefined || kept === undefined) return false;
  job.record = kept;
  work.queue.finish(job);
  const reason = `its deletion was withdrawn: ${describeReason({ rule: 'pinned', ...pin })}`;
  work.report.addRecord(kept, 'kept', { reason });
  return true;
}

/**
 * Right before a DELETE: a restore may need the backup since its deletion was decided.
 *
 * @returns whether the deletion was withdrawn; the job is finished then.
 */
export async function withdrawIfRestoring(job: Job, work: Work): Promise<boolean> {
  const { cloud, volumeId, backupId = '' } = job.record;
  const restore = await findRestoreHold(cloud, volumeId, backupId, work.deps);
  const kept = restore && (await withdrawDeletion(job.record, work.cloud, work.deps));
  if (restore === undefined || kept === undefined) return false;
  job.record = kept;
  work.queue.finish(job);
  const reason = `its deletion was withdrawn: ${describeReason({ rule: 'restore', until: restore.heldUntil })}`;
  work.report.addRecord(kept, 'kept', { reason });
  return true;
}

/** A pinned intent that has just come in: it does not wait for its turn, as whoever pinned it waits for the answer. */
export async function takeBackIntent(record: BackupRecord, work: Work): Promise<void> {
  const now = work.deps.clock.now();
  const job = work.queue.takeOut(record, now);
  if (job === undefined) return;
  await leaveOnConflict(job, work, async () => {
    if (!(await withdrawIfPinned(job, work))) work.queue.add(job.record, now);
  });
}
