import type { BackupId } from '../domain/backup.ts';
import type { Decision } from '../domain/decision.ts';
import { formerTermsOf } from './former-terms.ts';
import { planVolumes } from './plan-volumes.ts';
import type { Cloud } from './ports.ts';
import { readRestoreHolds } from './restore/restore-holds.ts';
import { notePolicies } from './review.ts';
import type { Dependencies } from './run.ts';
import { ReportBuilder } from './run-report.ts';
import type { CloudView } from './volume-views.ts';

/** What pruning would decide now on each backup of a view, the guards left aside. Reads only. @throws {EmptyListError} */
export async function readVerdicts(
  view: CloudView,
  cloud: Cloud,
  deps: Dependencies,
): Promise<ReadonlyMap<BackupId, Decision>> {
  const policies = await notePolicies(deps, { dryRun: true });
  const options = {
    dryRun: true,
    formerTerms: formerTermsOf(policies, deps),
    restores: await readRestoreHolds(cloud.name, deps),
  };
  // What it would record is not told here: whoever prunes does.
  const unread = new ReportBuilder('list-backups', deps.clock.now(), true);
  const plans = await planVolumes(view, cloud, deps, unread, options);
  return new Map(
    plans.flatMap(({ decisions }) => decisions.map((decision) => [decision.backup.id, decision] as const)),
  );
}
