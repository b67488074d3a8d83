import { isOpen } from '../../domain/backup-record.ts';
import { parseMarkerName } from '../../domain/marker.ts';
import type { Snapshot } from '../../domain/volume.ts';
import type { Work } from './work.ts';

/**
 * Temporary snapshots that no open attempt needs: left by a crash, by a deletion that failed after it was accepted, or by an attempt of
 * which the catalog was lost.
 */
export async function sweepSnapshots(work: Work): Promise<void> {
  for await (const page of work.cloud.listSnapshots()) {
    for (const snapshot of page) {
      if (await isLeftover(snapshot, work)) await remove(snapshot, work);
    }
  }
}

async function isLeftover(snapshot: Snapshot, work: Work): Promise<boolean> {
  const marker = parseMarkerName(snapshot.name, work.deps.deployment.name);
  if (marker === undefined || snapshot.status === 'deleting') return false;
  const record = await work.deps.catalog.getRecord({
    cloud: work.cloud.name,
    volumeId: snapshot.volumeId,
    policy: marker.policy,
    slotAt: marker.slotAt,
    attempt: marker.attempt,
  });
  if (record !== undefined) return !isOpen(record);
  // Without a record nothing proves that no other process is about to use it, but for its age: no attempt takes longer.
  return work.cloud.now().getTime() - snapshot.createdAt.getTime() > work.bounds.stuckAfterMs;
}

async function remove(snapshot: Snapshot, work: Work): Promise<void> {
  const outcome = await work.cloud.deleteSnapshot(snapshot.id);
  if (outcome.outcome === 'accepted' || outcome.outcome === 'gone') {
    work.deps.log.info('removed a leftover temporary snapshot', { snapshotId: snapshot.id });
    return;
  }
  work.report.warn(
    `snapshot ${snapshot.id} of volume ${snapshot.volumeId} is left over and could not be deleted: ${outcome.message}`,
  );
}
