import { type Figure, type Goal, isGoalMet } from './benchmark.ts';

export interface Result {
  readonly benchmark: string;
  readonly figures: readonly Figure[];
  /** Why there are none. */
  readonly skipped?: string;
  readonly failed?: string;
}

const HEADINGS = ['benchmark', 'what', 'measured', 'beside it', 'ratio', 'goal', ''] as const;

/** All figures as a table of text; notes below it. */
export function formatTable(results: readonly Result[]): string {
  const rows = results.flatMap(({ benchmark, figures }) => figures.map((figure) => toRow(benchmark, figure)));
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const toLine = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width));
  return [toLine(HEADINGS), toLine(rule), ...rows.map(toLine), ...results.flatMap(toRemarks)].join('\n');
}

function toRow(benchmark: string, figure: Figure): string[] {
  const { what, value, unit, peer, ratio, goal } = figure;
  const isMet = isGoalMet(figure);
  return [
    benchmark,
    what,
    `${formatNumber(value)} ${unit}`,
    peer === undefined ? '' : `${formatNumber(peer.value)} ${unit} (${peer.name})`,
    ratio === undefined ? '' : `${formatNumber(ratio)} x`,
    goal === undefined ? '' : formatGoal(goal, ratio === undefined ? unit : 'x'),
    isMet === undefined ? '' : isMet ? 'met' : 'MISSED',
  ];
}

function toRemarks({ benchmark, figures, skipped, failed }: Result): string[] {
  const notes = figures.flatMap(({ what, note }) => (note === undefined ? [] : [`  ${what}: ${note}`]));
  const skips = skipped === undefined ? [] : [`  skipped: ${skipped}`];
  const failures = failed === undefined ? [] : [`  FAILED: ${failed}`];
  const remarks = [...notes, ...skips, ...failures];
  return remarks.length === 0 ? [] : ['', `${benchmark}:`, ...remarks];
}

function formatGoal(goal: Goal, unit: string): string {
  return 'atMost' in goal
    ? `<= ${formatNumber(goal.atMost)} ${unit}`
    : `>= ${formatNumber(goal.atLeast)} ${unit}`;
}

/** Three digits that count, and no fraction where there are more before the point. */
function formatNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
