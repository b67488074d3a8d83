import type { Answer, Call } from '../protocol/call.ts';
import { FROM } from '../protocol/microversion.ts';
import { lastOf } from '../protocol/paging.ts';
import { authorize } from '../protocol/policy.ts';

/** `GET /limits`, for any member; -1 is unlimited. From 3.39 on an administrator can ask for another project's. */
export function showLimits(call: Call): Answer {
  const { quotas } = call.cloud;
  authorize(call, 'limits_extension:used_limits', 'read');
  const projectId = projectAsked(call);
  const limit = (name: string): number => quotas.limit(projectId, name);
  const used = quotas.used(projectId);
  const absolute = {
    maxTotalVolumes: limit('volumes'),
    maxTotalSnapshots: limit('snapshots'),
    maxTotalVolumeGigabytes: limit('gigabytes'),
    maxTotalBackups: limit('backups'),
    maxTotalBackupGigabytes: limit('backup_gigabytes'),
    totalVolumesUsed: used.volumes,
    totalGigabytesUsed: used.gigabytes,
    totalSnapshotsUsed: used.snapshots,
    totalBackupsUsed: used.backups,
    totalBackupGigabytesUsed: used.backup_gigabytes,
  };
  return { status: 200, body: { limits: { rate: [], absolute } } };
}

function projectAsked({ version, caller, query }: Call): string {
  if (!caller.isAdmin || version < FROM.limitsOfProject) return caller.projectId;
  return lastOf(query, 'project_id') ?? lastOf(query, 'tenant_id') ?? caller.projectId;
}
