import { pinBackup } from './app/pin-backup.ts';
import { compose } from './runtime/compose.ts';
import { createHandler } from './runtime/handler.ts';
import { reportRun } from './runtime/report-run.ts';
import { pinBackupRequest } from './runtime/requests/pin-backup.ts';

export const handler = createHandler(pinBackupRequest, reportRun(pinBackup), compose);
