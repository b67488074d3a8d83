import { pruneBackups } from '../lambdas/app/prune-backups.ts';
import type { Dependencies } from '../lambdas/app/run.ts';
import type { RunReport } from '../lambdas/app/run-report.ts';
import type { BackupId } from '../lambdas/domain/backup.ts';
import { type BackupRecord, isOpen } from '../lambdas/domain/backup-record.ts';
import type { DemoVolumes } from './demo-volumes.ts';
import type { EmbeddedCloud } from './embedded-cloud/embedded-cloud.ts';

/** What became of one backup that the demonstration made. */
export interface DemoBackup {
  readonly id: BackupId;
  readonly policy: string;
  readonly type: 'full' | 'incremental';
  readonly at: Date;
  /** `held`: expired, but a kept backup still needs it. */
  readonly fate: 'kept' | 'held' | 'deleted';
}

export interface DemoVolumeResult {
  readonly name: string;
  readonly isGone: boolean;
  /** Oldest first. */
  readonly backups: readonly DemoBackup[];
}

export interface DemoResult {
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly volumes: readonly DemoVolumeResult[];
  readonly madeCount: number;
  readonly fullCount: number;
  readonly incrementalCount: number;
  readonly deletedCount: number;
  /** Backups that were held for some time; most of them could be deleted later. */
  readonly heldCount: number;
  readonly heldNowCount: number;
  /** Attempts that came to nothing. */
  readonly failedCount: number;
  /** Backups that took more than one attempt. */
  readonly retriedCount: number;
  /** To Cinder and Keystone, by this program. */
  readonly requestCount: number;
  /** What befell the cloud. */
  readonly events: readonly { readonly at: Date; readonly what: string }[];
  /** Slots of volumes for which there is no backup although there should be, and what else is not as it should be. */
  readonly faults: readonly string[];
}

interface Stock {
  readonly deps: Dependencies;
  readonly cloud: EmbeddedCloud;
  readonly volumes: DemoVolumes;
  readonly reports: readonly RunReport[];
  readonly startsAt: Date;
  readonly events: DemoResult['events'];
}

const MADE: ReadonlySet<BackupRecord['state']> = new Set(['available', 'deleting', 'deleted', 'lost']);

/** Counts what the demonstration did, from the catalog and the cloud, and looks whether anything was left undone. */
export async function takeStock(stock: Stock): Promise<DemoResult> {
  const { deps, cloud, volumes, reports, startsAt, events } = stock;
  const requestCount = cloud.control.requests.total;
  const endsAt = deps.clock.now();
  const heldNow = await findHeld(deps);
  const heldEver = new Set(
    reports
      .flatMap(({ items }) => items)
      .flatMap(({ outcome, backupId }) => (outcome === 'held' ? [backupId] : [])),
  );
  const records: BackupRecord[] = [];
  const results: DemoVolumeResult[] = [];
  const present = new Set(cloud.control.volumes().map(({ id }) => id));
  for (const [name, volumeId] of volumes) {
    const ofVolume = (
      await Promise.all(
        [...deps.deployment.clouds.keys()].map((each) => deps.catalog.listVolumeRecords(each, volumeId)),
      )
    ).flat();
    records.push(...ofVolume);
    const backups = ofVolume.flatMap((record) => toBackup(record, heldNow));
    results.push({ name, isGone: !present.has(volumeId), backups });
  }
  const made = results.flatMap(({ backups }) => backups);
  const fullCount = made.filter(({ type }) => type === 'full').length;
  return {
    startsAt,
    endsAt,
    volumes: results,
    madeCount: made.length,
    fullCount,
    incrementalCount: made.length - fullCount,
    deletedCount: made.filter(({ fate }) => fate === 'deleted').length,
    heldCount: heldEver.size,
    heldNowCount: heldNow.size,
    failedCount: records.filter(({ state, reason }) => state === 'failed' && reason !== undefined).length,
    retriedCount: records.filter(({ state, attempt }) => MADE.has(state) && attempt > 1).length,
    requestCount,
    events,
    faults: [...findLostSlots(records), ...findLeftovers(records, cloud, endsAt)],
  };
}

/** By a dry run of pruning, which takes the same path as a real one. */
async function findHeld(deps: Dependencies): Promise<ReadonlySet<BackupId>> {
  const run = { startedAt: deps.clock.now(), waits: true };
  const { items } = await pruneBackups({ trigger: 'manual', dryRun: true }, run, deps);
  return new Set(
    items.flatMap(({ outcome, backupId }) =>
      outcome === 'held' && backupId !== undefined ? [backupId] : [],
    ),
  );
}

function toBackup(record: BackupRecord, heldNow: ReadonlySet<BackupId>): DemoBackup[] {
  const { state, backupId, type, policy, dataTimestampAt } = record;
  if (!MADE.has(state) || backupId === undefined || type === undefined || dataTimestampAt === undefined)
    return [];
  const fate = state !== 'available' ? 'deleted' : heldNow.has(backupId) ? 'held' : 'kept';
  return [{ id: backupId, policy, type, at: dataTimestampAt, fate }];
}

function findLostSlots(records: readonly BackupRecord[]): string[] {
  const slots = Map.groupBy(
    records,
    ({ policy, slotAt, volume }) => `${policy} ${slotAt.toISOString()} of ${volume.name}`,
  );
  return [...slots].flatMap(([slot, attempts]) => {
    const isMade = attempts.some(({ state }) => MADE.has(state));
    const isWaived = attempts.some(({ reason }) => reason === 'the volume is gone');
    const isOngoing = attempts.some(isOpen);
    return isMade || isWaived || isOngoing
      ? []
      : [`no backup for slot ${slot}: ${attempts.at(-1)?.reason ?? ''}`];
  });
}

/** Backups of ours in error, and temporary snapshots, that nothing is going to clear. */
function findLeftovers(records: readonly BackupRecord[], { control }: EmbeddedCloud, now: Date): string[] {
  const open = new Set(records.filter(isOpen).map(({ name }) => name));
  const isForgotten = ({ name }: { readonly name: string | null }): boolean =>
    name?.startsWith('ck-') === true && !open.has(name);
  return [
    ...control
      .backups()
      .filter((backup) => backup.status !== 'available' && isForgotten(backup))
      .map(({ name, status }) => `backup ${name} is left in ${status} at ${now.toISOString()}`),
    ...control
      .snapshots()
      .filter(isForgotten)
      .map(({ name }) => `snapshot ${name} is left over`),
  ];
}
