import { reportCoverage } from './app/report-coverage.ts';
import { compose } from './runtime/compose.ts';
import { createHandler } from './runtime/handler.ts';
import { reportRun } from './runtime/report-run.ts';
import { reportCoverageRequest } from './runtime/requests/report-coverage.ts';

export const handler = createHandler(reportCoverageRequest, reportRun(reportCoverage), compose);
