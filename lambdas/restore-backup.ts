import { restoreBackup } from './app/restore-backup.ts';
import { compose } from './runtime/compose.ts';
import { createHandler } from './runtime/handler.ts';
import { reportRun } from './runtime/report-run.ts';
import { restoreBackupRequest } from './runtime/requests/restore-backup.ts';

/** Somebody waits for it: it stays to the end, as far as its time allows. */
const restore = reportRun<Parameters<typeof restoreBackup>[0]>((request, run, deps) =>
  restoreBackup(request, { ...run, waits: true }, deps),
);

export const handler = createHandler(restoreBackupRequest, restore, compose);
