import { type Action, act, argumentOf } from '../protocol/actions.ts';
import type { Answer, Call } from '../protocol/call.ts';
import { notFound } from '../protocol/errors.ts';
import { authorize } from '../protocol/policy.ts';
import { validateBody } from '../protocol/schema.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';
import { deleteBackup } from './backup-deletion.ts';
import { resetStatusSchema } from './backup-schemas.ts';
import { backupOf } from './backups.ts';

const ACTIONS: ReadonlyMap<string, Action> = new Map([
  ['os-reset_status', resetStatus],
  ['os-force_delete', forceDelete],
]);

/** `POST /backups/{id}/action`: what only an administrator may do to a backup. */
export function actOnBackup(call: Call): Answer {
  return act(call, ACTIONS);
}

function resetStatus(call: Call): Answer {
  validateBody(call.body, resetStatusSchema);
  const status = String(argumentOf(call, 'os-reset_status').status).toLowerCase();
  const backup = backupOf(call);
  authorize(call, 'volume_extension:backup_admin_actions:reset_status');
  if (!call.cloud.isBackupServiceUp) throw notFound('Service', 'cinder-backup');
  // Work under way goes on, and ends in its own status; the volume of a stuck backup stays as it is.
  call.cloud.backups.update(backup, { status, updated_at: toEpochSeconds(call.nowMs) });
  return { status: 202 };
}

function forceDelete(call: Call): Answer {
  const backup = backupOf(call);
  authorize(call, 'volume_extension:backup_admin_actions:force_delete');
  deleteBackup(call, backup, true);
  return { status: 202 };
}
