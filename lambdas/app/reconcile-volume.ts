import type { Backup, VolumeId } from '../domain/backup.ts';
import type { BackupRecord, RecordState } from '../domain/backup-record.ts';
import { type Marker, markerName, readMarker } from '../domain/marker.ts';
import type { VolumeFacts } from '../domain/volume.ts';
import { AlreadyRecordedError, CatalogConflictError, type Cloud } from './ports.ts';
import type { Dependencies } from './run.ts';
import type { ReportBuilder } from './run-report.ts';
import { forgetAt } from './work/end-attempt.ts';
import { jobKey } from './work/job.ts';
import { noteEndedBackups, toEnded } from './work/note-ended.ts';

export interface VolumeView {
  readonly volumeId: VolumeId;
  /** Every backup of the volume, foreign ones too, from a list that was read to its end. */
  readonly backups: readonly Backup[];
  readonly records: readonly BackupRecord[];
  readonly facts?: VolumeFacts;
}

/** What a backup of ours in this status means for its record. */
const STATE_OF_STATUS: Partial<Record<Backup['status'], RecordState>> = {
  available: 'available',
  restoring: 'available',
  creating: 'creating',
  error: 'clearing',
};

/** States of which nothing is left in the cloud: a backup that is there all the same came, or was restored, behind our back. */
const ENDED: ReadonlySet<RecordState> = new Set(['failed', 'skipped', 'lost', 'deleted']);

/**
 * Makes the catalog agree with the cloud on one volume, both ways: a backup of ours without a record is recorded, a record
 * whose backup is proved gone becomes `lost`. Changes nothing in the cloud.
 *
 * @returns the records as they are now, with `dryRun` as they would be.
 */
export async function reconcileVolume(
  view: VolumeView,
  cloud: Cloud,
  deps: Dependencies,
  report: ReportBuilder,
  options: { readonly dryRun: boolean },
): Promise<readonly BackupRecord[]> {
  const records = new Map(view.records.map((record) => [jobKey(record), record]));
  const isPresent = new Set(view.backups.map((backup) => backup.id));
  const store = async (record: BackupRecord) => {
    const stored = options.dryRun ? record : await save(record, deps);
    if (stored !== undefined) records.set(jobKey(stored), stored);
    return stored !== undefined;
  };
  for (const backup of view.backups) {
    const adopted = await adopt(backup, view, records, cloud, deps);
    if (adopted !== undefined && (await store(adopted))) report.addRecord(adopted, 'adopted');
  }
  for (const record of view.records) {
    if (record.state !== 'available' || record.backupId === undefined || isPresent.has(record.backupId))
      continue;
    if ((await cloud.getBackup(record.backupId)) !== undefined) continue;
    const reason = 'someone else deleted it';
    const endedAt = deps.clock.now();
    if (!options.dryRun) await noteEndedBackups(cloud.name, [toEnded(record, record.backupId)], deps);
    if (await store({ ...record, state: 'lost', reason, endedAt, forgetAt: forgetAt({ deps }) })) {
      report.addRecord(record, 'lost', { reason });
    }
  }
  return [...records.values()];
}

async function adopt(
  listed: Backup,
  view: VolumeView,
  records: ReadonlyMap<string, BackupRecord>,
  cloud: Cloud,
  deps: Dependencies,
): Promise<BackupRecord | undefined> {
  const marker = readMarker(listed, deps.deployment.name);
  if (marker === undefined || STATE_OF_STATUS[listed.status] === undefined) return undefined;
  const slot = { cloud: cloud.name, volumeId: view.volumeId, policy: marker.policy, slotAt: marker.slotAt };
  const key = { ...slot, attempt: marker.attempt ?? attemptOf(listed, slot, records) };
  const known = records.get(jobKey(key));
  const isKnown = known !== undefined && (known.backupId === listed.id || known.backupId === undefined);
  if (known !== undefined && (!isKnown || !ENDED.has(known.state))) return undefined;
  // The list was read before the record: what ended in between was on it.
  const backup = known === undefined ? listed : await cloud.getBackup(listed.id);
  const state = backup && STATE_OF_STATUS[backup.status];
  if (backup === undefined || state === undefined) return undefined;
  // What failed is cleared away, but not what a person said to keep.
  if (state === 'clearing' && marker.pin !== undefined) return undefined;
  const { forgetAt: _kept, ...base } = known ?? newRecord(key, marker, backup, view, deps);
  return { ...base, ...factsOf(backup), ...(marker.pin !== undefined && { pin: marker.pin }), state };
}

/** Someone renamed the backup, so only its record could tell the attempt; without one, any free number will do. */
function attemptOf(
  backup: Backup,
  slot: Pick<BackupRecord, 'volumeId' | 'policy' | 'slotAt'>,
  records: ReadonlyMap<string, BackupRecord>,
): number {
  for (const record of records.values()) {
    if (record.backupId === backup.id) return record.attempt;
  }
  let attempt = 1;
  while (records.has(jobKey({ ...slot, attempt }))) attempt += 1;
  return attempt;
}

function newRecord(
  key: Pick<BackupRecord, 'cloud' | 'volumeId' | 'policy' | 'slotAt' | 'attempt'>,
  marker: Marker,
  backup: Backup,
  view: VolumeView,
  deps: Dependencies,
): BackupRecord {
  const now = deps.clock.now();
  return {
    ...key,
    name: markerName({ ...key, deployment: marker.deployment }),
    state: 'available',
    trigger: 'rebuild',
    via: backup.snapshotId === undefined ? 'volume' : 'snapshot',
    volume: view.facts ?? { name: '', sizeGib: backup.sizeGib },
    recordedAt: now,
    openedAt: now,
    version: 0,
  };
}

function factsOf(backup: Backup) {
  return {
    backupId: backup.id,
    type: backup.isIncremental ? ('incremental' as const) : ('full' as const),
    dataTimestampAt: backup.dataTimestampAt,
    objectCount: backup.objectCount,
    startedAt: backup.createdAt,
    ...(backup.failReason !== undefined && { reason: backup.failReason }),
    ...(backup.snapshotId !== undefined && { snapshotId: backup.snapshotId }),
  };
}

/** undefined: another run was quicker; its record stands. */
async function save(record: BackupRecord, deps: Dependencies): Promise<BackupRecord | undefined> {
  try {
    return await deps.catalog.save(record);
  } catch (error) {
    if (error instanceof AlreadyRecordedError || error instanceof CatalogConflictError) return undefined;
    throw error;
  }
}
