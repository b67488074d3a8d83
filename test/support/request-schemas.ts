import { createBackupsRequest } from '../../lambdas/runtime/requests/create-backups.ts';
import { followBackupsRequest } from '../../lambdas/runtime/requests/follow-backups.ts';
import { listBackupsRequest } from '../../lambdas/runtime/requests/list-backups.ts';
import type { RequestSchema } from '../../lambdas/runtime/requests/parse-request.ts';
import { pinBackupRequest } from '../../lambdas/runtime/requests/pin-backup.ts';
import { pruneBackupsRequest } from '../../lambdas/runtime/requests/prune-backups.ts';
import { reportCoverageRequest } from '../../lambdas/runtime/requests/report-coverage.ts';
import { restoreBackupRequest } from '../../lambdas/runtime/requests/restore-backup.ts';
import { testRestoresRequest } from '../../lambdas/runtime/requests/test-restores.ts';
import type { FunctionName } from '../../lib/function-bundle.ts';

/** What each function takes. */
export const REQUEST_SCHEMAS: Readonly<Record<FunctionName, RequestSchema<unknown>>> = {
  'create-backups': createBackupsRequest,
  'follow-backups': followBackupsRequest,
  'prune-backups': pruneBackupsRequest,
  'restore-backup': restoreBackupRequest,
  'test-restores': testRestoresRequest,
  'list-backups': listBackupsRequest,
  'pin-backup': pinBackupRequest,
  'report-coverage': reportCoverageRequest,
};
