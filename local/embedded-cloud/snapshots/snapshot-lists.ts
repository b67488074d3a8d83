import type { Answer, Call } from '../protocol/call.ts';
import type { Columns } from '../protocol/filters.ts';
import { type ListSource, listBody, listPage, rowsAskedFor } from '../protocol/listing.ts';
import { FROM } from '../protocol/microversion.ts';
import { authorize } from '../protocol/policy.ts';
import { consumesQuota, hasMetadata } from '../protocol/special-filters.ts';
import type { SnapshotRow } from '../state/rows.ts';
import { MEMBER_FILTERS } from '../surroundings/other-resources.ts';
import { findSnapshot } from './snapshot-lookup.ts';
import { snapshotShown, snapshotSummary } from './snapshot-views.ts';

const COLUMNS: Columns<SnapshotRow> = {
  id: (row) => row.id,
  created_at: (row) => row.created_at,
  updated_at: (row) => row.updated_at,
  status: (row) => row.status,
  volume_id: (row) => row.volume_id,
  volume_size: (row) => row.size,
  display_name: (row) => row.name,
  display_description: (row) => row.description,
  project_id: (row) => row.project_id,
  user_id: (row) => row.user_id,
};

export function listSnapshots(call: Call): Answer {
  return list(call, 'snapshots', (row) => snapshotSummary(row));
}

export function listSnapshotDetails(call: Call): Answer {
  return list(call, 'snapshots/detail', (row) => snapshotShown(call, row));
}

function list(call: Call, collection: string, view: (row: SnapshotRow) => unknown): Answer {
  authorize(call, 'volume:get_all_snapshots', 'read');
  const { snapshots, volumes } = call.cloud;
  const source: ListSource<SnapshotRow> = {
    collection,
    rows: rowsAskedFor(call, snapshots),
    columns: COLUMNS,
    memberFilters: memberFilters(call.version),
    ignored: call.version < FROM.snapshotsByMetadata ? ['metadata'] : [],
    aliases: { name: 'display_name' },
    special: {
      metadata: hasMetadata,
      availability_zone: (wanted) => (row) =>
        wanted === '' || volumes.get(row.volume_id)?.availability_zone === wanted,
      consumes_quota: consumesQuota(() => true),
    },
    sortsByNameFrom: FROM.snapshotsByName,
    findMarker: (id) => findSnapshot(call, id),
  };
  const page = listPage(call, source);
  return { status: 200, body: listBody('snapshots', page, view) };
}

/** @see cinder/api/v3/snapshots.py SnapshotsController._process_snapshot_filtering (Cinder 21.3.1) */
function memberFilters(version: number): readonly string[] {
  return version >= FROM.strictFilters
    ? MEMBER_FILTERS.snapshot
    : ['name', 'status', 'volume_id', 'metadata'];
}
