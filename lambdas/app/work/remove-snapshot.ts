import type { SnapshotId } from '../../domain/backup.ts';
import type { Job } from './job.ts';
import type { Work } from './work.ts';

/**
 * Asks for the deletion of an attempt's temporary snapshot; true once the cloud took it or nothing of that name is there. One
 * whose deletion fails later is found by name at the beginning of the next work.
 */
export async function removeSnapshot(
  job: Job,
  work: Pick<Work, 'cloud'>,
  knownId?: SnapshotId,
): Promise<boolean> {
  const id = knownId ?? job.snapshotId;
  if (id !== undefined) return isRemoved(id, work);
  for await (const page of work.cloud.listSnapshots({ name: job.record.name })) {
    for (const snapshot of page) {
      const isOurs = snapshot.volumeId === job.record.volumeId && snapshot.name === job.record.name;
      if (isOurs && snapshot.status !== 'deleting' && !(await isRemoved(snapshot.id, work))) return false;
    }
  }
  return true;
}

async function isRemoved(id: SnapshotId, work: Pick<Work, 'cloud'>): Promise<boolean> {
  const { outcome } = await work.cloud.deleteSnapshot(id);
  return outcome === 'accepted' || outcome === 'gone';
}
