import type { VolumeId } from '../domain/backup.ts';
import type { RestoreRecord } from '../domain/restore-record.ts';
import { isSelected } from '../domain/selection.ts';
import type { Volume } from '../domain/volume.ts';
import type { CloudLimits } from './ports.ts';
import { describeShortage } from './restore/find-shortage.ts';
import type { RestorePlan } from './restore/plan-restore.ts';
import { recordRestores } from './restore/record-restores.ts';
import { reportPlan, reportRefusal } from './restore/report-restore.ts';
import { restoreToEnd } from './restore/restore-to-end.ts';
import { warnOfCredential } from './restore/warn-of-credential.ts';
import type { Dependencies, Run } from './run.ts';
import { collectFailure, ReportBuilder, type RunReport } from './run-report.ts';
import { openSameCloud } from './same-project.ts';
import { type AskedTests, findAsked } from './test-restores/find-asked.ts';
import { readOpenTests } from './test-restores/find-candidates.ts';
import { locateVolumes } from './test-restores/locate-volumes.ts';
import type { TestPlan } from './test-restores/plan-test.ts';
import { planTests } from './test-restores/plan-tests.ts';
import { isOwnScratch, sweepScratch } from './test-restores/sweep-scratch.ts';
import { closeSlot, type DueTests, findDueTests, takeSlot } from './test-restores/test-slots.ts';

export type TestRestoresRequest =
  | { readonly trigger: 'schedule'; readonly policy: string; readonly slot: Date }
  /** Every slot that is due and that nothing has taken up. */
  | { readonly trigger: 'makeUp' }
  | {
      readonly trigger: 'manual';
      /** Default: every policy that has restore tests. */
      readonly policy?: string;
      /** Instead of those whose turn it is; without a policy, the newest good backup of each, whatever policy it is of. */
      readonly volumeIds?: readonly VolumeId[];
      readonly dryRun?: boolean;
    };

/**
 * Proves that backups can be restored: restores some, each into a scratch volume, looks whether that is as it should be, has the policy's
 * hook look too, and deletes it again, whatever comes of it. Once for a slot, however often it is asked for; what a run leaves is gone on with by the worker.
 *
 * @throws {InvalidRequestError} there is no such policy or slot, or nothing says what is to be tested.
 */
export async function testRestores(
  request: TestRestoresRequest,
  run: Run,
  deps: Dependencies,
): Promise<RunReport> {
  if (request.trigger === 'makeUp') return testDueRestores(run, deps);
  const asked = findAsked(request, run, deps);
  const isDryRun = request.trigger === 'manual' && request.dryRun === true;
  const report = new ReportBuilder('test-restores', run.startedAt, isDryRun);
  await testEverywhere(asked, isDryRun, run, deps, report);
  return report.finish(deps.clock.now());
}

/** Every test that is due now, by whatever policy: for whoever is woken by the clock and not by an event. */
export async function testDueRestores(run: Run, deps: Dependencies): Promise<RunReport> {
  const report = new ReportBuilder('test-restores', run.startedAt);
  const asked: AskedTests[] = [];
  for (const policy of deps.deployment.policies.values()) {
    await collectFailure(report, { policy: policy.name, cloud: policy.cloud }, async () => {
      const due = await findDueTests(policy, deps);
      if (due !== undefined && policy.restoreTests !== undefined)
        asked.push({ ...due, tests: policy.restoreTests });
    });
  }
  await testEverywhere(asked, false, run, deps, report);
  return report.finish(deps.clock.now());
}

/** Clouds go side by side. */
async function testEverywhere(
  asked: readonly AskedTests[],
  isDryRun: boolean,
  run: Run,
  deps: Dependencies,
  report: ReportBuilder,
): Promise<void> {
  const located: { readonly cloud: string; readonly asked: AskedTests }[] = [];
  for (const each of asked) {
    if (each.policy !== undefined) located.push({ cloud: each.policy.cloud, asked: each });
    else located.push(...(await locateVolumes(each, deps, report)));
  }
  const clouds = Map.groupBy(located, ({ cloud }) => cloud);
  await Promise.all(
    [...clouds].map(([cloud, group]) =>
      collectFailure(report, { cloud }, () =>
        testCloud({ cloud, asked: group.map((each) => each.asked), isDryRun, run, deps, report }),
      ),
    ),
  );
}

interface CloudTests {
  readonly cloud: string;
  readonly asked: readonly AskedTests[];
  readonly isDryRun: boolean;
  readonly run: Run;
  readonly deps: Dependencies;
  readonly report: ReportBuilder;
}

async function testCloud({ cloud: name, asked, isDryRun, run, deps, report }: CloudTests): Promise<void> {
  const taken: AskedTests[] = [];
  for (const each of asked) if (await isToBeDone(each, deps, report)) taken.push(each);
  if (taken.length === 0) return;
  const { cloud } = await openSameCloud(name, deps);
  const open = await readOpenTests(name, deps);
  const scratch: Volume[] = [];
  const selected = new Map(taken.map((each) => [each, [] as VolumeId[]]));
  for await (const page of cloud.listVolumes()) {
    for (const volume of page) {
      if (isOwnScratch(volume, deps)) scratch.push(volume);
      for (const [{ policy }, ids] of selected) {
        if (policy !== undefined && isSelected(volume, policy.select)) ids.push(volume.id);
      }
    }
  }
  if (isDryRun) await warnOfCredential(cloud, report);
  else {
    // Where it could not be carried out, it must not be written down either.
    await cloud.prepareFor('restore');
    await sweepScratch(scratch, open, cloud, report);
  }

  const seeds: RestoreRecord[] = [];
  for (const each of taken) {
    const work = { cloud, open, selected: selected.get(each) ?? [], deps, report };
    const plans = await planTests(each, work);
    // Where tests are under way there will be the room that they take.
    const limits = open.length > 0 ? undefined : await cloud.getLimits();
    const possible = refuseOthers(plans, limits, name, report);
    if (isDryRun) for (const plan of possible) reportPlan(report, plan);
    else {
      const { records } = await recordRestores(possible, deps);
      if (isOfSlot(each)) await closeSlot(each, records.length, deps);
      seeds.push(...records);
    }
  }
  if (seeds.length > 0) await restoreToEnd(name, seeds, run, deps, report);
}

async function isToBeDone(asked: AskedTests, deps: Dependencies, report: ReportBuilder): Promise<boolean> {
  return !isOfSlot(asked) || takeSlot(asked, deps, report);
}

function isOfSlot(asked: AskedTests): asked is AskedTests & DueTests {
  return asked.trigger !== 'manual' && asked.policy !== undefined;
}

/** Says what cannot be tested, and why; there may be room for scratch volumes one after the other, if not for all at once. */
function refuseOthers(
  plans: readonly TestPlan[],
  limits: CloudLimits | undefined,
  cloud: string,
  report: ReportBuilder,
): readonly RestorePlan[] {
  const possible: RestorePlan[] = [];
  for (const plan of plans) {
    if (plan.outcome === 'skipped') {
      report.tally('skipped', 1);
      continue;
    }
    const reason = findObstacle(plan, limits);
    if (plan.outcome === 'planned') for (const warning of plan.warnings) report.warn(warning);
    if (reason === undefined) possible.push(plan);
    else reportRefusal(report, cloud, plan, reason);
  }
  return possible;
}

function findObstacle(plan: RestorePlan, limits: CloudLimits | undefined): string | undefined {
  if (plan.outcome === 'refused') return plan.reason;
  if (plan.outcome === 'joined' || limits === undefined) return undefined;
  return describeShortage([plan.record.target], limits);
}
