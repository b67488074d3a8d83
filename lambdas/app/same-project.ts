import type { CloudRecord } from '../domain/backup-record.ts';
import { AlreadyRecordedError, type Catalog, type Cloud, type CloudIdentity } from './ports.ts';
import type { Dependencies } from './run.ts';

/** Another project stands behind the name of a cloud: there, all our backups look gone. */
export class WrongProjectError extends Error {
  override readonly name = 'WrongProjectError';
}

/**
 * Opens a cloud and makes sure that it is the project that the catalog knows; the first time, the catalog learns it.
 *
 * @throws {WrongProjectError} before anything is read or changed in the other project.
 */
export async function openSameCloud(
  name: string,
  deps: Pick<Dependencies, 'openCloud' | 'catalog' | 'clock'>,
): Promise<{ readonly cloud: Cloud; readonly identity: CloudIdentity }> {
  const cloud = await deps.openCloud(name);
  const identity = await cloud.identify();
  const { projectId } = identity;
  const known = await deps.catalog.getCloud(name);
  assertSameProject(
    name,
    projectId,
    known ?? (await learnProject(name, projectId, deps.catalog, deps.clock.now())),
  );
  return { cloud, identity };
}

/**
 * The same for who only looks: a project that the catalog does not know yet is not learnt, so that nothing is written.
 *
 * @throws {WrongProjectError}
 */
export async function openCloudToRead(
  name: string,
  { openCloud, catalog }: Pick<Dependencies, 'openCloud' | 'catalog'>,
): Promise<Cloud> {
  const cloud = await openCloud(name);
  const { projectId } = await cloud.identify();
  assertSameProject(name, projectId, await catalog.getCloud(name));
  return cloud;
}

function assertSameProject(name: string, projectId: string, known: CloudRecord | undefined): void {
  if (known === undefined || known.projectId === projectId) return;
  throw new WrongProjectError(
    `cloud ${name}: its credentials lead to project ${projectId}, but the catalog knows it as project ${known.projectId}; ` +
      'nothing was done. Restore the former credentials, or give the other project a cloud of its own in the config.',
  );
}

/** undefined: learnt. Another process may have been first; then what that one learnt counts. */
async function learnProject(
  cloud: string,
  projectId: string,
  catalog: Catalog,
  now: Date,
): Promise<CloudRecord | undefined> {
  try {
    await catalog.saveCloud({ cloud, projectId, firstSeenAt: now });
    return undefined;
  } catch (error) {
    if (!(error instanceof AlreadyRecordedError)) throw error;
    return catalog.getCloud(cloud);
  }
}
