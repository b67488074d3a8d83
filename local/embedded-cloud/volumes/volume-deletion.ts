import type { Call } from '../protocol/call.ts';
import { invalidVolume } from '../protocol/errors.ts';
import { type CloudState, toEpochSeconds } from '../state/cloud-state.ts';
import type { VolumeRow } from '../state/rows.ts';
import { setVolume } from './volume-status.ts';

const DELETABLE = ['available', 'error', 'error_restoring', 'error_extending', 'error_managing'];
const UNDELETABLE_SNAPSHOT = ['creating', 'backing-up', 'restoring', 'updating', 'unmanaging'];

interface DeletionRequest {
  /** In whatever status it is. */
  readonly isForced: boolean;
  /** Its snapshots go with it. */
  readonly isCascading: boolean;
}

/**
 * Accepts the deletion of a volume.
 *
 * @throws {Refusal} 400 for a status that does not allow it, attachments or snapshots.
 * @see cinder/volume/api.py API.delete (Cinder 21.3.1); text observed there
 */
export function deleteVolume(call: Call, volume: VolumeRow, request: DeletionRequest): void {
  const { cloud, nowMs } = call;
  const { isForced, isCascading } = request;
  const snapshots = [...cloud.snapshots.ofVolume(volume.id)];
  const isHeld = isCascading
    ? !isForced && snapshots.some(({ status }) => UNDELETABLE_SNAPSHOT.includes(status))
    : snapshots.length > 0;
  if ((!isForced && !DELETABLE.includes(volume.status)) || volume.attachments.length > 0 || isHeld) {
    const status = isForced ? '' : `status must be ${DELETABLE.join(' or ')} and`;
    throw invalidVolume(
      `Volume ${status} must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or ` +
        'be disassociated from snapshots after volume transfer.',
    );
  }
  setVolume(call, volume, { status: 'deleting' });
  for (const snapshot of isCascading ? snapshots : []) {
    cloud.snapshots.update(snapshot, { status: 'deleting', updated_at: toEpochSeconds(nowMs) });
  }
  beginVolumeDeletion(cloud, volume, nowMs);
}

/** Lets the deletion of a `deleting` volume, and of what snapshots it has, take its time. */
export function beginVolumeDeletion(cloud: CloudState, volume: VolumeRow, nowMs: number): void {
  cloud.beginJob(volume, nowMs, cloud.settings.durations.deleteSeconds, () => destroyVolume(cloud, volume));
}

/** The volume and its snapshots are gone; its backups stay. */
export function destroyVolume(cloud: CloudState, volume: VolumeRow): void {
  const { volumes, snapshots, contents, quotas } = cloud;
  for (const snapshot of [...snapshots.ofVolume(volume.id)]) {
    snapshots.remove(snapshot);
    contents.remove(snapshot.id);
    quotas.release(snapshot.project_id, { snapshots: 1, gigabytes: snapshot.size });
  }
  volumes.remove(volume);
  contents.remove(volume.id);
  if (volume.consumes_quota) quotas.release(volume.project_id, { volumes: 1, gigabytes: volume.size });
}
