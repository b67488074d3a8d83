import type { Call } from '../protocol/call.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';
import type { VolumeRow } from '../state/rows.ts';

/** A volume's new status by a request, together with what else changes. */
export function setVolume({ cloud, nowMs }: Call, volume: VolumeRow, changes: Partial<VolumeRow>): void {
  cloud.volumes.update(volume, { ...changes, updated_at: toEpochSeconds(nowMs) });
}

/** All that Cinder knows, as its messages list them. */
export const VOLUME_STATUSES = [
  'creating',
  'available',
  'deleting',
  'error',
  'error_deleting',
  'error_managing',
  'managing',
  'attaching',
  'in-use',
  'detaching',
  'maintenance',
  'restoring-backup',
  'error_restoring',
  'reserved',
  'awaiting-transfer',
  'backing-up',
  'error_backing-up',
  'error_extending',
  'downloading',
  'uploading',
  'retyping',
  'extending',
];

export const SNAPSHOT_STATUSES = [
  'error',
  'available',
  'creating',
  'deleting',
  'deleted',
  'updating',
  'error_deleting',
  'unmanaging',
  'backing-up',
  'restoring',
];
