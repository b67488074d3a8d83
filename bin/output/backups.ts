import type { BackupList, ListedBackup } from '../../lambdas/app/list-backups.ts';
import { formatTable } from './table.ts';
import { countOf, formatInstant, formatMoment } from './words.ts';

/** A backup in JSON: what Cinder shows, whose it is (`policy` is null for a foreign one), and when it was last proved restorable and who pinned it, or null. */
export function toBackupJson({ cloud, backup, policy, slotAt, provedAt, pin }: ListedBackup): object {
  const { id, ...rest } = backup;
  return {
    id,
    cloud,
    policy: policy ?? null,
    ...(slotAt !== undefined && { slotAt }),
    provedAt: provedAt ?? null,
    pin: pin ?? null,
    ...rest,
  };
}

export function formatBackups({ backups, nextMarker }: BackupList): string {
  if (backups.length === 0) return 'no backups';
  const rows = backups.map(({ backup, policy, cloud, provedAt, pin }) => [
    backup.id,
    formatInstant(backup.createdAt),
    backup.statusText,
    backup.isIncremental ? 'incremental' : 'full',
    `${backup.sizeGib} GiB`,
    policy ?? '(foreign)',
    provedAt === undefined ? '-' : formatMoment(provedAt),
    pin === undefined ? '-' : 'yes',
    backup.volumeId,
    cloud,
  ]);
  const heads = ['ID', 'CREATED', 'STATUS', 'TYPE', 'SIZE', 'POLICY', 'PROVED', 'PINNED', 'VOLUME', 'CLOUD'];
  const table = formatTable(heads, rows);
  const more = nextMarker === undefined ? '' : `, more with --marker ${nextMarker}`;
  return `${table}\n\n${countOf(backups.length, 'backup')}${more}`;
}
