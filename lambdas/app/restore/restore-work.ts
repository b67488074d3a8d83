import type { CloudBounds } from '../../domain/deployment.ts';
import type { RestoreRecord, RestoreState } from '../../domain/restore-record.ts';
import type { Cloud } from '../ports.ts';
import type { Dependencies, Run } from '../run.ts';
import type { ReportBuilder } from '../run-report.ts';
import type { Lease } from '../work/lease.ts';
import { HOLD_MS } from './plan-restore.ts';

/** What is under way for a restore, known to this process only; what has to outlive it is in the record. */
export interface RestoreJob {
  record: RestoreRecord;
  /** When to take it a step further (local clock). */
  nextAt: Date;
  /** Since when its present phase lasts (local clock): looks become rarer with it. */
  phaseSince: Date;
  /** Whether a step is being taken. */
  isBusy: boolean;
  /** Calls in a row that led to nothing. */
  tries: number;
  /** It was reported that it does not come to its end; the run does not wait for it. */
  isLeft: boolean;
}

/** Everything that the steps of restoring share. */
export interface RestoreWork {
  readonly cloud: Cloud;
  readonly bounds: CloudBounds;
  readonly deps: Dependencies;
  readonly run: Run;
  readonly report: ReportBuilder;
  readonly lease: Lease;
  readonly jobs: Map<string, RestoreJob>;
  /** Ids of those whose end this run has reported. */
  readonly told: Set<string>;
}

/** How long the catalog keeps the story of a restore that has ended. */
const HISTORY_MS = 90 * 24 * 3_600_000;
const SHORTEST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 60_000;
const LOOK_SHARE = 0.1;

export function createRestoreJob(record: RestoreRecord, now: Date): RestoreJob {
  return {
    record,
    nextAt: record.notBeforeAt ?? now,
    phaseSince: record.startedAt ?? now,
    isBusy: false,
    tries: 0,
    isLeft: false,
  };
}

/** Writes the change through to the catalog, and with it holds what the restore needs for another while. */
export async function saveRestoreJob(
  job: RestoreJob,
  work: Pick<RestoreWork, 'deps'>,
  change: Partial<RestoreRecord> & { readonly state: RestoreState },
): Promise<void> {
  const { catalog, clock } = work.deps;
  const { notBeforeAt: _over, ...kept } = job.record;
  const heldUntil = new Date(clock.now().getTime() + HOLD_MS);
  job.record = await catalog.saveRestore({ ...kept, heldUntil, ...change });
}

/** The job goes on in a new phase: soon looked at. */
export function enterPhase(job: RestoreJob, work: Pick<RestoreWork, 'deps'>): void {
  job.phaseSince = work.deps.clock.now();
  job.tries = 0;
  job.nextAt = after(work, SHORTEST_LOOK_MS);
}

/** Looks again after a share of the time that the phase has lasted. */
export function lookLater(job: RestoreJob, work: Pick<RestoreWork, 'deps'>): void {
  const lastedMs = work.deps.clock.now().getTime() - job.phaseSince.getTime();
  job.nextAt = after(work, lookIn(lastedMs * LOOK_SHARE, SHORTEST_LOOK_MS));
}

/** In how long to look again: in `ms`, but not before `shortestMs`, and in a minute at the latest. */
export function lookIn(ms: number, shortestMs: number): number {
  return Math.min(Math.max(ms, shortestMs), LONGEST_LOOK_MS);
}

export function after(work: Pick<RestoreWork, 'deps'>, ms: number): Date {
  return new Date(work.deps.clock.now().getTime() + ms);
}

export function forgetRestoreAt(work: Pick<RestoreWork, 'deps'>): Date {
  return after(work, HISTORY_MS);
}
