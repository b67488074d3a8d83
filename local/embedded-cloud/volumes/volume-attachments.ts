import { randomUUID } from 'node:crypto';
import { argumentOf } from '../protocol/actions.ts';
import type { Answer, Call } from '../protocol/call.ts';
import { badRequest, invalidInput, invalidVolume, Refusal } from '../protocol/errors.ts';
import { authorize } from '../protocol/policy.ts';
import { validateBody } from '../protocol/schema.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';
import type { Attachment, Metadata, VolumeRow } from '../state/rows.ts';
import { volumeOf } from './volume-lookup.ts';
import { ACTION_SCHEMAS } from './volume-schemas.ts';
import { setVolume } from './volume-status.ts';

export function reserve(call: Call): Answer {
  const volume = volumeOf(call);
  authorize(call, 'volume_extension:volume_actions:reserve');
  if (volume.status !== 'available') {
    throw invalidVolume(`Volume status must be available to reserve, but the status is ${volume.status}.`);
  }
  setVolume(call, volume, { status: 'attaching' });
  return { status: 202 };
}

export function unreserve(call: Call): Answer {
  const volume = volumeOf(call);
  authorize(call, 'volume_extension:volume_actions:unreserve');
  if (volume.status === 'attaching') setVolume(call, volume, { status: idleStatus(volume.attachments) });
  return { status: 202 };
}

export function beginDetaching(call: Call): Answer {
  const volume = volumeOf(call);
  authorize(call, 'volume_extension:volume_actions:begin_detaching');
  if (volume.status !== 'in-use' || volume.attachments.length === 0) {
    throw invalidVolume(
      "Unable to detach volume. Volume status must be 'in-use' and attach_status must be 'attached' to detach.",
    );
  }
  setVolume(call, volume, { status: 'detaching' });
  return { status: 202 };
}

export function rollDetaching(call: Call): Answer {
  const volume = volumeOf(call);
  authorize(call, 'volume_extension:volume_actions:roll_detaching');
  if (volume.status === 'detaching') setVolume(call, volume, { status: 'in-use' });
  return { status: 202 };
}

/** @see cinder/volume/manager.py VolumeManager.attach_volume (Cinder 21.3.1) */
export function attach(call: Call): Answer {
  validateBody(call.body, ACTION_SCHEMAS.attach);
  const volume = volumeOf(call);
  authorize(call, 'volume_extension:volume_actions:attach');
  const { instance_uuid = null, host_name = null, mountpoint, mode = 'rw' } = argumentOf(call, 'os-attach');
  requireAttachable(volume, String(mode));
  const attachment: Attachment = {
    attachment_id: randomUUID(),
    server_id: instance_uuid as string | null,
    host_name: host_name as string | null,
    device: String(mountpoint),
    attached_at: toEpochSeconds(call.nowMs),
  };
  setVolume(call, volume, {
    status: 'in-use',
    attachments: [...volume.attachments, attachment],
    admin_metadata: { readonly: 'False', ...volume.admin_metadata, attached_mode: String(mode) },
  });
  return { status: 202 };
}

function requireAttachable(volume: VolumeRow, mode: string): void {
  if (volume.status === 'in-use') {
    throw invalidVolume('volume is already attached and multiple attachments are not enabled');
  }
  if (volume.status !== 'available' && volume.status !== 'attaching') {
    throw invalidVolume(`status must be available or attaching, but is ${volume.status}`);
  }
  if (volume.admin_metadata.readonly === 'True' && mode !== 'ro') {
    throw badRequest(`Invalid attaching mode '${mode}' for volume ${volume.id}.`);
  }
}

export function detach(call: Call): Answer {
  validateBody(call.body, ACTION_SCHEMAS.detach);
  const volume = volumeOf(call);
  authorize(call, 'volume_extension:volume_actions:detach');
  release(call, volume, argumentOf(call, 'os-detach').attachment_id);
  return { status: 202 };
}

export function forceDetach(call: Call): Answer {
  validateBody(call.body, ACTION_SCHEMAS.forceDetach);
  const volume = volumeOf(call);
  authorize(call, 'volume_extension:volume_admin_actions:force_detach');
  release(call, volume, argumentOf(call, 'os-force_detach').attachment_id);
  return { status: 202 };
}

/** Without an attachment's id the one that there is. A volume that is being backed up gets its status afterwards. */
function release(call: Call, volume: VolumeRow, attachmentId: unknown): void {
  requireKnown(call, volume, attachmentId);
  const attachments =
    typeof attachmentId === 'string'
      ? volume.attachments.filter(({ attachment_id }) => attachment_id !== attachmentId)
      : [];
  const status = idleStatus(attachments);
  setVolume(call, volume, {
    attachments,
    ...(attachments.length === 0 && { admin_metadata: withoutMode(volume) }),
    ...(volume.status === 'backing-up' ? { previous_status: status } : { status }),
  });
}

/**
 * What Cinder does not find could be a server's, and to let go of that is Nova's to ask for.
 *
 * @see cinder/volume/api.py API.attachment_deletion_allowed (Cinder 21.3.1)
 */
function requireKnown({ cloud }: Call, volume: VolumeRow, id: unknown): void {
  const isNamed = typeof id === 'string';
  if (isNamed ? hasAttachment(volume, id) : volume.attachments.length <= 1) return;
  if (isNamed && [...cloud.volumes.all()].some((one) => hasAttachment(one, id))) {
    throw invalidInput('Mismatched volume and attachment');
  }
  throw new Refusal(409, 'ConflictNovaUsingAttachment: Detach volume from instance  using the Compute API');
}

const hasAttachment = ({ attachments }: VolumeRow, id: string): boolean =>
  attachments.some(({ attachment_id }) => attachment_id === id);

/** What a volume is that nothing is done to. */
function idleStatus(attachments: readonly Attachment[]): 'in-use' | 'available' {
  return attachments.length > 0 ? 'in-use' : 'available';
}

export function withoutMode({ admin_metadata }: VolumeRow): Metadata {
  const { attached_mode: _, ...rest } = admin_metadata;
  return rest;
}
