import type { Backup, VolumeId } from '../../domain/backup.ts';
import type { BackupRecord } from '../../domain/backup-record.ts';
import { mapBounded } from '../map-bounded.ts';
import type { Cloud } from '../ports.ts';
import type { Dependencies } from '../run.ts';
import { readBackups } from '../volume-views.ts';
import type { RestorePick } from './find-sources.ts';

const VOLUMES_AT_ONCE = 32;

/**
 * The volumes that a server had at an instant, as far as their backups' records tell; where none tells, those that it has now. It may be
 * gone. Reads the records of every volume that has backups: a server is restored seldom, and an index of servers would cost every backup
 * a write.
 */
export async function findServerVolumes(
  serverId: string,
  at: Date,
  cloud: Cloud,
  { catalog }: Pick<Dependencies, 'catalog'>,
): Promise<readonly RestorePick[]> {
  const attached = await readAttached(serverId, cloud);
  const backups = await readBackups(cloud, 'all');
  const volumeIds = [...new Set([...backups.keys(), ...attached])].sort();
  const picks = await mapBounded(volumeIds, VOLUMES_AT_ONCE, async (volumeId) => {
    const records = await catalog.listVolumeRecords(cloud.name, volumeId);
    return pick(volumeId, serverId, at, records, attached.has(volumeId), backups.get(volumeId) ?? []);
  });
  return picks.filter((each) => each !== undefined);
}

async function readAttached(serverId: string, cloud: Cloud): Promise<ReadonlySet<VolumeId>> {
  const attached = new Set<VolumeId>();
  for await (const page of cloud.listVolumes()) {
    for (const { id, serverIds } of page) if (serverIds.includes(serverId)) attached.add(id);
  }
  return attached;
}

function pick(
  volumeId: VolumeId,
  serverId: string,
  at: Date,
  records: readonly BackupRecord[],
  isAttachedNow: boolean,
  backups: readonly Backup[],
): RestorePick | undefined {
  const last = records.findLast((record) => stampOf(record) <= at);
  if (last?.volume.serverIds?.includes(serverId)) return { volumeId, at };
  // Records from before servers were remembered, and rebuilt ones, tell nothing.
  const isTold = records.some(({ volume }) => volume.serverIds !== undefined);
  if (isTold || !isAttachedNow) return undefined;
  const warning =
    backups.length === 0
      ? `volume ${volumeId} is attached to server ${serverId} and has no backup`
      : `volume ${volumeId} is attached to server ${serverId} now; whether it was at ${at.toISOString()} is not known`;
  return { volumeId, at, warning };
}

function stampOf({ dataTimestampAt, slotAt }: BackupRecord): Date {
  return dataTimestampAt ?? slotAt;
}
