import type { Dependencies, Run } from '../app/run.ts';
import type { ReportItem, RunReport } from '../app/run-report.ts';
import { capAnswer } from './answer-size.ts';
import type { Act } from './handler.ts';
import type { Invocation } from './invocation.ts';

/** Where every item of a run's report is, however many there are. */
export interface LogPointer {
  readonly group: string;
  readonly stream: string;
  readonly requestId: string;
}

/** What a function answers: a sentence, the counts, then the items. */
export type RunAnswer = { readonly summary: string } & RunReport & { readonly log: LogPointer };

/**
 * Some items of a run failed; all others were done. A Lambda's caller gets nothing of an error but its message, so that names the first
 * failures; the report is in the log.
 */
export class RunFailedError extends Error {
  override readonly name = 'RunFailedError';
  readonly report: RunReport;

  constructor(report: RunReport, { group, stream, requestId }: LogPointer) {
    const failures = report.items.filter(({ isFailure }) => isFailure).slice(0, NAMED_FAILURES);
    const unnamedCount = report.failedCount - failures.length;
    super(
      [
        `${summarise(report)}; the others were done`,
        ...failures.map((failure) => `- ${describeFailure(failure)}`),
        ...(unnamedCount > 0 ? [`- and ${unnamedCount} more`] : []),
        `the whole report: log group ${group}, stream ${stream}, requestId ${requestId}`,
      ].join('\n'),
    );
    this.report = report;
  }
}

const NAMED_FAILURES = 5;

/**
 * Makes a function of a use case: its report is logged item by item, measured, and answered; a report with failures fails the invocation,
 * so that alarms are honest.
 */
export function reportRun<Request>(
  useCase: (request: Request, run: Run, deps: Dependencies) => Promise<RunReport>,
): Act<Request, RunAnswer> {
  return async (request, run, { deps, measure }, invocation) => {
    const report = await useCase(request, run, deps);
    logReport(report, deps);
    measure(report);
    const log = toPointer(invocation);
    if (report.failedCount > 0) throw new RunFailedError(report, log);
    return capAnswer({ summary: summarise(report), ...report, log }, 'items', (answer, cutCount) => ({
      ...answer,
      omittedItemCount: report.omittedItemCount + cutCount,
    }));
  };
}

/** A run that had nothing to do leaves no line: there is one a minute. */
function logReport(report: RunReport, { log }: Dependencies): void {
  const { items, warnings, ...rest } = report;
  if (Object.keys(report.counts).length === 0 && warnings.length === 0) return;
  for (const warning of warnings) log.warn(warning, { run: report.run });
  for (const item of items) {
    const text = `${item.outcome}${item.volumeName === undefined ? '' : ` ${item.volumeName}`}`;
    if (item.isFailure) log.warn(text, { run: report.run, item });
    else log.info(text, { run: report.run, item });
  }
  log[report.failedCount > 0 ? 'warn' : 'info'](summarise(report), { report: rest });
}

/** `create-backups: 41 available, 1 failed; 1 failure`. */
export function summarise({ run, dryRun, counts, failedCount }: RunReport): string {
  const outcomes = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
  const failures = failedCount === 0 ? '' : `; ${failedCount} failure${failedCount === 1 ? '' : 's'}`;
  return `${run}${dryRun ? ' (dry run, nothing was changed)' : ''}: ${outcomes.join(', ') || 'nothing to do'}${failures}`;
}

function describeFailure({
  outcome,
  cloud,
  policy,
  volumeName,
  volumeId,
  slotAt,
  reason,
}: ReportItem): string {
  const where = [
    policy ?? (cloud === undefined ? undefined : `cloud ${cloud}`),
    slotAt?.toISOString(),
    volumeName,
    volumeId,
  ];
  return `${outcome}: ${where.filter((part) => part !== undefined && part !== '').join(' ')}: ${reason ?? 'no reason given'}`;
}

function toPointer({ logGroupName, logStreamName, awsRequestId }: Invocation): LogPointer {
  return { group: logGroupName, stream: logStreamName, requestId: awsRequestId };
}
