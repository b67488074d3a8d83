import { randomUUID } from 'node:crypto';
import type { VolumeRow } from '../state/rows.ts';

type NewVolume = Pick<VolumeRow, 'project_id' | 'user_id' | 'size' | 'volume_type_id' | 'created_at'> &
  Partial<VolumeRow>;

/** A volume row; `available` and detached unless said otherwise. */
export function newVolume(fields: NewVolume): VolumeRow {
  return {
    id: randomUUID(),
    name: null,
    description: null,
    status: 'available',
    previous_status: null,
    availability_zone: 'nova',
    snapshot_id: null,
    source_volid: null,
    metadata: {},
    admin_metadata: {},
    attachments: [],
    encryption_key_id: null,
    bootable: false,
    consumes_quota: true,
    updated_at: fields.created_at,
    job: 0,
    ...fields,
  };
}
