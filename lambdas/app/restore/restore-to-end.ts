import { isRestoreOpen, type RestoreRecord } from '../../domain/restore-record.ts';
import { type Dependencies, isOver, type Run } from '../run.ts';
import type { ReportBuilder } from '../run-report.ts';
import { reportStanding } from './report-restore.ts';
import { workRestores } from './work-restores.ts';

const POLL_MS = 2_000;
/** How long the run that is at work may take before it is asked again whether it still is. */
const TAKE_OVER_MS = 10_000;

/**
 * Does the work on these restores, or, in a run that waits, lets the run that is at it do so; when that one ends first, or dies, this one
 * takes over.
 */
export async function restoreToEnd(
  cloud: string,
  records: readonly RestoreRecord[],
  run: Run,
  deps: Dependencies,
  report: ReportBuilder,
): Promise<void> {
  let open = records;
  while ((await workRestores(cloud, run, deps, report, open)) === 'elsewhere') {
    if (!run.waits) return reportAll(open, report);
    open = await awaitRestores(open, run, deps, report);
    if (open.length === 0) return;
    if (isOver(run, deps.clock.now())) return reportAll(open, report);
  }
}

async function awaitRestores(
  records: readonly RestoreRecord[],
  run: Run,
  deps: Dependencies,
  report: ReportBuilder,
): Promise<readonly RestoreRecord[]> {
  const until = deps.clock.now().getTime() + TAKE_OVER_MS;
  let open = records;
  while (open.length > 0 && !isOver(run, deps.clock.now()) && deps.clock.now().getTime() < until) {
    const next: RestoreRecord[] = [];
    for (const record of open) {
      const current = await deps.catalog.getRestore(record);
      if (current === undefined) continue;
      if (isRestoreOpen(current)) next.push(current);
      else reportStanding(report, current);
    }
    open = next;
    if (open.length > 0) await deps.clock.sleep(POLL_MS, run.signal);
  }
  return open;
}

function reportAll(records: readonly RestoreRecord[], report: ReportBuilder): void {
  for (const record of records) reportStanding(report, record);
}
