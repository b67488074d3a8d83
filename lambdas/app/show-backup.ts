import type { Backup, BackupId } from '../domain/backup.ts';
import { inferChains } from '../domain/backup-chain.ts';
import type { BackupRecord, EndedBackup } from '../domain/backup-record.ts';
import { type Decision, describeDecision } from '../domain/decision.ts';
import { pinInForce } from '../domain/pin.ts';
import type { RestoreRecord } from '../domain/restore-record.ts';
import { lookForBackup } from './find-backup.ts';
import { type ListedBackup, toListed } from './list-backups.ts';
import type { Catalog, Cloud } from './ports.ts';
import { readVerdicts } from './read-verdicts.ts';
import { InvalidRequestError } from './request-error.ts';
import type { Dependencies } from './run.ts';
import { factsOf } from './volume-views.ts';

/** What pruning would decide on a backup now. */
export interface ToldVerdict extends Pick<Decision, 'verdict' | 'because' | 'neededBy' | 'beyondMaxAge'> {
  /** The same in words. */
  readonly why: string;
}

/** A restore of a backup, or a test of one; the catalog remembers them for 90 days. */
export type ToldRestore = Pick<
  RestoreRecord,
  | 'id'
  | 'purpose'
  | 'state'
  | 'askedAt'
  | 'startedAt'
  | 'settledAt'
  | 'into'
  | 'targetId'
  | 'outcome'
  | 'reason'
> & { readonly targetName: string };

/** A backup with everything known of it. */
export interface BackupStory extends ListedBackup {
  readonly record?: BackupRecord;
  /** Absent: it came or went while it was being looked at. */
  readonly decision?: ToldVerdict;
  /** In the order in which they were asked for. */
  readonly restores: readonly ToldRestore[];
  /** What it was made on, likeliest first; inferred, as Cinder does not say. */
  readonly possibleParents: readonly BackupId[];
  /** What was made on it, or may have been. */
  readonly dependents: readonly BackupId[];
}

/** A backup that is in no cloud any more, as the catalog remembers it. */
export interface PastBackup {
  readonly cloud: string;
  readonly backupId: BackupId;
  readonly record: BackupRecord;
  readonly restores: readonly ToldRestore[];
}

/**
 * One backup: what the catalog knows of it, its place in its chain, what is to become of it and why; of one that is gone, what became of it.
 * Reads only.
 *
 * @throws {InvalidRequestError} neither a cloud nor the catalog knows of it.
 */
export async function showBackup(id: BackupId, deps: Dependencies): Promise<BackupStory | PastBackup> {
  const found = await lookForBackup(id, deps);
  if (found !== undefined) return tellStory(found.backup, found.cloud, deps);
  const past = await findPast(id, deps);
  if (past !== undefined) return past;
  throw new InvalidRequestError(
    `backupId: there is no backup ${id} in any cloud of the config, and the catalog remembers none`,
  );
}

async function tellStory(backup: Backup, cloud: Cloud, deps: Dependencies): Promise<BackupStory> {
  const { id, volumeId } = backup;
  const siblings: Backup[] = [];
  for await (const page of cloud.listBackups({ volumeId })) siblings.push(...page);
  const links = [...inferChains(siblings).values()];
  const parents = links.find((link) => link.backup.id === id)?.parents ?? [];
  const dependents = links.filter((link) => link.parents.some((parent) => parent.backup.id === id));
  const records = await deps.catalog.listVolumeRecords(cloud.name, volumeId);
  const record = records.find((each) => each.backupId === id);
  const listed = toListed(backup, cloud, deps);
  const pin = pinInForce([record?.pin, listed.pin], cloud.now());
  const decision = await decide(id, siblings, cloud, deps);
  return {
    ...listed,
    ...(pin !== undefined && { pin }),
    ...(record !== undefined && { record }),
    ...(record?.provedAt !== undefined && { provedAt: record.provedAt }),
    ...(decision !== undefined && { decision }),
    restores: await readRestores(cloud.name, volumeId, id, deps.catalog),
    possibleParents: parents.map((parent) => parent.backup.id),
    dependents: dependents.map((dependent) => dependent.backup.id),
  };
}

async function decide(
  id: BackupId,
  siblings: readonly Backup[],
  cloud: Cloud,
  deps: Dependencies,
): Promise<ToldVerdict | undefined> {
  const volumeId = siblings.find((sibling) => sibling.id === id)?.volumeId;
  if (volumeId === undefined) return undefined;
  const volume = await cloud.getVolume(volumeId);
  const view = {
    wanted: new Set([volumeId]),
    backups: new Map([[volumeId, siblings]]),
    volumes: new Map(volume === undefined ? [] : [[volumeId, factsOf(volume)]]),
  };
  const decision = (await readVerdicts(view, cloud, deps)).get(id);
  if (decision === undefined) return undefined;
  const { verdict, because, neededBy, beyondMaxAge } = decision;
  return { verdict, why: describeDecision(decision), because, neededBy, beyondMaxAge };
}

/** By the pages of what has ended, as records are kept by volume. */
async function findPast(
  id: BackupId,
  { catalog, deployment }: Dependencies,
): Promise<PastBackup | undefined> {
  for (const cloud of deployment.clouds.keys()) {
    const ended = await findEnded(id, cloud, catalog);
    const record = ended && (await catalog.getRecord({ ...ended, cloud }));
    if (record === undefined) continue;
    const restores = await readRestores(cloud, record.volumeId, id, catalog);
    return { cloud, backupId: id, record, restores };
  }
  return undefined;
}

async function findEnded(id: BackupId, cloud: string, catalog: Catalog): Promise<EndedBackup | undefined> {
  for await (const pages of catalog.listEnded(cloud)) {
    for (const { backups } of pages) {
      const ended = backups.find(({ backupId }) => backupId === id);
      if (ended !== undefined) return ended;
    }
  }
  return undefined;
}

async function readRestores(
  cloud: string,
  volumeId: string,
  backupId: BackupId,
  catalog: Catalog,
): Promise<readonly ToldRestore[]> {
  const restores = await catalog.listRestores(cloud, volumeId);
  return restores.filter((restore) => restore.backupId === backupId).map(toTold);
}

function toTold(restore: RestoreRecord): ToldRestore {
  const { id, purpose, state, askedAt, startedAt, settledAt, into, targetId, outcome, reason, target } =
    restore;
  return {
    id,
    purpose,
    state,
    askedAt,
    into,
    targetName: target.name,
    ...(startedAt !== undefined && { startedAt }),
    ...(settledAt !== undefined && { settledAt }),
    ...(targetId !== undefined && { targetId }),
    ...(outcome !== undefined && { outcome }),
    ...(reason !== undefined && { reason }),
  };
}
