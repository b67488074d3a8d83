import type { Backup, BackupId, BackupStatus, VolumeId } from '../domain/backup.ts';
import type { Pin } from '../domain/backup-record.ts';
import { readMarker } from '../domain/marker.ts';
import { pinInForce } from '../domain/pin.ts';
import { policyOf } from '../domain/prune-plan.ts';
import { type OrderRequest, readOrder } from './list-order.ts';
import { mapBounded } from './map-bounded.ts';
import type { Cloud } from './ports.ts';
import { readVerdicts } from './read-verdicts.ts';
import { InvalidRequestError } from './request-error.ts';
import type { Dependencies } from './run.ts';
import { openCloudToRead } from './same-project.ts';
import { readCloudView } from './volume-views.ts';

export interface ListBackupsRequest extends OrderRequest {
  readonly cloud?: string;
  readonly volumeId?: VolumeId;
  readonly policy?: string;
  readonly status?: BackupStatus;
  /** Exact. */
  readonly name?: string;
  /** Those that were proved restorable, or those that never were. */
  readonly proved?: boolean;
  /** Those that somebody has pinned, or those that nobody has. */
  readonly pinned?: boolean;
  /** Those that have expired and are kept only because something that stays needs them, or all others. */
  readonly held?: boolean;
  /** Default: all. */
  readonly limit?: number;
  /** The id of the last backup of the page before. */
  readonly marker?: BackupId;
  /** So many are passed over, after the marker if there is one. */
  readonly offset?: number;
}

export interface ListedBackup {
  readonly cloud: string;
  readonly backup: Backup;
  /** Absent: foreign. */
  readonly policy?: string;
  readonly slotAt?: Date;
  /** When a restore of it, or a test, last ended well; absent: never. */
  readonly provedAt?: Date;
  /** What keeps it, whatever its policy says. */
  readonly pin?: Pin;
}

export interface BackupList {
  readonly backups: readonly ListedBackup[];
  /** There are more after this one. */
  readonly nextMarker?: BackupId;
}

const READS_AT_ONCE = 32;

/** The backups in the cloud, ours and foreign. Reads only. @throws {InvalidRequestError} unknown cloud, marker or order. */
export async function listBackups(request: ListBackupsRequest, deps: Dependencies): Promise<BackupList> {
  const order = readOrder(request);
  const found: ListedBackup[] = [];
  for (const name of cloudsOf(request, deps)) {
    const cloud = await openCloudToRead(name, deps);
    const ofCloud = await findListed(cloud, request, deps);
    for (const each of await selectHeld(ofCloud, cloud, request, deps)) found.push(each);
  }
  if (request.proved === undefined && request.pinned === undefined) {
    const page = cutPage(found.sort(order), request);
    return { ...page, backups: await addKnown(page.backups, deps) };
  }
  const known = await addKnown(found, deps);
  return cutPage(known.filter((each) => isKnownAs(each, request)).sort(order), request);
}

async function findListed(
  cloud: Cloud,
  request: ListBackupsRequest,
  deps: Dependencies,
): Promise<readonly ListedBackup[]> {
  const { volumeId, name, status } = request;
  const query = {
    ...(volumeId !== undefined && { volumeId }),
    ...(name !== undefined && { name }),
    ...(status !== undefined && status !== 'unknown' && { status }),
  };
  const found: ListedBackup[] = [];
  for await (const page of cloud.listBackups(query)) {
    for (const backup of page) {
      const listed = toListed(backup, cloud, deps);
      if (isWanted(listed, request, deps)) found.push(listed);
    }
  }
  return found;
}

/** Only a decision on all of a volume tells what is held: asked for only by who wants to know. */
async function selectHeld(
  listed: readonly ListedBackup[],
  cloud: Cloud,
  { held }: ListBackupsRequest,
  deps: Dependencies,
): Promise<readonly ListedBackup[]> {
  if (held === undefined || listed.length === 0) return listed;
  const volumeIds = new Set(listed.map(({ backup }) => backup.volumeId));
  const verdicts = await readVerdicts(await readCloudView(cloud, volumeIds), cloud, deps);
  return listed.filter(({ backup }) => (verdicts.get(backup.id)?.verdict === 'hold') === held);
}

/** What the catalog knows is read for those that are shown, and for no others. */
async function addKnown(
  listed: readonly ListedBackup[],
  { catalog, openCloud }: Dependencies,
): Promise<readonly ListedBackup[]> {
  const known = new Map<BackupId, Pick<ListedBackup, 'provedAt' | 'pin'>>();
  for (const [name, ofCloud] of Map.groupBy(listed, (each) => each.cloud)) {
    const now = (await openCloud(name)).now();
    const own = ofCloud.filter(({ policy }) => policy !== undefined);
    const wanted = new Set(own.map(({ backup }) => backup.id));
    const volumeIds = [...new Set(own.map(({ backup }) => backup.volumeId))];
    await mapBounded(volumeIds, READS_AT_ONCE, async (volumeId) => {
      for (const { backupId, provedAt, pin } of await catalog.listVolumeRecords(name, volumeId)) {
        if (backupId === undefined || !wanted.has(backupId)) continue;
        const inForce = pinInForce([pin], now);
        known.set(backupId, { ...(provedAt && { provedAt }), ...(inForce && { pin: inForce }) });
      }
    });
  }
  return listed.map((each) => ({ ...each, ...known.get(each.backup.id) }));
}

function isKnownAs({ provedAt, pin }: ListedBackup, { proved, pinned }: ListBackupsRequest): boolean {
  if (proved !== undefined && (provedAt !== undefined) !== proved) return false;
  return pinned === undefined || (pin !== undefined) === pinned;
}

function cloudsOf(request: ListBackupsRequest, { deployment }: Dependencies): readonly string[] {
  const known = [...deployment.clouds.keys()];
  if (request.policy !== undefined) {
    const policy = policyOf(request.policy, deployment.policies);
    return policy === undefined ? known : [policy.cloud];
  }
  if (request.cloud === undefined) return known;
  if (known.includes(request.cloud)) return [request.cloud];
  throw new InvalidRequestError(`cloud: there is no cloud "${request.cloud}"; there is ${known.join(', ')}`);
}

/** What the cloud shows of a backup, and its marker. */
export function toListed(backup: Backup, cloud: Cloud, { deployment }: Dependencies): ListedBackup {
  const marker = readMarker(backup, deployment.name);
  const pin = pinInForce([marker?.pin], cloud.now());
  return {
    cloud: cloud.name,
    backup,
    ...(marker !== undefined && { policy: marker.policy, slotAt: marker.slotAt }),
    ...(pin !== undefined && { pin }),
  };
}

function isWanted(
  { backup, policy }: ListedBackup,
  request: ListBackupsRequest,
  deps: Dependencies,
): boolean {
  if (request.status !== undefined && backup.status !== request.status) return false;
  if (request.policy === undefined) return true;
  if (policy === undefined) return false;
  return policy === request.policy || policyOf(policy, deps.deployment.policies)?.name === request.policy;
}

function cutPage(
  found: readonly ListedBackup[],
  { limit, marker, offset = 0 }: ListBackupsRequest,
): BackupList {
  const after = marker === undefined ? -1 : found.findIndex(({ backup }) => backup.id === marker);
  if (marker !== undefined && after < 0) {
    throw new InvalidRequestError(`marker: backup ${marker} is not in this list (any more)`);
  }
  const rest = found.slice(after + 1 + offset);
  const backups = limit === undefined ? rest : rest.slice(0, limit);
  const last = backups.at(-1);
  return {
    backups,
    ...(last !== undefined && backups.length < rest.length && { nextMarker: last.backup.id }),
  };
}
