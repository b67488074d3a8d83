import { type Action, act, argumentOf } from '../protocol/actions.ts';
import type { Answer, Call } from '../protocol/call.ts';
import { badRequest, invalidInput, invalidVolume } from '../protocol/errors.ts';
import { FROM } from '../protocol/microversion.ts';
import { authorize } from '../protocol/policy.ts';
import { isTruthy, validateBody } from '../protocol/schema.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';
import type { VolumeRow } from '../state/rows.ts';
import {
  attach,
  beginDetaching,
  detach,
  forceDetach,
  reserve,
  rollDetaching,
  unreserve,
  withoutMode,
} from './volume-attachments.ts';
import { deleteVolume } from './volume-deletion.ts';
import { volumeOf } from './volume-lookup.ts';
import { revert } from './volume-revert.ts';
import { ACTION_SCHEMAS } from './volume-schemas.ts';
import { setVolume } from './volume-status.ts';

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['os-extend', extend],
  ['os-reserve', reserve],
  ['os-unreserve', unreserve],
  ['os-begin_detaching', beginDetaching],
  ['os-roll_detaching', rollDetaching],
  ['os-attach', attach],
  ['os-detach', detach],
  ['os-force_detach', forceDetach],
  ['os-force_delete', forceDelete],
  ['os-reset_status', resetStatus],
  ['os-set_bootable', setBootable],
  ['os-update_readonly_flag', setReadonly],
  ['revert', revert],
]);

/** `POST /volumes/{id}/action`. Attachments need no Nova here: what a caller says of its servers is believed. */
export function actOnVolume(call: Call): Answer {
  return act(call, ACTIONS);
}

/** @see cinder/volume/api.py API._extend (Cinder 21.3.1) */
function extend(call: Call): Answer {
  validateBody(call.body, ACTION_SCHEMAS.extend);
  const volume = volumeOf(call);
  const isAttached = call.version >= FROM.extendInUse && volume.status === 'in-use';
  authorize(call, isAttached ? 'volume:extend_attached_volume' : 'volume:extend');
  const { cloud, nowMs } = call;
  const size = Number(argumentOf(call, 'os-extend').new_size);
  requireExtendable(volume, size, isAttached);
  cloud.quotas.checkVolumeSize(volume.project_id, size);
  cloud.quotas.reserve(volume.project_id, { gigabytes: size - volume.size });
  const before = volume.status;
  setVolume(call, volume, { status: 'extending' });
  cloud.beginJob(volume, nowMs, cloud.settings.durations.volumeSeconds, (atMs) => {
    cloud.volumes.update(volume, { size, status: before, updated_at: toEpochSeconds(atMs) });
  });
  return { status: 202 };
}

function requireExtendable(volume: VolumeRow, size: number, isAttached: boolean): void {
  if (size <= volume.size) {
    const sizes = `(current: ${volume.size}, extended: ${size})`;
    throw invalidInput(`New size for extend must be greater than current size. ${sizes}.`);
  }
  if (isAttached || volume.status === 'available') return;
  throw invalidVolume(
    `Volume ${volume.id} status must be '{'status': 'available'}' to extend, currently ${volume.status}.`,
  );
}

/** Answers 200, as the only action that does. */
function setBootable(call: Call): Answer {
  validateBody(call.body, ACTION_SCHEMAS.setBootable);
  const volume = volumeOf(call);
  authorize(call, 'volume:update');
  setVolume(call, volume, { bootable: isTruthy(argumentOf(call, 'os-set_bootable').bootable) });
  return { status: 200 };
}

function setReadonly(call: Call): Answer {
  validateBody(call.body, ACTION_SCHEMAS.setReadonly);
  const volume = volumeOf(call);
  authorize(call, 'volume:update_readonly_flag');
  if (volume.status !== 'available') {
    throw invalidVolume(
      `Volume ${volume.id} status must be available to update readonly flag, but current status is: ${volume.status}.`,
    );
  }
  const isReadonly = isTruthy(argumentOf(call, 'os-update_readonly_flag').readonly);
  const readonly = isReadonly ? 'True' : 'False';
  setVolume(call, volume, { admin_metadata: { ...volume.admin_metadata, readonly } });
  return { status: 202 };
}

function forceDelete(call: Call): Answer {
  const volume = volumeOf(call);
  authorize(call, 'volume_extension:volume_admin_actions:force_delete');
  deleteVolume(call, volume, { isForced: true, isCascading: false });
  return { status: 202 };
}

/** @see cinder/api/contrib/admin_actions.py VolumeAdminController._reset_status (Cinder 21.3.1) */
function resetStatus(call: Call): Answer {
  const { status, attachStatus } = askedReset(call);
  const volume = volumeOf(call);
  authorize(call, 'volume_extension:volume_admin_actions:reset_status');
  if (status === 'deleting' || status === 'error_deleting' || status === 'detaching') {
    throw badRequest(`Cannot reset-state to ${status}`);
  }
  if (status === 'in-use' && volume.attachments.length === 0) {
    throw badRequest('Cannot reset-state to in-use because volume does not have any attachments.');
  }
  setVolume(call, volume, {
    ...(attachStatus === 'detached' && { attachments: [], admin_metadata: withoutMode(volume) }),
    ...(status !== undefined && { status }),
  });
  if (status !== undefined) volume.job = 0;
  return { status: 202 };
}

function askedReset(call: Call) {
  validateBody(call.body, ACTION_SCHEMAS.resetStatus);
  const { status, attach_status } = argumentOf(call, 'os-reset_status');
  return { status: lowered(status), attachStatus: lowered(attach_status) };
}

const lowered = (status: unknown): string | undefined =>
  typeof status === 'string' && status !== '' ? status.toLowerCase() : undefined;
