import { createBackups } from './app/create-backups.ts';
import { compose } from './runtime/compose.ts';
import { createHandler } from './runtime/handler.ts';
import { reportRun } from './runtime/report-run.ts';
import { createBackupsRequest } from './runtime/requests/create-backups.ts';

export const handler = createHandler(createBackupsRequest, reportRun(createBackups), compose);
