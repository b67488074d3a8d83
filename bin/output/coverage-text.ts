import type { CoverageReport, PolicyCoverage } from '../../lambdas/app/coverage/findings.ts';
import { formatDetails, formatTitle } from './report-text.ts';
import { formatTable, indent } from './table.ts';
import { formatElapsed, formatInstant } from './words.ts';

const HEAD = [
  'POLICY',
  'CLOUD',
  'WANTED',
  'VOLUMES',
  'COVERED',
  'STALE',
  'UNCOVERED',
  'NEW',
  'SKIPPED',
  'UNPROVED',
  'WORST AGE',
];

/** A row for each policy, then what is wrong, worst first. */
export function formatCoverage(report: CoverageReport): string {
  const { policies } = report;
  const table = policies.length === 0 ? [] : ['', indent(formatTable(HEAD, policies.map(toRow)))];
  return [formatTitle(report), ...table, ...formatDetails(report)].join('\n');
}

function toRow(coverage: PolicyCoverage): string[] {
  const { policy, cloud, state, rpoMs, dueSlotAt, volumeCount, counts, unprovedCount, oldest } = coverage;
  const volumes = volumeCount === undefined ? '' : String(volumeCount);
  if (counts === undefined) return [policy, cloud, state, volumes];
  const wanted = rpoMs === undefined ? dueSlotAt && `slot ${formatInstant(dueSlotAt)}` : formatElapsed(rpoMs);
  const { covered, stale, uncovered, new: isNew, skipped } = counts;
  return [
    policy,
    cloud,
    wanted ?? '',
    volumes,
    ...[covered, stale, uncovered, isNew, skipped].map(String),
    unprovedCount === undefined ? '' : String(unprovedCount),
    oldest === undefined ? '' : `${formatElapsed(oldest.ageMs)} (${oldest.volumeName || oldest.volumeId})`,
  ];
}
