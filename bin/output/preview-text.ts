import type { LostByChange } from '../../lambdas/app/preview-change.ts';
import { formatTable, indent } from './table.ts';
import { countOf, formatInstant } from './words.ts';

/** What a change of the config would delete, for people. */
export function formatPreview(file: string, lost: readonly LostByChange[]): string {
  if (lost.length === 0) return `${file} would delete nothing that the present config keeps`;
  const table = formatTable(
    ['BACKUP', 'STAMP', 'VOLUME', 'POLICY', 'AT PRESENT', 'NOT BEFORE'],
    lost.map(toRow),
  );
  return [
    `${file} would delete ${countOf(lost.length, 'backup')} that the present config keeps:`,
    indent(table),
    '',
    'Days of grace (guards.graceDays) and the guards of the new policies apply.',
  ].join('\n');
}

function toRow({ backup, volumeId, policy, stays, graceUntil }: LostByChange): string[] {
  const notBefore = graceUntil === undefined ? 'at once' : formatInstant(graceUntil);
  return [backup.id, formatInstant(backup.dataTimestampAt), volumeId, policy ?? '', stays, notBefore];
}
