import type { RestoreRecord } from '../../domain/restore-record.ts';
import type { Dependencies, Run } from '../run.ts';
import type { ReportBuilder } from '../run-report.ts';
import { openSameCloud } from '../same-project.ts';
import { type Lease, takeRestoreLease } from '../work/lease.ts';
import type { WorkEnd } from '../work/work-cloud.ts';
import { reportStanding } from './report-restore.ts';
import { createRestoreRounds } from './restore-rounds.ts';
import type { RestoreWork } from './restore-work.ts';

/**
 * Takes the open restores of a cloud further, and those of `seeds` (or, without any, all) to their end if the run waits. Apart from the worker that makes and deletes
 * backups, as an emergency must not wait for a night's work; one worker per cloud, by a lease; everything that it does can be cut
 * off anywhere and done again by the next.
 *
 * @throws {WrongProjectError, CloudRefusedCredentialsError, CloudUnreachableError} after having let go of the lease.
 */
export async function workRestores(
  name: string,
  run: Run,
  deps: Dependencies,
  report: ReportBuilder,
  seeds: readonly RestoreRecord[] = [],
): Promise<WorkEnd> {
  const key = `restores of ${name}`;
  if (deps.workingClouds.has(key)) return 'elsewhere';
  deps.workingClouds.add(key);
  try {
    const lease = await takeRestoreLease(name, deps);
    if (lease === undefined) return 'elsewhere';
    try {
      return await workUnderLease(name, run, deps, report, seeds, lease);
    } finally {
      await lease.release();
    }
  } finally {
    deps.workingClouds.delete(key);
  }
}

async function workUnderLease(
  name: string,
  run: Run,
  deps: Dependencies,
  report: ReportBuilder,
  seeds: readonly RestoreRecord[],
  lease: Lease,
): Promise<WorkEnd> {
  const { cloud } = await openSameCloud(name, deps);
  const bounds = deps.deployment.clouds.get(name);
  if (bounds === undefined) throw new Error(`cloud ${name} is not in the config`);
  // Whoever was asleep beyond the end of its lease finds another worker at it, and must not disturb.
  const guarded = cloud.guardedBy(lease.isHeld);
  const work: RestoreWork = {
    cloud: guarded,
    bounds,
    deps,
    run,
    report,
    lease,
    jobs: new Map(),
    told: new Set(),
  };
  const rounds = createRestoreRounds(work, new Set(seeds.map(({ id }) => id)));
  for (const seed of seeds) await rounds.takeUp(seed);
  try {
    return await rounds.goRound();
  } finally {
    await rounds.settle();
    await reportRest(seeds, work);
  }
}

/**
 * What was asked for in this run and did not end in it: is left to the next one, or was another's to end. What has been reported as a failure
 * is not told twice.
 */
async function reportRest(seeds: readonly RestoreRecord[], work: RestoreWork): Promise<void> {
  const { jobs, told, report, deps } = work;
  for (const seed of seeds) {
    const job = jobs.get(seed.id);
    if (told.has(seed.id)) continue;
    reportStanding(report, job?.record ?? (await deps.catalog.getRestore(seed)) ?? seed);
  }
}
