import type { Backup, BackupId } from '../domain/backup.ts';
import type { Cloud } from './ports.ts';
import { InvalidRequestError } from './request-error.ts';
import type { Dependencies } from './run.ts';
import { openCloudToRead } from './same-project.ts';

export interface FoundBackup {
  readonly cloud: Cloud;
  readonly backup: Backup;
}

/** The backup of an id, in whichever cloud of the config it is. Reads only. @throws {InvalidRequestError} there is none. */
export async function findBackup(id: BackupId, deps: Dependencies): Promise<FoundBackup> {
  const found = await lookForBackup(id, deps);
  if (found !== undefined) return found;
  throw new InvalidRequestError(`backupId: there is no backup ${id} in any cloud of the config`);
}

/** The same; undefined: there is none. */
export async function lookForBackup(id: BackupId, deps: Dependencies): Promise<FoundBackup | undefined> {
  for (const name of deps.deployment.clouds.keys()) {
    const cloud = await openCloudToRead(name, deps);
    const backup = await cloud.getBackup(id);
    if (backup !== undefined) return { cloud, backup };
  }
  return undefined;
}
