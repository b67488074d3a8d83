import type { RunReport } from '../../lambdas/app/run-report.ts';
import type { ExitCode } from '../cli/command.ts';
import type { Terminal } from '../cli/terminal.ts';
import { formatReport } from './report-text.ts';

/** The result of a command: one JSON document (instants as ISO texts), or text. */
export function emit(
  terminal: Terminal,
  isJson: boolean | undefined,
  document: object,
  toText: () => string,
): void {
  terminal.clearStatus();
  terminal.print(isJson === true ? JSON.stringify(document, undefined, 2) : toText());
}

/** A run's report as the result of a command; exit code 1 if anything in it failed. */
export function emitReport(terminal: Terminal, isJson: boolean | undefined, report: RunReport): ExitCode {
  emit(terminal, isJson, report, () => formatReport(report));
  return exitCodeOf([report]);
}

export function exitCodeOf(reports: readonly RunReport[]): ExitCode {
  return reports.some((report) => report.failedCount > 0) ? 1 : 0;
}
