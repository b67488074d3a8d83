import type { EndedList, EndedRecord } from '../../lambdas/app/list-ended.ts';
import { formatTable } from './table.ts';
import { countOf, formatInstant, formatMoment, nameVolume } from './words.ts';

export function toEndedJson({ ended, nextMarker }: EndedList): object {
  const backups = ended.map(({ backupId, record }) => ({ id: backupId, ...record }));
  return { backups, ...(nextMarker !== undefined && { nextMarker }) };
}

export function formatEnded({ ended, nextMarker }: EndedList): string {
  if (ended.length === 0) return 'the catalog remembers no backup that is no more';
  const table = formatTable(
    ['ID', 'ENDED', 'STATE', 'POLICY', 'SLOT', 'VOLUME', 'BECAUSE'],
    ended.map(toRow),
  );
  const more = nextMarker === undefined ? '' : `, more with --marker ${nextMarker}`;
  return `${table}\n\n${countOf(ended.length, 'backup')}${more}`;
}

function toRow({ backupId, record }: EndedRecord): string[] {
  const { endedAt, state, policy, slotAt, volumeId, volume, reason } = record;
  return [
    backupId,
    endedAt === undefined ? '-' : formatMoment(endedAt),
    state,
    policy,
    formatInstant(slotAt),
    nameVolume(volumeId, volume.name),
    reason ?? '-',
  ];
}
