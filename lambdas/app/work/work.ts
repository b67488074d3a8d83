import type { BackupRecord, RecordState } from '../../domain/backup-record.ts';
import type { CloudBounds } from '../../domain/deployment.ts';
import type { Cloud, CloudIdentity } from '../ports.ts';
import type { Dependencies, Run } from '../run.ts';
import type { ReportBuilder } from '../run-report.ts';
import type { Chains } from './chains.ts';
import type { Job, Phase } from './job.ts';
import type { Pace } from './pace.ts';
import type { QuotaRoom } from './quota-room.ts';
import type { WorkQueue } from './work-queue.ts';

/** Everything that the steps of the work on one cloud share. */
export interface Work {
  /** Changes it only as long as the lease is held. */
  readonly cloud: Cloud;
  /** The same without that bound, for reading; what is known of it is remembered by this object. */
  readonly project: Cloud;
  readonly identity: CloudIdentity;
  readonly bounds: CloudBounds;
  readonly deps: Dependencies;
  readonly run: Run;
  readonly queue: WorkQueue;
  readonly pace: Pace;
  readonly report: ReportBuilder;
  /** Opened when the first backup is to be started. */
  chains: Chains | undefined;
  /** Nothing is started before (local clock): the quota is used up, or the cloud cannot be reached. */
  startsBlockedUntil: Date | undefined;
  /** Read when the first backup is to be started. */
  room: Promise<QuotaRoom> | undefined;
  /** A backup that waits for quota was reported; others are not, until then (local clock). */
  quotaToldUntil: Date | undefined;
  /** Calls in a row that did not reach the cloud. */
  unreachableCount: number;
}

/** Writes the change through to the catalog; the job then holds what was written. */
export async function saveJob(
  job: Job,
  work: Pick<Work, 'deps'>,
  change: Partial<BackupRecord> & { readonly state: RecordState },
): Promise<void> {
  const { notBeforeAt: _over, ...kept } = job.record;
  job.record = await work.deps.catalog.save({ ...kept, ...change });
}

export function setPhase(job: Job, phase: Phase, work: Pick<Work, 'deps'>): void {
  job.phase = phase;
  job.phaseSince = work.deps.clock.now();
}

export function later(work: Pick<Work, 'deps'>, ms: number): Date {
  return new Date(work.deps.clock.now().getTime() + ms);
}

/** Doubles from `firstMs` with each call that led to nothing, up to ten minutes. */
export function backOffMs(tries: number, firstMs: number): number {
  return Math.min(firstMs * 2 ** Math.min(tries, 10), 600_000);
}
