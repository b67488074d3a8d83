import { argumentOf } from '../protocol/actions.ts';
import type { Answer, Call } from '../protocol/call.ts';
import { badRequest, noSuchMethod, Refusal } from '../protocol/errors.ts';
import { FROM } from '../protocol/microversion.ts';
import { authorize } from '../protocol/policy.ts';
import { type CloudState, toEpochSeconds } from '../state/cloud-state.ts';
import type { SnapshotRow, VolumeRow } from '../state/rows.ts';
import { volumeOf } from './volume-lookup.ts';
import { setVolume } from './volume-status.ts';

/**
 * `revert` (3.40): gives a volume the content of its latest snapshot back.
 *
 * @see cinder/api/v3/volumes.py VolumeController.revert (Cinder 21.3.1)
 */
export function revert(call: Call): Answer {
  if (call.version < FROM.revertVolume) throw noSuchMethod();
  const volume = volumeOf(call);
  const { cloud, nowMs } = call;
  const snapshot = requireLatest(call, volume);
  authorize(call, 'volume:revert_to_snapshot');
  requireAvailable(volume, snapshot);
  setVolume(call, volume, { status: 'reverting' });
  cloud.snapshots.update(snapshot, { status: 'restoring', updated_at: toEpochSeconds(nowMs) });
  cloud.beginJob(volume, nowMs, cloud.settings.durations.volumeSeconds, (atMs) =>
    finishRevert(cloud, volume, snapshot, atMs),
  );
  return { status: 202 };
}

function requireLatest(call: Call, volume: VolumeRow): SnapshotRow {
  const [latest] = call.cloud.snapshots.ofVolume(volume.id);
  if (latest === undefined) throw badRequest(`Volume ${volume.id} doesn't have any snapshots.`);
  const { snapshot_id } = argumentOf(call, 'revert');
  if (snapshot_id !== latest.id) {
    throw badRequest(
      `Specified snapshot ${snapshot_id ?? 'None'} is None or not the latest one of volume ${volume.id}.`,
    );
  }
  if (latest.size !== volume.size) {
    throw badRequest(
      `Can't revert volume ${volume.id} to its latest snapshot ${latest.id}. The volume size must be equal to the ` +
        'snapshot size.',
    );
  }
  return latest;
}

function requireAvailable(volume: VolumeRow, snapshot: SnapshotRow): void {
  const reverting = `Can't revert volume ${volume.id} to its latest snapshot ${snapshot.id}.`;
  if (volume.status !== 'available') {
    throw new Refusal(409, `Invalid volume: ${reverting} Volume's status must be 'available'.`);
  }
  if (snapshot.status !== 'available') {
    throw new Refusal(409, `Invalid snapshot: ${reverting} Snapshot's status must be 'available'.`);
  }
}

function finishRevert(cloud: CloudState, volume: VolumeRow, snapshot: SnapshotRow, atMs: number): void {
  const updated_at = toEpochSeconds(atMs);
  cloud.contents.remove(volume.id);
  cloud.contents.copy(snapshot.id, volume.id);
  cloud.volumes.update(volume, { status: 'available', updated_at });
  cloud.snapshots.update(snapshot, { status: 'available', updated_at });
}
