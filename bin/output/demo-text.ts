import type { DemoResult } from '../../local/demo-result.ts';
import { indent } from './table.ts';
import { countOf, formatElapsed } from './words.ts';

const DAY_MS = 86_400_000;

const NEXT_STEPS = `What to type next:
  npx cinderkeep check                    what config/policies.yaml means
  npx cinderkeep cloud --port 8776        a cloud to try it on; says how to reach it
  npx cinderkeep backup --policy nightly  … then, in another shell: back up now
  npx cinderkeep run                      … or work off the schedules
  npx cinderkeep --help`;

/** The end of the demonstration, for people. @param page where the HTML page is. */
export function formatDemo(result: DemoResult, page: string, elapsedMs: number): string {
  return [
    `${daysOf(result)} days over ${result.volumes.length} volumes, in ${formatElapsed(elapsedMs)}:`,
    indent(formatCounts(result)),
    ...(result.faults.length === 0 ? [] : [`not as it should be:\n${indent(result.faults.join('\n'))}`]),
    `The report: ${page}`,
    NEXT_STEPS,
  ].join('\n\n');
}

export function toDemoJson({ volumes, ...result }: DemoResult, page: string): object {
  return {
    ...result,
    volumeCount: volumes.length,
    requestsPerBackup: requestsPerBackup(result),
    report: page,
  };
}

function formatCounts(result: DemoResult): string {
  const held = result.heldNowCount === 0 ? '' : `, ${result.heldNowCount} of them still`;
  const rows: readonly (readonly [count: number, text: string])[] = [
    [result.madeCount, `backups made: ${result.fullCount} full, ${result.incrementalCount} incremental`],
    [result.deletedCount, 'deleted, dependents first'],
    [result.heldCount, `held for a while, as a kept backup still needed them${held}`],
    [result.failedCount, `failed ${result.failedCount === 1 ? 'attempt' : 'attempts'}, each cleared away`],
    [result.retriedCount, 'retried with success'],
    [result.faults.length, 'slots without a backup'],
  ];
  const width = Math.max(...rows.map(([count]) => String(count).length));
  return [
    ...rows.map(([count, text]) => `${String(count).padStart(width)} ${text}`),
    `${countOf(result.requestCount, 'request')} to the cloud, every look at what was under way included`,
  ].join('\n');
}

function requestsPerBackup({
  requestCount,
  madeCount,
}: Pick<DemoResult, 'requestCount' | 'madeCount'>): number {
  return Math.round((requestCount / Math.max(1, madeCount)) * 10) / 10;
}

function daysOf({ startsAt, endsAt }: DemoResult): number {
  return Math.round((endsAt.getTime() - startsAt.getTime()) / DAY_MS);
}
