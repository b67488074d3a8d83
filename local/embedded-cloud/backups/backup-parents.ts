import { invalidBackup } from '../protocol/errors.ts';
import type { Release } from '../state/cloud-state.ts';
import type { BackupRow, SnapshotRow } from '../state/rows.ts';

const NONE_AVAILABLE = 'No backups available to do an incremental backup.';
const NOT_AVAILABLE = 'The parent backup must be available for incremental backup.';

/**
 * Chooses the parent of an incremental: the backup with the greatest `data_timestamp`, and of equals the one that
 * comes first in Cinder's lists (later created, then greater id).
 *
 * For a snapshot's backup only those count that are older than the snapshot. If none is, Cinder does not refuse:
 * all then compare as equal, and the first of the list is taken, though it is newer than the snapshot.
 *
 * Zed compares all backups and refuses when the winner is not available; later releases let only available ones
 * win (bug 1974092).
 *
 * @param newestFirst the project's backups of the volume in list order.
 * @throws {Refusal} 400 when there is none to take.
 * @see cinder/backup/api.py API.create (Cinder 21.3.1); ties observed there
 */
export function chooseParent(
  newestFirst: Iterable<BackupRow>,
  snapshot: SnapshotRow | undefined,
  release: Release,
): BackupRow {
  let latest: BackupRow | undefined;
  let latestStamp = Number.NEGATIVE_INFINITY;
  for (const backup of newestFirst) {
    const stamp = rankingStamp(backup, snapshot, release);
    if (latest !== undefined && stamp <= latestStamp) continue;
    latest = backup;
    latestStamp = stamp;
  }
  if (latest === undefined) throw invalidBackup(NONE_AVAILABLE);
  if (latest.status !== 'available') {
    throw invalidBackup(release === 'zed' ? NOT_AVAILABLE : NONE_AVAILABLE);
  }
  return latest;
}

function rankingStamp(backup: BackupRow, snapshot: SnapshotRow | undefined, release: Release): number {
  const stamp = backup.data_timestamp;
  const isRefused =
    stamp === null ||
    (release === 'latest' && backup.status !== 'available') ||
    (snapshot !== undefined && stamp >= snapshot.created_at);
  return isRefused ? Number.NEGATIVE_INFINITY : stamp;
}
