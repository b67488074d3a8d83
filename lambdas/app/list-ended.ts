import type { BackupId, VolumeId } from '../domain/backup.ts';
import type { BackupRecord } from '../domain/backup-record.ts';
import { policyOf } from '../domain/prune-plan.ts';
import { InvalidRequestError } from './request-error.ts';
import type { Dependencies } from './run.ts';

export interface ListEndedRequest {
  readonly cloud?: string;
  readonly volumeId?: VolumeId;
  readonly policy?: string;
  /** Default: 50. */
  readonly limit?: number;
  /** The id of the last backup of the page before. */
  readonly marker?: BackupId;
}

export interface EndedRecord {
  readonly cloud: string;
  readonly backupId: BackupId;
  readonly record: BackupRecord;
}

export interface EndedList {
  readonly ended: readonly EndedRecord[];
  /** There are more after this one. */
  readonly nextMarker?: BackupId;
}

const DEFAULT_LIMIT = 50;

/**
 * Backups that are in no cloud any more, as the catalog remembers them, cloud by cloud, those that ended last first: what was deleted, what
 * failed and was cleared away, what someone else deleted. Asks no cloud.
 *
 * @throws {InvalidRequestError} unknown cloud or marker.
 */
export async function listEnded(request: ListEndedRequest, deps: Dependencies): Promise<EndedList> {
  const { limit = DEFAULT_LIMIT, marker } = request;
  const ended: EndedRecord[] = [];
  let isAfter = marker === undefined;
  for await (const each of readEnded(request, deps)) {
    if (!isAfter) isAfter = each.backupId === marker;
    else if (ended.length < limit) ended.push(each);
    else return withMore(ended);
  }
  if (!isAfter) throw new InvalidRequestError(`marker: backup ${marker} is not in this list (any more)`);
  return { ended };
}

function withMore(ended: readonly EndedRecord[]): EndedList {
  const last = ended.at(-1);
  return { ended, ...(last !== undefined && { nextMarker: last.backupId }) };
}

async function* readEnded(request: ListEndedRequest, deps: Dependencies): AsyncGenerator<EndedRecord> {
  for (const cloud of cloudsOf(request, deps)) {
    const told = new Set<BackupId>();
    for await (const pages of deps.catalog.listEnded(cloud)) {
      for (const { backupId, ...key } of pages.flatMap(({ backups }) => backups)) {
        // One whose deletion was noted twice, as after a crash, is told once.
        if (told.has(backupId) || !isAsked(key, request, deps)) continue;
        told.add(backupId);
        const record = await deps.catalog.getRecord({ ...key, cloud });
        if (record !== undefined && hasEnded(record)) yield { cloud, backupId, record };
      }
    }
  }
}

/** A page is noted before its records are written: what has not ended after all is not told. */
function hasEnded({ state }: BackupRecord): boolean {
  return state === 'deleted' || state === 'lost' || state === 'failed';
}

function isAsked(
  { volumeId, policy }: Pick<BackupRecord, 'volumeId' | 'policy'>,
  request: ListEndedRequest,
  { deployment }: Dependencies,
): boolean {
  if (request.volumeId !== undefined && volumeId !== request.volumeId) return false;
  if (request.policy === undefined || policy === request.policy) return true;
  return policyOf(policy, deployment.policies)?.name === request.policy;
}

function cloudsOf({ cloud }: ListEndedRequest, { deployment }: Dependencies): readonly string[] {
  const known = [...deployment.clouds.keys()];
  if (cloud === undefined) return known;
  if (known.includes(cloud)) return [cloud];
  throw new InvalidRequestError(`cloud: there is no cloud "${cloud}"; there is ${known.join(', ')}`);
}
