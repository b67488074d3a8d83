import type { VolumeId } from '../domain/backup.ts';
import type { BackupRecord, PolicyRecord } from '../domain/backup-record.ts';
import { type Decision, describeDecision } from '../domain/decision.ts';
import { formerTermsOf } from './former-terms.ts';
import { guardPlans } from './guard-plans.ts';
import type { PlanOptions, VolumePlan } from './plan-volume.ts';
import { planVolumes } from './plan-volumes.ts';
import type { PruneBackupsRequest } from './prune-backups.ts';
import { readRestoreHolds } from './restore/restore-holds.ts';
import { isReview, notePolicies } from './review.ts';
import type { Dependencies } from './run.ts';
import type { ReportBuilder } from './run-report.ts';
import { openSameCloud } from './same-project.ts';
import { readCloudView } from './volume-views.ts';

/** Of backups in one warning. */
const NAMED_IDS = 5;

export interface PruneDecisions {
  readonly plans: readonly VolumePlan[];
  /** What the guards let through, by volume, each in the order in which deletions are safe. */
  readonly allowed: readonly (readonly BackupRecord[])[];
  /** The decision instants that made volumes due. */
  readonly dueAt: ReadonlyMap<VolumeId, Date>;
  /** All volumes of the cloud were decided on. */
  readonly isReview: boolean;
  /** By name, as they were when it was decided. */
  readonly policies: ReadonlyMap<string, PolicyRecord>;
}

/**
 * Plans retention for what is due on one cloud and puts it past the guards. Records what the view of the cloud shows (adopted, lost);
 * with `dryRun` it writes nothing at all.
 *
 * @returns undefined when nothing is due.
 * @throws {EmptyListError} the cloud shows no backup where there must be some.
 */
export async function decidePrune(
  name: string,
  request: PruneBackupsRequest,
  deps: Dependencies,
  report: ReportBuilder,
): Promise<PruneDecisions | undefined> {
  const dryRun = request.dryRun === true;
  const policies = await notePolicies(deps, { dryRun });
  const isAll = isReview(name, request, policies, deps);
  const dueAt = await findDue(name, request, deps);
  const wanted = wantedVolumes(request, isAll, dueAt);
  if (wanted !== 'all' && wanted.size === 0) return undefined;
  const { cloud } = await openSameCloud(name, deps);
  const options: PlanOptions = {
    dryRun,
    formerTerms: formerTermsOf(policies, deps),
    restores: await readRestoreHolds(name, deps),
    ...(request.policy !== undefined && { onlyPolicy: request.policy }),
  };
  const plans = await planVolumes(await readCloudView(cloud, wanted), cloud, deps, report, options);
  reportVerdicts(plans, name, report);
  reportRemovedPolicies(plans, report);
  reportDamaged(plans, report);
  const allowed = guardPlans(plans, request, deps, report);
  return { plans, allowed, dueAt, isReview: isAll, policies };
}

async function findDue(
  cloud: string,
  request: PruneBackupsRequest,
  { catalog, clock }: Dependencies,
): Promise<Map<VolumeId, Date>> {
  const due = new Map<VolumeId, Date>();
  for await (const page of catalog.listDecisions(cloud, clock.now())) {
    for (const { volumeId, decideAt } of page) {
      if (decideAt !== undefined && request.volumeIds?.includes(volumeId) !== false)
        due.set(volumeId, decideAt);
    }
  }
  return due;
}

function wantedVolumes(
  request: PruneBackupsRequest,
  isAll: boolean,
  dueAt: ReadonlyMap<VolumeId, Date>,
): ReadonlySet<VolumeId> | 'all' {
  if (request.volumeIds !== undefined) return new Set(request.volumeIds);
  return isAll || request.trigger === 'manual' ? 'all' : new Set(dueAt.keys());
}

function reportVerdicts(plans: readonly VolumePlan[], cloud: string, report: ReportBuilder): void {
  for (const { decisions, volumeId } of plans) {
    const named = decisions.filter((decision) => decision.verdict === 'hold' || isPinned(decision));
    const keptCount = decisions.filter(({ verdict }) => verdict === 'keep').length;
    report.tally('kept', keptCount - named.filter(isPinned).length);
    for (const decision of named) {
      const { backup, policy, verdict } = decision;
      report.add({
        outcome: verdict === 'hold' ? 'held' : 'kept',
        isFailure: false,
        cloud,
        volumeId,
        backupId: backup.id,
        reason: describeDecision(decision),
        ...(policy !== undefined && { policy }),
      });
    }
  }
}

function reportDamaged(plans: readonly VolumePlan[], report: ReportBuilder): void {
  const ids = plans.flatMap(({ damaged }) => damaged);
  if (ids.length === 0) return;
  const named = [...ids.slice(0, NAMED_IDS), ...(ids.length > NAMED_IDS ? ['…'] : [])].join(', ');
  report.warn(
    `${ids.length === 1 ? 'a backup of ours was good and is' : `${ids.length} backups of ours were good and are`} in error now, as after ` +
      `a deletion by someone else that failed: not to be restored, not deleted by us, counted against the quota: ${named}`,
  );
}

/** People want to see in every plan what they pinned. */
function isPinned({ because }: Decision): boolean {
  return because.some(({ rule }) => rule === 'pinned');
}

/** Nobody judges the backups of a policy that was taken out of the config; someone should know that they stay. */
function reportRemovedPolicies(plans: readonly VolumePlan[], report: ReportBuilder): void {
  const counts = new Map<string, number>();
  for (const reason of plans.flatMap(({ decisions }) => decisions.flatMap(({ because }) => because))) {
    if (reason.rule === 'policyRemoved') counts.set(reason.policy, (counts.get(reason.policy) ?? 0) + 1);
  }
  for (const [policy, count] of counts) {
    report.warn(
      `policy ${policy} is not in the config: its ${count} backups stay; a policy that is its successor says formerly: [${policy}]`,
    );
  }
}
