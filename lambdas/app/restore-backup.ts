import type { BackupId, VolumeId } from '../domain/backup.ts';
import { mapBounded } from './map-bounded.ts';
import { InvalidRequestError } from './request-error.ts';
import { findAsking } from './restore/find-asking.ts';
import { findShortage } from './restore/find-shortage.ts';
import { findSources } from './restore/find-sources.ts';
import { planRestore, type RestorePlan } from './restore/plan-restore.ts';
import { recordRestores } from './restore/record-restores.ts';
import { reportPlan, reportRefusal } from './restore/report-restore.ts';
import { restoreToEnd } from './restore/restore-to-end.ts';
import { warnOfCredential } from './restore/warn-of-credential.ts';
import type { Dependencies, Run } from './run.ts';
import { ReportBuilder, type RunReport } from './run-report.ts';

/**
 * What to restore: a backup; or of a volume, or of every volume that a server had, the newest good backup that was made at an
 * instant or before.
 */
export interface RestoreBackupRequest {
  readonly backupId?: BackupId;
  readonly volumeId?: VolumeId;
  readonly serverId?: string;
  /** For a volume or a server; default: now. */
  readonly at?: Date;
  /** Default: a new volume like the original. */
  readonly into?: RestoreTarget;
  /** The contents of an existing volume may be overwritten. */
  readonly overwrite?: boolean;
  /** Try even if the chain does not look whole: parents are inferred, and the inference may be wrong. */
  readonly tryAnyway?: boolean;
  /** Only in this cloud of the config. */
  readonly cloud?: string;
  readonly dryRun?: boolean;
}

/** An existing volume (`volumeId`, or the `original`), or else what is to be different in the new one. */
export interface RestoreTarget {
  readonly volumeId?: VolumeId;
  readonly original?: boolean;
  readonly name?: string;
  /** Before the name of each original. */
  readonly namePrefix?: string;
  readonly volumeType?: string;
  readonly availabilityZone?: string;
}

const PLANS_AT_ONCE = 8;

/**
 * Restores backups into new volumes, which it makes first, or into existing ones, and follows each to its end. All is looked at before
 * anything is touched. The same request made again while it is under way joins it.
 *
 * @throws {InvalidRequestError} the request contradicts itself, or there is no such backup, volume or server.
 * @throws when there is no credential to restore with, before anything is written down.
 */
export async function restoreBackup(
  request: RestoreBackupRequest,
  run: Run,
  deps: Dependencies,
): Promise<RunReport> {
  checkRequest(request, run);
  const isDryRun = request.dryRun === true;
  const report = new ReportBuilder('restore-backup', run.startedAt, isDryRun);
  const { cloud, picks } = await findSources(request, run, deps);
  const asking = await findAsking(request, picks, cloud, run, deps);
  const asked = { request, cloud, deps, asking };
  const looked = await mapBounded(picks, PLANS_AT_ONCE, (pick) => planRestore(pick, asked));
  const refuse = (plan: RestorePlan, reason: string) => reportRefusal(report, cloud.name, plan, reason);
  for (const plan of looked) {
    if (plan.outcome === 'refused') refuse(plan, plan.reason);
    if (plan.outcome === 'planned') for (const warning of plan.warnings) report.warn(warning);
  }
  const possible = looked.filter((plan) => plan.outcome !== 'refused');
  const shortage = await findShortage(possible, cloud);
  const isStopped = ({ outcome }: RestorePlan) => outcome === 'planned' && shortage !== undefined;
  for (const plan of possible.filter(isStopped)) refuse(plan, shortage ?? '');
  const plans = possible.filter((plan) => !isStopped(plan));
  if (isDryRun) {
    for (const plan of plans) reportPlan(report, plan);
    await warnOfCredential(cloud, report);
  } else if (plans.length > 0) {
    // Where it could not be carried out, it must not be written down either.
    await cloud.prepareFor('restore');
    const { records, refused } = await recordRestores(plans, deps);
    for (const plan of refused)
      refuse(plan, 'another restore into its volume is under way; nothing was touched');
    if (records.length > 0) await restoreToEnd(cloud.name, records, run, deps, report);
  }
  return report.finish(deps.clock.now());
}

/** What is wrong with a request in itself is said by the name of the key. */
function checkRequest(request: RestoreBackupRequest, run: Run): void {
  const { backupId, volumeId, serverId, at, into = {} } = request;
  const subjects = [backupId, volumeId, serverId].filter((each) => each !== undefined);
  if (subjects.length !== 1) {
    throw new InvalidRequestError(
      'backupId, volumeId, serverId: exactly one of them should say what is to be restored',
    );
  }
  if (backupId !== undefined && at !== undefined) {
    throw new InvalidRequestError('at: a backup is of one instant; give it with volumeId or serverId');
  }
  if (at !== undefined && at > run.startedAt) {
    throw new InvalidRequestError(`at: ${at.toISOString()} is in the future`);
  }
  if (into.volumeId !== undefined && into.original === true) {
    throw new InvalidRequestError('into: volumeId and original name two volumes; give one of them');
  }
  if (serverId !== undefined && (into.volumeId !== undefined || into.name !== undefined)) {
    const key = into.volumeId === undefined ? 'name' : 'volumeId';
    throw new InvalidRequestError(
      `into.${key}: a server may have several volumes; use original, or namePrefix for new ones`,
    );
  }
}
