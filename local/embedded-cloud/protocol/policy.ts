import type { Call } from './call.ts';
import { policyRefusal } from './errors.ts';

/** Policies that only an administrator passes. */
const ADMIN_ONLY = new Set([
  'backup:export-import',
  'backup:backup-import',
  'volume:force_delete',
  'volume_extension:backup_admin_actions:reset_status',
  'volume_extension:backup_admin_actions:force_delete',
  'volume_extension:quota_classes:get',
  'volume_extension:quota_classes:update',
  'volume_extension:quotas:delete',
  'volume_extension:quotas:update',
  'volume_extension:services:index',
  'volume_extension:services:update',
  'volume_extension:snapshot_admin_actions:force_delete',
  'volume_extension:snapshot_admin_actions:reset_status',
  'volume_extension:type_create',
  'volume_extension:type_delete',
  'volume_extension:type_update',
  'volume_extension:types_extra_specs:create',
  'volume_extension:types_extra_specs:delete',
  'volume_extension:types_extra_specs:update',
  'volume_extension:volume_admin_actions:force_delete',
  'volume_extension:volume_admin_actions:force_detach',
  'volume_extension:volume_admin_actions:reset_status',
  'volume_extension:volume_type_encryption:get',
]);

export type Access = 'read' | 'write';

/**
 * Lets the caller do what the policy covers, or refuses.
 *
 * Reading takes the role reader. Changing takes the role member, except in Zed, whose deprecated rules still let
 * every role of the project create, change and delete what is the project's.
 *
 * @throws {Refusal} 403 `Policy doesn't allow … to be performed.`
 * @see cinder/policies (Cinder 21.3.1 and 29.0.0); the latter with oslo.policy's `enforce_new_defaults`
 */
export function authorize(call: Call, policy: string, access: Access = 'write'): void {
  if (!isAllowed(call, policy, access)) throw policyRefusal(policy);
}

export function isAllowed({ caller, cloud }: Call, policy: string, access: Access): boolean {
  if (caller.isAdmin) return true;
  if (ADMIN_ONLY.has(policy)) return false;
  if (cloud.settings.release === 'zed') return true;
  const { roles } = caller.token;
  return roles.includes('member') || (access === 'read' && roles.includes('reader'));
}

/** A row that the caller may see: of the token's project, or any for an administrator. */
export function isVisible(call: Call, row: { readonly project_id: string }): boolean {
  return call.caller.isAdmin || row.project_id === call.caller.projectId;
}
