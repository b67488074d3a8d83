import type { Backup } from '../domain/backup.ts';
import type { BackupRecord, Pin, RecordState } from '../domain/backup-record.ts';
import type { FoundBackup } from './find-backup.ts';
import { CatalogConflictError, type Cloud } from './ports.ts';
import { reconcileVolume } from './reconcile-volume.ts';
import { type Dependencies, isOver, type Run } from './run.ts';
import type { ReportBuilder } from './run-report.ts';
import { takeLease } from './work/lease.ts';
import { withdrawDeletion } from './work/withdraw-deletion.ts';

export interface PinToRecord {
  readonly found: FoundBackup;
  /** Absent: the pin is taken away. */
  readonly pin: Pin | undefined;
  readonly run: Run;
  readonly deps: Dependencies;
  readonly report: ReportBuilder;
  readonly dryRun: boolean;
}

export type Recorded = { readonly record: BackupRecord } | { readonly refusal: string };

/** Rivals for one record: each try is lost to one that was won. */
const TRIES = 20;
/** How long the worker at a cloud may take to withdraw a deletion: it asks for new work every 15 s. */
const PATIENCE_MS = 90_000;
const POLL_MS = 2_000;

/** Why a backup that the cloud shows like this cannot be pinned. */
const UNFIT: Partial<Record<Backup['status'], string>> = {
  creating: 'it is still being made; pin it when it is available',
  deleting: 'too late: the cloud is deleting it already',
  error: 'it failed and is cleared away: there is nothing in it to keep',
  error_deleting: 'too late: its deletion has begun, and failed',
  unknown: 'the cloud shows it in a status that is not known here',
};

/** The same for states of its record, where the cloud shows nothing against it. */
const UNREADY: Partial<Record<RecordState, string>> = {
  waiting: 'it is still being made; pin it when it is available',
  creating: 'it has only just been made and is not recorded as good yet; try again in a minute',
  stuck: 'it has only just come to its end and is not recorded as good yet; try again in a minute',
  clearing: 'it failed and is cleared away: there is nothing in it to keep',
};

/**
 * Writes a pin, or the end of one, into the record of a backup, over whatever else is written there at the same time, and puts its
 * volume up for a decision. A backup of ours that the catalog does not know is recorded first.
 *
 * A decision to delete it that has not been carried out is withdrawn, by this process if no other is at work on the cloud, else by that one.
 */
export async function recordPin(asked: PinToRecord): Promise<Recorded> {
  const { pin, deps, dryRun } = asked;
  const unfit = pin === undefined ? undefined : UNFIT[asked.found.backup.status];
  if (unfit !== undefined) return { refusal: unfit };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const record = await findRecord(asked);
    if (record === undefined) return { refusal: await explainAbsence(asked.found) };
    const unready = UNREADY[record.state];
    if (pin !== undefined && unready !== undefined) return { refusal: unready };
    if (dryRun) return { record };
    const saved = await trySave(withPin(record, pin, deps), deps);
    if (saved === undefined) continue;
    if (pin !== undefined && saved.state === 'deleting') return awaitWithdrawal(saved, asked);
    await putUp(saved, deps);
    return { record: saved };
  }
  return { refusal: `its record was changed by others ${TRIES} times in a row; try again` };
}

/** An intent to delete comes to the worker's notice again: it is what has just entered the index of work. */
function withPin(record: BackupRecord, pin: Pin | undefined, { clock }: Dependencies): BackupRecord {
  const { pin: _former, ...unpinned } = record;
  if (pin === undefined) return unpinned;
  return { ...unpinned, pin, ...(record.state === 'deleting' && { openedAt: clock.now() }) };
}

async function findRecord({ found, deps, report, dryRun }: PinToRecord): Promise<BackupRecord | undefined> {
  const { backup, cloud } = found;
  const { volumeId } = backup;
  const records = await deps.catalog.listVolumeRecords(cloud.name, volumeId);
  const known = records.find((record) => isOf(record, backup));
  if (known !== undefined && !isEnded(known)) return known;
  const backups: Backup[] = [];
  for await (const page of cloud.listBackups({ volumeId })) backups.push(...page);
  const view = { volumeId, backups, records };
  const reconciled = await reconcileVolume(view, cloud, deps, report, { dryRun });
  return reconciled.find((record) => isOf(record, backup) && !isEnded(record));
}

async function explainAbsence({ backup, cloud }: FoundBackup): Promise<string> {
  const isGone = (await cloud.getBackup(backup.id)) === undefined;
  return isGone
    ? 'too late: it has just been deleted'
    : 'the catalog has no record of it, and none could be made';
}

/** The id is recorded only when the backup was seen to be good. */
function isOf(record: BackupRecord, backup: Backup): boolean {
  return record.backupId === backup.id || (record.backupId === undefined && record.name === backup.name);
}

/** Of these nothing should be in the cloud; that the backup is there all the same is for reconciling to explain. */
function isEnded({ state }: BackupRecord): boolean {
  return state === 'failed' || state === 'skipped' || state === 'lost' || state === 'deleted';
}

/** undefined: someone else was quicker. */
async function trySave(record: BackupRecord, { catalog }: Dependencies): Promise<BackupRecord | undefined> {
  try {
    return await catalog.save(record);
  } catch (error) {
    if (error instanceof CatalogConflictError) return undefined;
    throw error;
  }
}

async function putUp(
  { cloud, volumeId, volume }: BackupRecord,
  { catalog, clock }: Dependencies,
): Promise<void> {
  await catalog.noteVolume({ cloud, volumeId, volume, decideAt: clock.now() });
}

/** The record says both, to be deleted and pinned: whoever holds the lease sends no DELETE after having read that. */
async function awaitWithdrawal(recorded: BackupRecord, { found, run, deps }: PinToRecord): Promise<Recorded> {
  const until = deps.clock.now().getTime() + PATIENCE_MS;
  while (true) {
    const record = (await deps.catalog.getRecord(recorded)) ?? recorded;
    if (record.state === 'available') return { record };
    if (record.state !== 'deleting') return { refusal: 'too late: it has just been deleted' };
    const withdrawn = await withdrawHere(record, found.cloud, deps);
    if (withdrawn !== undefined) return withdrawn;
    if (isOver(run, deps.clock.now()) || deps.clock.now().getTime() >= until) break;
    await deps.clock.sleep(POLL_MS, run.signal);
  }
  return {
    refusal:
      'its deletion had been decided, and the run that is at work has not answered yet: if it has not begun by now, the pin holds. ' +
      'Ask again, or look at it with show',
  };
}

/** undefined: another run is at work on the cloud, or the record has just changed. */
async function withdrawHere(
  record: BackupRecord,
  cloud: Cloud,
  deps: Dependencies,
): Promise<Recorded | undefined> {
  if (deps.workingClouds.has(cloud.name)) return undefined;
  const lease = await takeLease(cloud.name, deps);
  if (lease === undefined) return undefined;
  deps.workingClouds.add(cloud.name);
  try {
    const kept = await withdrawDeletion(record, cloud, deps);
    return kept === undefined ? { refusal: 'too late: the cloud is deleting it already' } : { record: kept };
  } catch (error) {
    if (error instanceof CatalogConflictError) return undefined;
    throw error;
  } finally {
    deps.workingClouds.delete(cloud.name);
    await lease.release();
  }
}
