import type { Call } from '../protocol/call.ts';
import { formatStamp, formatStampOrNull } from '../protocol/cloud-text.ts';
import { FROM } from '../protocol/microversion.ts';
import type { VolumeRow } from '../state/rows.ts';

/** @see cinder/api/v2/views/volumes.py ViewBuilder.summary */
export function volumeSummary(call: Call, row: VolumeRow): Record<string, unknown> {
  return { id: row.id, name: row.name, links: call.links.to('volumes', row.id) };
}

/**
 * A volume as it is shown and listed: with what Cinder's extensions add to it there, and nowhere else.
 *
 * @see cinder/api/contrib/volume_host_attribute.py, volume_mig_status_attribute.py, volume_tenant_attribute.py
 */
export function volumeShown(call: Call, row: VolumeRow): Record<string, unknown> {
  const view = volumeDetail(call, row);
  if (call.caller.isAdmin) {
    view['os-vol-host-attr:host'] = 'cinder-local@file#file';
    view['os-vol-mig-status-attr:migstat'] = null;
    view['os-vol-mig-status-attr:name_id'] = null;
  }
  view['os-vol-tenant-attr:tenant_id'] = row.project_id;
  return view;
}

/** @see cinder/api/v3/views/volumes.py ViewBuilder.detail; fields as observed on Cinder 21.3.1 (Zed) */
export function volumeDetail(call: Call, row: VolumeRow): Record<string, unknown> {
  const { version, cloud, caller } = call;
  const view: Record<string, unknown> = {
    id: row.id,
    status: row.status,
    size: row.size,
    availability_zone: row.availability_zone,
    created_at: formatStamp(row.created_at),
    updated_at: formatStampOrNull(row.updated_at),
    name: row.name,
    description: row.description,
    volume_type: cloud.types.get(row.volume_type_id)?.name ?? null,
    snapshot_id: row.snapshot_id,
    source_volid: row.source_volid,
    metadata: { ...row.metadata, ...row.admin_metadata },
    links: call.links.to('volumes', row.id),
    user_id: row.user_id,
    bootable: String(row.bootable),
    encrypted: row.encryption_key_id !== null,
    replication_status: null,
    consistencygroup_id: null,
    multiattach: false,
    attachments: attachmentViews(row, caller.isAdmin),
  };
  if (caller.isAdmin) view.migration_status = null;
  if (version >= FROM.groupOfVolume) view.group_id = null;
  if (caller.isAdmin && version >= FROM.providerId) view.provider_id = null;
  if (version >= FROM.sharedTargets) {
    // Known once the volume is on a backend.
    const isPlaced = row.status !== 'creating';
    view.shared_targets = !isPlaced;
    view.service_uuid = isPlaced ? cloud.serviceId : null;
  }
  if (caller.isAdmin && version >= FROM.clusterName) view.cluster_name = null;
  if (version >= FROM.volumeTypeId) view.volume_type_id = row.volume_type_id;
  if (version >= FROM.encryptionKeyId && row.encryption_key_id !== null) {
    view.encryption_key_id = row.encryption_key_id;
  }
  if (version >= FROM.consumesQuota) view.consumes_quota = row.consumes_quota;
  return view;
}

function attachmentViews(row: VolumeRow, isAdmin: boolean): unknown[] {
  return row.attachments.map((attachment) => ({
    id: row.id,
    attachment_id: attachment.attachment_id,
    volume_id: row.id,
    server_id: attachment.server_id,
    host_name: isAdmin ? attachment.host_name : null,
    device: attachment.device,
    attached_at: formatStamp(attachment.attached_at),
  }));
}
