import type { BackupRecord } from '../domain/backup-record.ts';
import { applyGuards, toDeletions } from '../domain/guards.ts';
import type { VolumePlan } from './plan-volume.ts';
import type { PruneBackupsRequest } from './prune-backups.ts';
import type { Dependencies } from './run.ts';
import type { ReportBuilder } from './run-report.ts';

/**
 * Puts what is to be deleted past the policies' guards. A breach is a failure of the run, and nothing is deleted there.
 *
 * @returns the records that may be deleted, by volume, each in the order in which deletions are safe.
 */
export function guardPlans(
  plans: readonly VolumePlan[],
  request: PruneBackupsRequest,
  deps: Dependencies,
  report: ReportBuilder,
): readonly (readonly BackupRecord[])[] {
  const { maxDeletes, maxDeleteShare } = request;
  const guarded = applyGuards(
    plans.map(({ volumeId, decisions, heldBefore }) =>
      toDeletions(volumeId, decisions, (id) => heldBefore.has(id)),
    ),
    deps.deployment.policies,
    {
      ...(maxDeletes !== undefined && { maxDeletes }),
      ...(maxDeleteShare !== undefined && { maxDeleteShare }),
    },
  );
  for (const { policy, volumeId, explanation } of guarded.breaches) {
    const where = volumeId === undefined ? { policy } : { policy, volumeId };
    report.add({ outcome: 'refused', isFailure: true, ...where, reason: explanation });
  }
  const isAllowed = new Set(guarded.allowed.map(({ volumeId }) => volumeId));
  return plans.filter((plan) => isAllowed.has(plan.volumeId)).map((plan) => plan.doomed);
}
