import type { BackupId, VolumeId } from '../../domain/backup.ts';
import type { Cloud } from '../ports.ts';
import { InvalidRequestError } from '../request-error.ts';
import type { RestoreBackupRequest } from '../restore-backup.ts';
import type { Dependencies, Run } from '../run.ts';
import { openSameCloud } from '../same-project.ts';
import { findServerVolumes } from './server-volumes.ts';

/** One volume to be restored, from this backup or else from the newest good one at the instant or before. */
export interface RestorePick {
  readonly volumeId: VolumeId;
  readonly backupId?: BackupId;
  readonly at: Date;
  /** What is to be known of how it came to be picked. */
  readonly warning?: string;
}

export interface RestoreSources {
  readonly cloud: Cloud;
  readonly picks: readonly RestorePick[];
}

/**
 * Finds the cloud that has what is asked for, and the volumes.
 *
 * @throws {InvalidRequestError} there is no such cloud, backup, volume or server.
 */
export async function findSources(
  request: RestoreBackupRequest,
  run: Run,
  deps: Dependencies,
): Promise<RestoreSources> {
  const failures: unknown[] = [];
  for (const name of cloudsOf(request, deps)) {
    try {
      const { cloud } = await openSameCloud(name, deps);
      // The newest is the newest by the cloud's clock, of which its stamps are.
      const picks = await findPicks(request, request.at ?? cloud.now(), cloud, deps);
      if (picks.length > 0) return { cloud, picks };
    } catch (error) {
      // One cloud that cannot be reached is no reason not to restore in another.
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
  const where = request.cloud === undefined ? 'in any cloud of the config' : `in cloud ${request.cloud}`;
  if (request.backupId !== undefined) {
    throw new InvalidRequestError(`backupId: there is no backup ${request.backupId} ${where}`);
  }
  if (request.volumeId !== undefined) {
    throw new InvalidRequestError(`volumeId: there is no backup of volume ${request.volumeId} ${where}`);
  }
  throw new InvalidRequestError(
    `serverId: no volume of server ${request.serverId} at ${(request.at ?? run.startedAt).toISOString()} is known ${where}`,
  );
}

async function findPicks(
  { backupId, volumeId, serverId }: RestoreBackupRequest,
  at: Date,
  cloud: Cloud,
  deps: Dependencies,
): Promise<readonly RestorePick[]> {
  if (backupId !== undefined) {
    const backup = await cloud.getBackup(backupId);
    return backup === undefined ? [] : [{ volumeId: backup.volumeId, backupId, at }];
  }
  if (volumeId !== undefined) {
    for await (const page of cloud.listBackups({ volumeId })) if (page.length > 0) return [{ volumeId, at }];
    return [];
  }
  return findServerVolumes(serverId ?? '', at, cloud, deps);
}

function cloudsOf({ cloud }: RestoreBackupRequest, { deployment }: Dependencies): readonly string[] {
  const known = [...deployment.clouds.keys()];
  if (cloud === undefined) return known;
  if (known.includes(cloud)) return [cloud];
  throw new InvalidRequestError(`cloud: there is no cloud "${cloud}"; there is ${known.join(', ')}`);
}
