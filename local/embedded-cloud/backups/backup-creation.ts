import { randomUUID } from 'node:crypto';
import type { Call } from '../protocol/call.ts';
import { invalidSnapshot, invalidVolume, notFound } from '../protocol/errors.ts';
import { authorize, isVisible } from '../protocol/policy.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';
import type { BackupRow, Metadata, SnapshotRow, VolumeRow } from '../state/rows.ts';
import { addTemporaryVolume } from '../volumes/temporary-volumes.ts';
import { freezeSource } from './backup-contents.ts';
import { failBackup, finishBackup } from './backup-endings.ts';
import { chooseParent } from './backup-parents.ts';

export interface BackupRequest {
  readonly volumeId: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly container: string | null;
  readonly isIncremental: boolean;
  readonly isForced: boolean;
  readonly snapshotId: string | null;
  readonly availabilityZone: string | null;
  readonly metadata: Metadata;
}

const VOLUME_GREW = 'Invalid backup: Volume size increased since the last backup. Do a full backup.';
const NO_SERVICE = 'Service not found for creating backup.';

/**
 * Accepts a backup: checks the source, takes quota, chooses the parent, marks the source `backing-up`; the backup
 * ends later. Everything is in the order in which Cinder does it, so that the first of several refusals is the same.
 *
 * @throws {Refusal}
 * @see cinder/backup/api.py API.create (Cinder 21.3.1)
 */
export function createBackup(call: Call, request: BackupRequest): BackupRow {
  const { cloud, caller } = call;
  const volume = cloud.volumes.get(request.volumeId);
  if (volume === undefined || !isVisible(call, volume)) throw notFound('Volume', request.volumeId);
  authorize(call, 'backup:create');
  const snapshot = request.snapshotId === null ? undefined : findSnapshot(call, volume, request.snapshotId);
  if (snapshot === undefined) checkVolume(volume, request.isForced);
  const amounts = { backups: 1, backup_gigabytes: volume.size };
  cloud.quotas.reserve(caller.projectId, amounts);
  let parent: BackupRow | undefined;
  try {
    parent = request.isIncremental ? findParent(call, volume, snapshot) : undefined;
  } catch (refusal) {
    cloud.quotas.release(caller.projectId, amounts);
    throw refusal;
  }
  const actualParent = parent !== undefined && call.takeFault('silentFull') ? undefined : parent;
  const row = newRow(call, request, volume, snapshot, actualParent);
  cloud.backups.insert(row);
  occupySource(call, volume, snapshot, row);
  start(call, row, volume, actualParent);
  return row;
}

function findSnapshot(call: Call, volume: VolumeRow, snapshotId: string): SnapshotRow {
  const snapshot = call.cloud.snapshots.get(snapshotId);
  if (snapshot === undefined || !isVisible(call, snapshot)) throw notFound('Snapshot', snapshotId);
  if (snapshot.volume_id !== volume.id) {
    throw invalidVolume(`Volume ${volume.id} does not match with snapshot.volume_id ${snapshot.volume_id}.`);
  }
  if (snapshot.status !== 'available') {
    throw invalidSnapshot(
      `Snapshot to be backed up must be available, but the current status is "${snapshot.status}".`,
    );
  }
  return snapshot;
}

function checkVolume(volume: VolumeRow, isForced: boolean): void {
  if (volume.status !== 'available' && volume.status !== 'in-use') {
    throw invalidVolume(
      `Volume to be backed up must be available or in-use, but the current status is "${volume.status}".`,
    );
  }
  if (volume.status === 'in-use' && !isForced) {
    throw invalidVolume('Backing up an in-use volume must use the force flag.');
  }
}

/** Only the backups of the token's own project can be the parent. */
function findParent(call: Call, volume: VolumeRow, snapshot: SnapshotRow | undefined): BackupRow {
  const { cloud, caller } = call;
  const own = cloud.backups.ofVolume(volume.id)[Symbol.iterator]();
  const mine = own.filter((backup) => backup.project_id === caller.projectId);
  return chooseParent(mine, snapshot, cloud.settings.release);
}

function newRow(
  call: Call,
  request: BackupRequest,
  volume: VolumeRow,
  snapshot: SnapshotRow | undefined,
  parent: BackupRow | undefined,
): BackupRow {
  const now = toEpochSeconds(call.nowMs);
  return {
    id: randomUUID(),
    project_id: call.caller.projectId,
    user_id: call.caller.userId,
    volume_id: volume.id,
    snapshot_id: snapshot?.id ?? null,
    parent_id: parent?.id ?? null,
    name: request.name,
    description: request.description,
    container: request.container,
    // Zed takes the zone and forgets it; honoured from 23.0.0 (2023.2) on.
    availability_zone: call.cloud.settings.release === 'zed' ? null : request.availabilityZone,
    status: 'creating',
    size: volume.size,
    object_count: 0,
    fail_reason: null,
    created_at: now,
    updated_at: now,
    data_timestamp: snapshot?.created_at ?? now,
    num_dependent_backups: null,
    metadata: request.metadata,
    encryption_key_id: volume.encryption_key_id === null ? null : randomUUID(),
    restore_volume_id: null,
    temp_volume_id: null,
    volume_name: volume.name,
    volume_description: volume.description,
    volume_metadata: volume.metadata,
    job: 0,
  };
}

function occupySource(
  call: Call,
  volume: VolumeRow,
  snapshot: SnapshotRow | undefined,
  row: BackupRow,
): void {
  const { snapshots, volumes, backups } = call.cloud;
  const busy = { status: 'backing-up', updated_at: toEpochSeconds(call.nowMs) };
  if (snapshot !== undefined) {
    snapshots.update(snapshot, busy);
    return;
  }
  if (volume.status === 'in-use') {
    const copy = addTemporaryVolume(call.cloud, volume, busy.updated_at);
    backups.update(row, { temp_volume_id: copy.id });
  }
  volumes.update(volume, { ...busy, previous_status: volume.status });
}

function start(call: Call, row: BackupRow, volume: VolumeRow, parent: BackupRow | undefined): void {
  const { cloud } = call;
  if (!cloud.isBackupServiceUp) {
    cloud.createdWhileDown.add(row.id);
    return;
  }
  const effect = call.takeFault('stuck', 'fail');
  if (effect?.stuck) return;
  const failReason = effect?.fail?.reason ?? foreseenFailure(row, volume, parent);
  if (failReason === undefined) freezeSource(cloud, row);
  const { incrementalSeconds, fullSeconds } = cloud.settings.durations;
  cloud.beginJob(row, call.nowMs, parent === undefined ? fullSeconds : incrementalSeconds, (atMs) =>
    failReason === undefined
      ? finishBackup(cloud, row, atMs)
      : failBackup(cloud, row, failReason, atMs, effect?.fail === undefined ? 'driver' : 'attach'),
  );
}

/** What will make the backup fail though it is accepted: a zone without a service, a parent of a smaller volume. */
function foreseenFailure(
  row: BackupRow,
  volume: VolumeRow,
  parent: BackupRow | undefined,
): string | undefined {
  const zone = row.availability_zone;
  if (zone !== null && zone !== '' && zone !== 'nova') return NO_SERVICE;
  return parent !== undefined && volume.size > parent.size ? VOLUME_GREW : undefined;
}
