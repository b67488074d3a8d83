import { metadataHandlers } from '../protocol/item-metadata.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';
import { snapshotOf } from './snapshot-lookup.ts';

export const snapshotMetadata = metadataHandlers({
  what: 'Snapshot',
  kind: 'snapshot',
  hasSchemas: false,
  find: snapshotOf,
  set: ({ cloud, nowMs }, snapshot, metadata) =>
    cloud.snapshots.update(snapshot, { metadata, updated_at: toEpochSeconds(nowMs) }),
});
