import { followBackups } from './app/follow-backups.ts';
import { composeWithHooks } from './runtime/compose-with-hooks.ts';
import { createHandler } from './runtime/handler.ts';
import { reportRun } from './runtime/report-run.ts';
import { followBackupsRequest } from './runtime/requests/follow-backups.ts';

const follow = reportRun((_event: unknown, run, deps) => followBackups(run, deps));

export const handler = createHandler(followBackupsRequest, follow, composeWithHooks);
