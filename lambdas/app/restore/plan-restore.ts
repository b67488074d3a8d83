import type { Backup, BackupId, VolumeId } from '../../domain/backup.ts';
import { readMarker } from '../../domain/marker.ts';
import {
  findNewestGood,
  inspectChains,
  type RestoreChain,
  type VolumeBackups,
} from '../../domain/restore-chain.ts';
import { type RestoreRecord, restoreIdOf } from '../../domain/restore-record.ts';
import type { Cloud } from '../ports.ts';
import type { RestoreBackupRequest } from '../restore-backup.ts';
import type { Dependencies } from '../run.ts';
import { chooseTarget } from './choose-target.ts';
import type { Asking } from './find-asking.ts';
import { findFacts } from './find-facts.ts';
import type { RestorePick } from './find-sources.ts';
import { readVolumeBackups } from './read-volume-backups.ts';

/** How long a restore holds what it needs unless someone goes on with it. */
export const HOLD_MS = 24 * 3_600_000;

/** What is to become of one volume of a request. */
export type RestorePlan =
  | {
      readonly outcome: 'planned';
      /** Not yet in the catalog. */
      readonly record: RestoreRecord;
      readonly chain: RestoreChain;
      readonly warnings: readonly string[];
    }
  /** The same request is under way; this restore of it, or another one that was asked for with it. */
  | { readonly outcome: 'joined'; readonly record: RestoreRecord }
  | {
      readonly outcome: 'refused';
      readonly volumeId: VolumeId;
      readonly backupId?: BackupId;
      readonly reason: string;
    };

export interface RestoreAsked {
  readonly request: RestoreBackupRequest;
  readonly cloud: Cloud;
  readonly deps: Dependencies;
  readonly asking: Asking;
}

/** Looks at everything that a restore of one volume needs, and touches nothing. */
export async function planRestore(pick: RestorePick, asked: RestoreAsked): Promise<RestorePlan> {
  const { volumeId } = pick;
  const { cloud, deps, request, asking } = asked;
  const joined = asking.restores.get(volumeId);
  if (joined !== undefined) return { outcome: 'joined', record: joined };

  const view = await readVolumeBackups(cloud, volumeId, deps);
  const chosen = chooseBackup(pick, view, asked);
  if ('reason' in chosen) return { outcome: 'refused', volumeId, ...chosen };
  const { chain, warnings } = chosen;
  const { backup } = chain;
  const source = await findFacts(backup, view.records, cloud, deps);
  const target = await chooseTarget(backup, source, asked);
  if ('reason' in target) return { outcome: 'refused', volumeId, backupId: backup.id, reason: target.reason };
  const policy = readMarker(backup, deps.deployment.name)?.policy;
  const record: RestoreRecord = {
    cloud: cloud.name,
    volumeId,
    id: restoreIdOf(asking.at, asking.key, backup.id),
    purpose: 'restore',
    state: 'waiting',
    request: asking.key,
    backupId: backup.id,
    ...(policy !== undefined && { policy }),
    dataTimestampAt: backup.dataTimestampAt,
    source,
    ...target.place,
    needs: chain.needs,
    ...(request.tryAnyway === true && { tryAnyway: true }),
    heldUntil: new Date(deps.clock.now().getTime() + HOLD_MS),
    attempt: 0,
    askedAt: asking.at,
    version: 0,
  };
  const added = [...(pick.warning === undefined ? [] : [pick.warning]), ...warnings, ...target.warnings];
  return { outcome: 'planned', record, chain, warnings: added };
}

type Chosen =
  | { readonly chain: RestoreChain; readonly warnings: readonly string[] }
  | { readonly reason: string; readonly backupId?: BackupId };

function chooseBackup(pick: RestorePick, view: VolumeBackups, asked: RestoreAsked): Chosen {
  return pick.backupId === undefined
    ? chooseNewest(pick.at, view, asked)
    : chooseGiven(pick.backupId, view, asked);
}

function chooseGiven(backupId: BackupId, view: VolumeBackups, { request }: RestoreAsked): Chosen {
  const chain = inspectChains(view)(backupId);
  if (chain === undefined) return { backupId, reason: 'it is not in the list of its volume (any more)' };
  if (chain.obstacle !== undefined && request.tryAnyway !== true) {
    return { backupId, reason: describeObstacle(chain, chain.obstacle) };
  }
  return { chain, warnings: warnOf(chain) };
}

function chooseNewest(at: Date, view: VolumeBackups, { deps }: RestoreAsked): Chosen {
  const { name } = deps.deployment;
  const isOurs = (backup: Backup) => readMarker(backup, name) !== undefined;
  const { chosen, passedOver } = findNewestGood(view, at, isOurs);
  const others = passedOver.map(({ backup, obstacle }) => `backup ${backup.id}: ${obstacle}`);
  if (chosen === undefined) {
    const why = others.length === 0 ? '' : `; ${others.slice(0, 3).join('; ')}`;
    return { reason: `no good backup of it was made at ${at.toISOString()} or before${why}` };
  }
  const { backup } = chosen;
  const skipped = passedOver.map(
    (each) =>
      `backup ${each.backup.id} of ${each.backup.dataTimestampAt.toISOString()} is newer than ${backup.id}, but cannot be restored: ${each.obstacle}`,
  );
  return { chain: chosen, warnings: [...skipped, ...warnOf(chosen)] };
}

function describeObstacle(chain: RestoreChain, obstacle: string): string {
  const isInferred = chain.backup.isIncremental && chain.chain.length > 0;
  const hint = isInferred
    ? ' (Cinder shows no parents: this is inferred. If you know better, say tryAnyway.) Nothing was touched'
    : '; nothing was touched';
  return `it cannot be restored: ${obstacle}${hint}`;
}

function warnOf({ backup, doubts, obstacle }: RestoreChain): readonly string[] {
  const tried = obstacle === undefined ? [] : [`backup ${backup.id}: tried although ${obstacle}`];
  return [...tried, ...doubts.map((doubt) => `backup ${backup.id}: its chain is not certain: ${doubt}`)];
}
