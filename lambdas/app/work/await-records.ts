import { type BackupRecord, isOpen } from '../../domain/backup-record.ts';
import { type Dependencies, isOver, type Run } from '../run.ts';
import type { ItemOutcome, ReportBuilder } from '../run-report.ts';

const POLL_MS = 2_000;

/**
 * Another run does the work: waits for how each record ends, for `patienceMs` at most, and reports it as if done here.
 *
 * @returns the records, or the retries that came after them, that are still open.
 */
export async function awaitRecords(
  records: readonly BackupRecord[],
  run: Run,
  deps: Dependencies,
  report: ReportBuilder,
  patienceMs: number,
): Promise<readonly BackupRecord[]> {
  const until = deps.clock.now().getTime() + patienceMs;
  let open = records;
  while (open.length > 0 && !isOver(run, deps.clock.now()) && deps.clock.now().getTime() < until) {
    const next: BackupRecord[] = [];
    for (const record of open) {
      const current = await deps.catalog.getRecord(record);
      if (current === undefined) continue;
      if (isOpen(current)) next.push(current);
      else {
        report.addRecord(current, current.state as ItemOutcome, { isFailure: current.state === 'failed' });
        const retry = await deps.catalog.getRecord({ ...current, attempt: current.attempt + 1 });
        if (retry !== undefined) next.push(retry);
      }
    }
    open = next;
    if (open.length > 0) await deps.clock.sleep(POLL_MS, run.signal);
  }
  return open;
}
