import type { PlannedCreate, PolicyForecast, WorkPlan } from '../../lambdas/app/plan-work.ts';
import { formatReport } from './report-text.ts';
import { formatTable, indent } from './table.ts';
import { countOf, describeFullReason, formatInstant } from './words.ts';

/** What would be made and deleted, for people. */
export function formatPlan({ creates, prune }: WorkPlan): string {
  return [...creates.map(formatForecast), formatReport(prune)].join('\n\n');
}

function formatForecast(forecast: PolicyForecast): string {
  const { policy, cloud, slotAt, isDue, isPaused, creates } = forecast;
  const when = `${isDue ? 'due since' : 'next at'} ${formatInstant(slotAt)}`;
  const title = `${policy} (cloud ${cloud}), ${when}: ${countOf(creates.length, 'backup')}`;
  const notes = [
    ...(isPaused ? ['the policy is paused: its slots are passed over'] : []),
    ...(creates.length === 0 ? ['warning: its selection matches no volume'] : []),
  ];
  const table =
    creates.length === 0 ? [] : [formatTable(['VOLUME', 'NAME', 'TYPE', 'BECAUSE'], creates.map(toRow))];
  return [title, ...[...notes, ...table].map((text) => indent(text))].join('\n');
}

function toRow({ volumeId, volumeName, type, whyFull }: PlannedCreate): string[] {
  return [volumeId, volumeName, type, whyFull === undefined ? '' : describeFullReason(whyFull)];
}
