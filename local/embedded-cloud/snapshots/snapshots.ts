import { randomUUID } from 'node:crypto';
import type { Answer, Call } from '../protocol/call.ts';
import { badRequest, invalidSnapshot, invalidVolume } from '../protocol/errors.ts';
import { FROM } from '../protocol/microversion.ts';
import { authorize } from '../protocol/policy.ts';
import { isTruthy, textAsked, trimmed, validateBody } from '../protocol/schema.ts';
import { type CloudState, toEpochSeconds } from '../state/cloud-state.ts';
import type { Metadata, SnapshotRow } from '../state/rows.ts';
import { findVolume } from '../volumes/volume-lookup.ts';
import { snapshotOf } from './snapshot-lookup.ts';
import { createSnapshotSchema, updateSnapshotSchema } from './snapshot-schemas.ts';
import { snapshotDetail, snapshotShown } from './snapshot-views.ts';

export function showSnapshot(call: Call): Answer {
  const snapshot = snapshotOf(call);
  authorize(call, 'volume:get_snapshot', 'read');
  return { status: 200, body: { snapshot: snapshotShown(call, snapshot) } };
}

const NO_FORCE =
  "Since microversion 3.66 the 'force' flag is invalid for this request.  For backward compatability, however, " +
  "when the 'force' flag is passed with a value evaluating to True, it is silently ignored.";

/** @see cinder/api/v3/snapshots.py SnapshotsController.create and cinder/volume/api.py API.create_snapshot_in_db */
export function postSnapshot(call: Call): Answer {
  validateBody(call.body, createSnapshotSchema);
  authorize(call, 'volume:create_snapshot');
  const asked = (call.body as { snapshot: Record<string, unknown> }).snapshot;
  const { cloud, caller, nowMs } = call;
  const volume = findVolume(call, String(asked.volume_id));
  const isForced = isTruthy(asked.force);
  const takesInUse = call.version >= FROM.snapshotInUse;
  if (takesInUse && asked.force !== undefined && !isForced) throw badRequest(NO_FORCE);
  const statuses = isForced || takesInUse ? ['available', 'in-use'] : ['available'];
  if (volume.status === 'error') {
    throw invalidVolume('The snapshot cannot be created when the volume is in error status.');
  }
  if (!statuses.includes(volume.status)) {
    throw invalidVolume(
      `Volume ${volume.id} status must be ${statuses.join(', ')}, but current status is: ${volume.status}.`,
    );
  }
  cloud.quotas.reserve(caller.projectId, { snapshots: 1, gigabytes: volume.size });
  const now = toEpochSeconds(nowMs);
  const snapshot: SnapshotRow = {
    id: randomUUID(),
    project_id: caller.projectId,
    user_id: caller.userId,
    volume_id: volume.id,
    name: trimmed(asked.name ?? asked.display_name),
    description: trimmed(asked.description),
    status: 'creating',
    size: volume.size,
    metadata: (asked.metadata ?? {}) as Metadata,
    created_at: now,
    updated_at: null,
    job: 0,
  };
  cloud.snapshots.insert(snapshot);
  cloud.contents.copy(volume.id, snapshot.id);
  beginSnapshot(call, snapshot);
  return { status: 202, body: { snapshot: snapshotDetail(call, snapshot) } };
}

function beginSnapshot(call: Call, snapshot: SnapshotRow): void {
  const { cloud, nowMs } = call;
  const effect = call.takeFault('fail', 'stuck');
  if (effect?.stuck) return;
  cloud.beginJob(snapshot, nowMs, cloud.settings.durations.snapshotSeconds, (atMs) => {
    const status = effect?.fail === undefined ? 'available' : 'error';
    cloud.snapshots.update(snapshot, { status, updated_at: toEpochSeconds(atMs) });
  });
}

export function putSnapshot(call: Call): Answer {
  validateBody(call.body, updateSnapshotSchema);
  const asked = (call.body as { snapshot: Record<string, unknown> }).snapshot;
  const snapshot = snapshotOf(call);
  authorize(call, 'volume:update_snapshot');
  call.cloud.snapshots.update(snapshot, {
    ...textAsked('name', asked, ['name', 'display_name']),
    ...textAsked('description', asked, ['description', 'display_description']),
    updated_at: toEpochSeconds(call.nowMs),
  });
  return { status: 200, body: { snapshot: snapshotDetail(call, snapshot) } };
}

/** @see cinder/volume/api.py API.delete_snapshot (Cinder 21.3.1) */
export function removeSnapshot(call: Call): Answer {
  const snapshot = snapshotOf(call);
  authorize(call, 'volume:delete_snapshot');
  deleteSnapshot(call, snapshot, false);
  return { status: 202, isBare: true };
}

export function deleteSnapshot(call: Call, snapshot: SnapshotRow, isForced: boolean): void {
  const { cloud, nowMs } = call;
  if (!isForced && snapshot.status !== 'available' && snapshot.status !== 'error') {
    throw invalidSnapshot('Snapshot status must be available or error and must not be part of a group.');
  }
  cloud.snapshots.update(snapshot, { status: 'deleting', updated_at: toEpochSeconds(nowMs) });
  const effect = call.takeFault('failDelete', 'stuck');
  if (!effect?.stuck) beginSnapshotDeletion(cloud, snapshot, nowMs, effect?.failDelete !== undefined);
}

/** Lets the deletion of a `deleting` snapshot take its time. */
export function beginSnapshotDeletion(
  cloud: CloudState,
  snapshot: SnapshotRow,
  nowMs: number,
  isFailing = false,
): void {
  cloud.beginJob(snapshot, nowMs, cloud.settings.durations.deleteSeconds, (atMs) => {
    if (isFailing) {
      cloud.snapshots.update(snapshot, { status: 'error_deleting', updated_at: toEpochSeconds(atMs) });
      return;
    }
    cloud.snapshots.remove(snapshot);
    cloud.contents.remove(snapshot.id);
    cloud.quotas.release(snapshot.project_id, { snapshots: 1, gigabytes: snapshot.size });
  });
}
