import type { ItemOutcome, ReportItem, RunReport } from '../../lambdas/app/run-report.ts';
import { countOf, describeFullReason, formatElapsed, formatInstant, nameVolume } from './words.ts';

/** Of what went well a few are named; failures all. */
const NAMED_ITEMS = 12;

/** In this order; `available` is told by type as well. */
const OUTCOMES: readonly ItemOutcome[] = [
  'covered',
  'restored',
  'proved',
  'available',
  'deleted',
  'restoring',
  'creating',
  'deleting',
  'waiting',
  'kept',
  'held',
  'adopted',
  'pinned',
  'unpinned',
  'exported',
  'imported',
  'merged',
  'new',
  'unselected',
  'skipped',
  'missed',
  'stale',
  'uncovered',
  'unproved',
  'lost',
  'stuck',
  'refused',
  'failed',
];

/** A report for people: counts first, then failures, warnings, and some of the rest. */
export function formatReport(report: RunReport): string {
  return [formatTitle(report), ...formatDetails(report)].join('\n');
}

/** `prune-backups: 12 deleted, in 4 s`. */
export function formatTitle(report: RunReport): string {
  const took = formatElapsed(report.endedAt.getTime() - report.startedAt.getTime());
  const title = `${report.run}${report.dryRun ? ' (dry run, nothing was changed)' : ''}`;
  return `${title}: ${describeCounts(report)}, in ${took}`;
}

/** Line by line. */
export function formatDetails(report: RunReport): string[] {
  const failures = report.items.filter((item) => item.isFailure);
  // What is kept is only counted, except by a pin.
  const pinned = report.items.filter((item) => !item.isFailure && item.outcome === 'kept');
  const others = report.items.filter((item) => !item.isFailure && item.outcome !== 'kept');
  const sections = [
    ...section(`${countOf(report.failedCount, 'failure')}:`, failures.map(describeItem)),
    ...section('warnings:', report.warnings),
    ...section('pinned:', pinned.map(describeItem)),
  ];
  const rest = nameSome(others, report.omittedItemCount);
  return [
    ...sections,
    ...(sections.length > 0 ? section('among the rest:', rest) : rest.map((line) => `  ${line}`)),
  ];
}

function nameSome(items: readonly ReportItem[], omittedCount: number): string[] {
  const named = items.slice(0, NAMED_ITEMS);
  const unnamedCount = items.length - named.length + omittedCount;
  return [
    ...named.map(describeItem),
    ...(unnamedCount > 0 ? [`… and ${unnamedCount} more (--json names them)`] : []),
  ];
}

/** One line: what a run did. */
export function formatReportLine(report: RunReport): string {
  const first = report.items.find((item) => item.isFailure);
  const failure = first === undefined ? '' : ` · ${describeItem(first)}`;
  const warning = report.warnings.length === 0 ? '' : ` · ${report.warnings[0]}`;
  return `${formatInstant(report.endedAt)} ${report.run}: ${describeCounts(report)}${failure}${warning}`;
}

/** `12 available (3 full, 9 incremental), 1 failed`; `nothing to do` for none. */
export function describeCounts({ counts, items }: Pick<RunReport, 'counts' | 'items'>): string {
  const texts = OUTCOMES.flatMap((outcome) => {
    const count = counts[outcome] ?? 0;
    return count > 0
      ? [`${count} ${outcome}${outcome === 'available' ? describeTypes(items, count) : ''}`]
      : [];
  });
  return texts.length === 0 ? 'nothing to do' : texts.join(', ');
}

function describeTypes(items: readonly ReportItem[], count: number): string {
  const made = items.filter((item) => item.outcome === 'available');
  const fulls = made.filter((item) => item.type === 'full').length;
  // Not all items may be there to be counted.
  if (made.length !== count) return '';
  const texts = [
    ...(fulls > 0 ? [`${fulls} full`] : []),
    ...(fulls < count ? [`${count - fulls} incremental`] : []),
  ];
  return ` (${texts.join(', ')})`;
}

/** `failed  vol-001 (3f…)  nightly 2026-11-23T03:30Z  attempt 2: why`; what went well is short: `available  vol-001  nightly …`. */
export function describeItem(item: ReportItem): string {
  const { volumeId, volumeName } = item;
  const volume = item.isFailure ? nameVolume(volumeId, volumeName) : volumeName || (volumeId ?? '');
  const slot = [item.policy, item.slotAt && formatInstant(item.slotAt)].filter((text) => text !== undefined);
  const where =
    volume === '' && item.cloud !== undefined && slot.length === 0 ? `cloud ${item.cloud}` : volume;
  const why = item.whyFull === undefined ? '' : ` (${describeFullReason(item.whyFull)})`;
  const type = item.type === undefined ? '' : item.type + why;
  const attempt = (item.attempt ?? 1) > 1 ? `attempt ${item.attempt}` : '';
  const backup = needsId(item) ? `backup ${item.backupId}` : '';
  const parts = [
    item.outcome.padEnd(9),
    where,
    backup,
    slot.join(' '),
    type,
    attempt,
    describeRestore(item),
  ].filter((text) => text !== '');
  return parts.join('  ') + (item.reason === undefined ? '' : `: ${item.reason}`);
}

/** A slot and a volume say which backup it is; what was asked for by its id is told by it. */
function needsId({ outcome, backupId, slotAt }: ReportItem): boolean {
  if (backupId === undefined) return false;
  return slotAt === undefined || outcome === 'pinned' || outcome === 'unpinned' || outcome === 'refused';
}

/** `→ db-1 (3f…), as of 2026-11-23T03:30Z, in 12 min`. */
function describeRestore({ targetId, targetName, asOf, tookMs }: ReportItem): string {
  if (asOf === undefined) return '';
  const into = nameVolume(targetId, targetName) || (targetName ?? '');
  const took = tookMs === undefined ? [] : [`in ${formatElapsed(tookMs)}`];
  return [`→ ${into}`, `as of ${formatInstant(asOf)}`, ...took].join(', ');
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}
