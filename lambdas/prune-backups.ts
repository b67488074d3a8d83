import { pruneBackups } from './app/prune-backups.ts';
import { compose } from './runtime/compose.ts';
import { createHandler } from './runtime/handler.ts';
import { reportRun } from './runtime/report-run.ts';
import { pruneBackupsRequest } from './runtime/requests/prune-backups.ts';

export const handler = createHandler(pruneBackupsRequest, reportRun(pruneBackups), compose);
