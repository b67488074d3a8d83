import type { VolumeId } from '../../domain/backup.ts';
import { isRestoreOpen, type RestoreRecord } from '../../domain/restore-record.ts';
import { mapBounded } from '../map-bounded.ts';
import type { Cloud } from '../ports.ts';
import type { RestoreBackupRequest } from '../restore-backup.ts';
import type { Dependencies, Run } from '../run.ts';
import type { RestorePick } from './find-sources.ts';

/** One request, however often it is made: as long as any of its restores is under way, whoever makes it again joins it. */
export interface Asking {
  readonly key: string;
  readonly at: Date;
  /** What was written down for it, by volume; those that have ended too, lest they be restored a second time. */
  readonly restores: ReadonlyMap<VolumeId, RestoreRecord>;
}

const READS_AT_ONCE = 8;

/** The asking that is under way for this request, or else a new one. */
export async function findAsking(
  request: RestoreBackupRequest,
  picks: readonly RestorePick[],
  cloud: Cloud,
  run: Run,
  { catalog }: Pick<Dependencies, 'catalog'>,
): Promise<Asking> {
  const key = requestKey(request);
  const lists = await mapBounded(picks, READS_AT_ONCE, ({ volumeId }) =>
    catalog.listRestores(cloud.name, volumeId),
  );
  const known = lists.flat().filter((restore) => restore.request === key);
  const open = known.find(isRestoreOpen);
  if (open === undefined) return { key, at: run.startedAt, restores: new Map() };
  const own = known.filter(({ askedAt }) => askedAt.getTime() === open.askedAt.getTime());
  return { key, at: open.askedAt, restores: new Map(own.map((restore) => [restore.volumeId, restore])) };
}

/** The request without what does not change its outcome. */
function requestKey({ backupId, volumeId, serverId, at, into }: RestoreBackupRequest): string {
  const { volumeId: intoId, original, name, namePrefix, volumeType, availabilityZone } = into ?? {};
  const place =
    intoId === undefined
      ? { original, name, namePrefix, volumeType, availabilityZone }
      : { volumeId: intoId };
  return JSON.stringify({ backupId, volumeId, serverId, at, into: place });
}
