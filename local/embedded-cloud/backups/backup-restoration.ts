import type { Call } from '../protocol/call.ts';
import { invalidBackup, invalidVolume, notFound } from '../protocol/errors.ts';
import { type CloudState, toEpochSeconds } from '../state/cloud-state.ts';
import type { BackupRow, Metadata, VolumeRow } from '../state/rows.ts';
import { defaultType } from '../types/volume-types.ts';
import { newVolume } from '../volumes/volume-creation.ts';
import { findVolume } from '../volumes/volume-lookup.ts';
import { restoreContent } from './backup-contents.ts';
import { addBackupMessage } from './backup-endings.ts';

interface RestoreRequest {
  readonly volumeId: string | null;
  readonly name: string | null;
}

/**
 * Accepts a restore, into the named volume or else into a new one; a volume id outranks a name.
 *
 * The real API makes the new volume inside the request and looks every second whether it is there, so it answers
 * after a second or more. This one answers at once: its clock may stand still.
 *
 * @throws {Refusal} 400 for a wrong status or size, 404 for an unknown volume or while cinder-backup is down (the
 *   new volume is then left behind, as the real one leaves it), 413 beyond the volume quota.
 * @see cinder/backup/api.py API.restore (Cinder 21.3.1)
 */
export function restoreBackup(call: Call, backup: BackupRow, request: RestoreRequest): VolumeRow {
  const { cloud, nowMs } = call;
  if (backup.status !== 'available') throw invalidBackup('Backup status must be available');
  const volume =
    request.volumeId === null ? createTarget(call, backup, request.name) : findVolume(call, request.volumeId);
  if (volume.status !== 'available') throw invalidVolume('Volume to be restored to must be available');
  if (backup.size > volume.size) {
    throw invalidVolume(`volume size ${volume.size} is too small to restore backup of size ${backup.size}.`);
  }
  if (!cloud.isBackupServiceUp) throw notFound('Service', 'cinder-backup');
  cloud.volumes.update(volume, { status: 'restoring-backup', updated_at: toEpochSeconds(nowMs) });
  occupyBackup(cloud, backup, volume, nowMs);
  const effect = call.takeFault('fail', 'stuck');
  if (!effect?.stuck) beginRestore(cloud, backup, nowMs, effect?.fail !== undefined);
  return volume;
}

function createTarget(call: Call, backup: BackupRow, name: string | null): VolumeRow {
  const { cloud, caller, nowMs } = call;
  cloud.quotas.reserve(caller.projectId, { volumes: 1, gigabytes: backup.size }, false);
  const volume = newVolume({
    project_id: caller.projectId,
    user_id: caller.userId,
    name: name ?? `restore_backup_${backup.id}`,
    description: 'auto-created_from_restore_from_backup',
    size: backup.size,
    volume_type_id: defaultType(cloud).id,
    created_at: toEpochSeconds(nowMs),
  });
  cloud.volumes.insert(volume);
  return volume;
}

/**
 * Restores a backup into a volume that was made for it, and is `creating` until that has ended; without a
 * cinder-backup to do it the volume is in `error`.
 *
 * @see cinder/volume/flows/manager/create_volume.py CreateVolumeFromSpecTask._create_from_backup (Cinder 21.3.1)
 */
export function restoreIntoNewVolume(
  cloud: CloudState,
  backup: BackupRow,
  volume: VolumeRow,
  nowMs: number,
): void {
  if (!cloud.isBackupServiceUp) {
    cloud.volumes.update(volume, { status: 'error', updated_at: toEpochSeconds(nowMs) });
    return;
  }
  occupyBackup(cloud, backup, volume, nowMs);
  beginRestore(cloud, backup, nowMs, false);
}

function occupyBackup(cloud: CloudState, backup: BackupRow, volume: VolumeRow, nowMs: number): void {
  const updated_at = toEpochSeconds(nowMs);
  cloud.backups.update(backup, { status: 'restoring', restore_volume_id: volume.id, updated_at });
}

function beginRestore(cloud: CloudState, backup: BackupRow, nowMs: number, isFailing: boolean): void {
  cloud.beginJob(backup, nowMs, cloud.settings.durations.restoreSeconds, (atMs) =>
    finishRestore(cloud, backup, isFailing, atMs),
  );
}

const ATTACH_FAILED = ['VOLUME_VOLUME_BACKUP_015_021', 'restore backup:Failed to attach volume.'] as const;
const DRIVER_FAILED = [
  'VOLUME_VOLUME_BACKUP_015_026',
  'restore backup:Backup driver failed to restore backup.',
] as const;

/**
 * Ends a restore. The backup is `available` again whatever came of it; a failure shows on the volume.
 *
 * @see cinder/backup/manager.py BackupManager.restore_backup; observed on Cinder 21.3.1 (Zed)
 */
function finishRestore(cloud: CloudState, backup: BackupRow, isFailing: boolean, atMs: number): void {
  const volume = interruptRestore(cloud, backup, atMs);
  if (volume === undefined) return;
  if (isFailing) addBackupMessage(cloud, backup, ...ATTACH_FAILED, atMs);
  else if (restoreContent(cloud, backup, volume.id)) completeRestore(cloud, backup, volume);
  else addBackupMessage(cloud, backup, ...DRIVER_FAILED, atMs);
}

/**
 * What a kill of cinder-backup in the middle leaves, and a failure too: the backup whole, the volume in
 * `error_restoring`. Without one if the volume is gone.
 */
export function interruptRestore(cloud: CloudState, backup: BackupRow, atMs: number): VolumeRow | undefined {
  const updated_at = toEpochSeconds(atMs);
  cloud.backups.update(backup, { status: 'available', updated_at });
  const volume = backup.restore_volume_id === null ? undefined : cloud.volumes.get(backup.restore_volume_id);
  if (volume === undefined) return undefined;
  cloud.volumes.update(volume, { status: 'error_restoring', updated_at });
  return volume;
}

function completeRestore({ volumes }: CloudState, backup: BackupRow, volume: VolumeRow): void {
  volumes.update(volume, {
    status: 'available',
    metadata: restoredMetadata(volume, backup),
    ...(takesName(volume, backup) && { name: backup.volume_name, description: backup.volume_description }),
  });
}

/**
 * The metadata that the source had takes the place of the volume's own; if it had none, those stay.
 *
 * @see cinder/backup/driver.py BackupMetadataAPI._restore_vol_meta (Cinder 21.3.1)
 */
function restoredMetadata(volume: VolumeRow, backup: BackupRow): Metadata {
  const hadAny = Object.keys(backup.volume_metadata).length > 0;
  const metadata = hadAny ? backup.volume_metadata : volume.metadata;
  return saysItsSource(volume, backup) ? { ...metadata, src_backup_id: backup.id } : metadata;
}

/** A volume says which backup it came from; one restored to what it was itself does not. */
function saysItsSource(volume: VolumeRow, backup: BackupRow): boolean {
  const former = volume.metadata.src_backup_id;
  return backup.volume_id !== volume.id || (former !== undefined && former !== backup.id);
}

/**
 * A volume that got its name from nobody gets name and description of the one that was backed up.
 *
 * @see cinder/backup/driver.py BackupMetadataAPI._restore_vol_base_meta (Cinder 21.3.1)
 */
function takesName(volume: VolumeRow, backup: BackupRow): boolean {
  return Boolean(backup.volume_name) && (!volume.name || volume.name.startsWith('restore_backup_'));
}
