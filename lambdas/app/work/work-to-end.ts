import type { BackupRecord } from '../../domain/backup-record.ts';
import { type Dependencies, isOver, type Run } from '../run.ts';
import type { ReportBuilder } from '../run-report.ts';
import { awaitRecords } from './await-records.ts';
import { workCloud } from './work-cloud.ts';

/** How long the run that is at work may take before it is asked again whether it still is. */
const TAKE_OVER_MS = 30_000;

/**
 * Does the work on these records, or, in a run that waits, lets the run that is at it do so; when that one ends first, or dies, this
 * one takes over.
 */
export async function workToEnd(
  cloud: string,
  records: readonly BackupRecord[],
  run: Run,
  deps: Dependencies,
  report: ReportBuilder,
): Promise<void> {
  let open = records;
  while ((await workCloud(cloud, run, deps, report, { seeds: open })) === 'elsewhere' && run.waits) {
    open = await awaitRecords(open, run, deps, report, TAKE_OVER_MS);
    if (open.length === 0 || isOver(run, deps.clock.now())) return;
  }
}
