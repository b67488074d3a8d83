import type { BackupRecord } from '../../domain/backup-record.ts';
import type { RestoreRecord } from '../../domain/restore-record.ts';
import type { Dependencies, Run } from '../run.ts';
import type { ReportBuilder } from '../run-report.ts';
import { openSameCloud } from '../same-project.ts';
import { type Arrivals, createArrivals } from './arrivals.ts';
import { type Lease, standByForLease, takeLease } from './lease.ts';
import { paceOf } from './pace.ts';
import { createRounds } from './rounds.ts';
import { sweepSnapshots } from './sweep-snapshots.ts';
import type { Work } from './work.ts';
import { WorkQueue } from './work-queue.ts';

/**
 * - `done`: as far as it can be done now.
 * - `elsewhere`: another run has the lease and will do it.
 * - `stopped`: the deadline came, the signal was given or the lease was lost; the next run goes on.
 */
export type WorkEnd = 'done' | 'elsewhere' | 'stopped';

export interface WorkOptions {
  /** Records that the caller knows to be open, so that they need not be waited for in the index. */
  readonly seeds?: readonly BackupRecord[];
  /** Wait for a worker that is about to end, to go on from there. */
  readonly standsBy?: boolean;
  /** Told of open restores, which are not this worker's. */
  readonly onRestores?: (restores: readonly RestoreRecord[]) => void;
}

/**
 * Does the open work of a cloud: starts what waits, follows what is in flight, clears what failed, deletes what is to go, round
 * after round. One worker per cloud, by a lease; everything it does can be cut off anywhere and done again by the next.
 *
 * @throws {WrongProjectError, CloudRefusedCredentialsError, CloudUnreachableError} after having let go of the lease.
 */
export async function workCloud(
  name: string,
  run: Run,
  deps: Dependencies,
  report: ReportBuilder,
  { seeds = [], standsBy = false, onRestores }: WorkOptions = {},
): Promise<WorkEnd> {
  const openArrivals = () => createArrivals(deps.catalog, name, onRestores);
  const first = seeds.length > 0 ? seeds : await openArrivals().next(deps.clock.now());
  if (first === undefined || first.length === 0) return 'done';
  if (deps.workingClouds.has(name)) return 'elsewhere';
  deps.workingClouds.add(name);
  try {
    const lease = await (standsBy ? standByForLease(name, run, deps) : takeLease(name, deps, run.deadlineAt));
    if (lease === undefined) return 'elsewhere';
    try {
      // A run that only prunes leaves the sweeping to the next one that makes backups.
      const sweeps = usesSnapshots(name, deps) && !first.every(({ state }) => state === 'deleting');
      // Read anew: until the lease was had, another worker may have begun what was read.
      return await workUnderLease(name, run, deps, report, {
        arrivals: openArrivals(),
        seeds,
        sweeps,
        lease,
      });
    } finally {
      await lease.release();
    }
  } finally {
    deps.workingClouds.delete(name);
  }
}

interface Task {
  readonly arrivals: Arrivals;
  readonly seeds: readonly BackupRecord[];
  /** Whether leftover snapshots are looked for. */
  readonly sweeps: boolean;
  readonly lease: Lease;
}

async function workUnderLease(
  name: string,
  run: Run,
  deps: Dependencies,
  report: ReportBuilder,
  { arrivals, seeds, sweeps, lease }: Task,
): Promise<WorkEnd> {
  const { cloud, identity } = await openSameCloud(name, deps);
  const bounds = deps.deployment.clouds.get(name);
  if (bounds === undefined) throw new Error(`cloud ${name} is not in the config`);
  const work: Work = {
    // Whoever was asleep beyond the end of its lease finds another worker at it, and must not disturb.
    cloud: cloud.guardedBy(lease.isHeld),
    project: cloud,
    identity,
    bounds,
    deps,
    run,
    report,
    queue: new WorkQueue(),
    pace: paceOf(cloud),
    chains: undefined,
    startsBlockedUntil: undefined,
    room: undefined,
    quotaToldUntil: undefined,
    unreachableCount: 0,
  };
  if (sweeps) await sweepSnapshots(work);
  const rounds = createRounds(work, arrivals, lease);
  try {
    return await rounds.goRound(seeds);
  } finally {
    await rounds.settle();
    reportRemaining(work);
  }
}

function usesSnapshots(cloud: string, { deployment }: Dependencies): boolean {
  return [...deployment.policies.values()].some(
    (policy) => policy.cloud === cloud && policy.inUse === 'snapshot',
  );
}

function reportRemaining(work: Work): void {
  for (const { record } of work.queue.busy()) {
    if (record.state === 'clearing') work.report.addRecord(record, 'failed', { isFailure: true });
    else work.report.addRecord(record, record.state === 'deleting' ? 'deleting' : 'creating');
  }
  for (const record of work.queue.waitingRecords) {
    if (record.state === 'waiting') work.report.addRecord(record, 'waiting');
  }
}
