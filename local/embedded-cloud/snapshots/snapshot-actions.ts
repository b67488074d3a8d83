import { type Action, act, argumentOf } from '../protocol/actions.ts';
import type { Answer, Call } from '../protocol/call.ts';
import { badRequest } from '../protocol/errors.ts';
import { authorize } from '../protocol/policy.ts';
import { validateBody } from '../protocol/schema.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';
import { ACTION_SCHEMAS } from '../volumes/volume-schemas.ts';
import { snapshotOf } from './snapshot-lookup.ts';
import { deleteSnapshot } from './snapshots.ts';

/** What a snapshot may be said to be by those who make it, which is Nova's way. */
const TRANSITIONS: Readonly<Record<string, readonly string[]>> = {
  creating: ['creating', 'available', 'error'],
  deleting: ['deleting', 'error_deleting'],
};

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['os-reset_status', resetStatus],
  ['os-force_delete', forceDelete],
  ['os-update_snapshot_status', updateStatus],
]);

/** `POST /snapshots/{id}/action` */
export function actOnSnapshot(call: Call): Answer {
  return act(call, ACTIONS);
}

/** @see cinder/api/contrib/admin_actions.py SnapshotAdminController (Cinder 21.3.1) */
function resetStatus(call: Call): Answer {
  validateBody(call.body, ACTION_SCHEMAS.resetSnapshotStatus);
  const status = String(argumentOf(call, 'os-reset_status').status).toLowerCase();
  const snapshot = snapshotOf(call);
  authorize(call, 'volume_extension:snapshot_admin_actions:reset_status');
  snapshot.job = 0;
  call.cloud.snapshots.update(snapshot, { status, updated_at: toEpochSeconds(call.nowMs) });
  return { status: 202 };
}

function forceDelete(call: Call): Answer {
  const snapshot = snapshotOf(call);
  authorize(call, 'volume_extension:snapshot_admin_actions:force_delete');
  deleteSnapshot(call, snapshot, true);
  return { status: 202 };
}

/** @see cinder/api/contrib/snapshot_actions.py SnapshotActionsController (Cinder 21.3.1) */
function updateStatus(call: Call): Answer {
  validateBody(call.body, ACTION_SCHEMAS.updateSnapshotStatus);
  const status = String(argumentOf(call, 'os-update_snapshot_status').status);
  const snapshot = snapshotOf(call);
  authorize(call, 'snapshot_extension:snapshot_actions:update_snapshot_status');
  const allowed = TRANSITIONS[snapshot.status];
  if (allowed === undefined) {
    throw badRequest(`Snapshot status ${snapshot.status} not allowed for update_snapshot_status`);
  }
  if (!allowed.includes(status)) {
    throw badRequest(
      `Provided snapshot status ${status} not allowed for snapshot with status ${snapshot.status}.`,
    );
  }
  call.cloud.snapshots.update(snapshot, { status, updated_at: toEpochSeconds(call.nowMs) });
  return { status: 202 };
}
