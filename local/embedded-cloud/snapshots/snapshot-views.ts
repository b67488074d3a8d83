import type { Call } from '../protocol/call.ts';
import { formatStamp, formatStampOrNull } from '../protocol/cloud-text.ts';
import { FROM } from '../protocol/microversion.ts';
import type { SnapshotRow } from '../state/rows.ts';

type View = Record<string, unknown>;

/**
 * A snapshot in a list without details, which has nearly all of them already.
 *
 * @see cinder/api/views/snapshots.py ViewBuilder.summary (Cinder 21.3.1)
 */
export function snapshotSummary(row: SnapshotRow): View {
  return {
    id: row.id,
    created_at: formatStamp(row.created_at),
    updated_at: formatStampOrNull(row.updated_at),
    name: row.name,
    description: row.description,
    volume_id: row.volume_id,
    status: row.status,
    size: row.size,
    metadata: row.metadata,
  };
}

/** @see cinder/api/v3/views/snapshots.py ViewBuilder.detail (Cinder 21.3.1) */
export function snapshotDetail({ version }: Call, row: SnapshotRow): View {
  const view = snapshotSummary(row);
  if (version >= FROM.groupSnapshots) view.group_snapshot_id = null;
  if (version >= FROM.snapshotUserId) view.user_id = row.user_id;
  if (version >= FROM.consumesQuota) view.consumes_quota = true;
  return view;
}

/**
 * A snapshot as it is shown and listed: with what an extension adds to it there, and nowhere else.
 *
 * @see cinder/api/contrib/extended_snapshot_attributes.py (Cinder 21.3.1)
 */
export function snapshotShown(call: Call, row: SnapshotRow): View {
  return {
    ...snapshotDetail(call, row),
    'os-extended-snapshot-attributes:progress': row.status === 'creating' ? '0%' : '100%',
    'os-extended-snapshot-attributes:project_id': row.project_id,
  };
}
