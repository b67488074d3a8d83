import type { DemoBackup, DemoResult } from './demo-result.ts';
import { type PageLane, renderReportPage } from './report-page.ts';

/** The report of the demonstration as an HTML page. */
export function renderDemoPage(result: DemoResult): string {
  const { startsAt, endsAt, volumes, events } = result;
  const dates = [startsAt, endsAt].map((at) => at.toISOString().slice(0, 10));
  const backedUp = volumes.filter(({ backups }) => backups.length > 0);
  return renderReportPage({
    title: 'cinderkeep: the demonstration',
    intro:
      `${dates.join(' to ')} of the sample policies, in fast-forward on an embedded cloud: real use cases, real HTTP, ` +
      `${volumes.length} volumes, of which ${backedUp.length} are selected by a policy.`,
    from: startsAt,
    until: endsAt,
    figures: [
      { label: 'backups made', value: String(result.madeCount) },
      { label: 'full', value: String(result.fullCount) },
      { label: 'incremental', value: String(result.incrementalCount) },
      { label: 'deleted', value: String(result.deletedCount) },
      { label: 'held for a while', value: String(result.heldCount) },
      { label: 'failed attempts', value: String(result.failedCount) },
      { label: 'retried with success', value: String(result.retriedCount) },
      { label: 'slots without a backup', value: String(result.faults.length) },
    ],
    lanes: backedUp.flatMap((volume) =>
      [...Map.groupBy(volume.backups, ({ policy }) => policy)].map(([policy, marks]) =>
        toLane(volume.name, volume.isGone, policy, marks),
      ),
    ),
    events,
  });
}

function toLane(volume: string, isGone: boolean, policy: string, marks: readonly DemoBackup[]): PageLane {
  return { volume, policy, marks, ...(isGone && { note: 'deleted' }) };
}
