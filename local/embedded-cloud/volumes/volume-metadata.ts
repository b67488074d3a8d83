import { invalidVolume } from '../protocol/errors.ts';
import { metadataHandlers } from '../protocol/item-metadata.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';
import { volumeOf } from './volume-lookup.ts';

const BUSY = ['maintenance', 'uploading'];

export const volumeMetadata = metadataHandlers({
  what: 'Volume',
  kind: 'volume',
  hasSchemas: true,
  find: volumeOf,
  set(call, volume, metadata) {
    if (BUSY.includes(volume.status)) {
      throw invalidVolume(`Updating volume metadata is not allowed for volumes in ${volume.status} status.`);
    }
    call.cloud.volumes.update(volume, { metadata, updated_at: toEpochSeconds(call.nowMs) });
  },
});
