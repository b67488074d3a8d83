import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CoverageReport, PolicyCoverage } from '../../../lambdas/app/coverage/findings.ts';
import { ReportBuilder } from '../../../lambdas/app/run-report.ts';
import { createMeasure } from '../../../lambdas/runtime/metrics.ts';

const AT = new Date('2026-11-25T03:30:00Z');
const { write } = process.stdout;
let lines: string[] = [];

beforeEach(() => {
  lines = [];
  process.stdout.write = (text: string | Uint8Array) => lines.push(String(text)) > 0;
});
afterEach(() => {
  process.stdout.write = write;
});

/** What CloudWatch reads out of a line: the dimensions' values, and the metrics with units. */
function read(line: string): object {
  const { _aws, ...values } = JSON.parse(line);
  const [{ Dimensions, Metrics, Namespace }] = _aws.CloudWatchMetrics;
  const dimensions = Object.fromEntries(
    Dimensions[0].filter((key: string) => key !== 'service').map((key: string) => [key, values[key]]),
  );
  const metrics = Object.fromEntries(
    Metrics.map(({ Name, Unit }: { Name: string; Unit: string }) => [Name, `${values[Name]} ${Unit}`]),
  );
  return { namespace: Namespace, dimensions, metrics };
}

function coverageOf(policies: readonly PolicyCoverage[]): CoverageReport {
  const report = new ReportBuilder('report-coverage', AT);
  report.tally('covered', 7);
  return { ...report.finish(AT), policies };
}

describe('the metrics of a run', () => {
  it('are how often each outcome was met, and the failures', () => {
    const report = new ReportBuilder('prune-backups', AT);
    report.tally('deleted', 3);
    createMeasure('acme')(report.finish(AT));
    expect(lines.map(read)).toEqual([
      {
        namespace: 'cinderkeep',
        dimensions: { deployment: 'acme', run: 'prune-backups' },
        metrics: { deleted: '3 Count', failures: '0 Count' },
      },
    ]);
  });

  it('are none where nothing was done', () => {
    createMeasure('acme')(new ReportBuilder('follow-backups', AT).finish(AT));
    expect(lines).toEqual([]);
  });

  it('are of coverage two for each policy that was judged: what is not covered, and the worst age', () => {
    const counts = { covered: 7, stale: 2, uncovered: 1, new: 1, skipped: 1 };
    const oldest = { volumeId: 'v', volumeName: 'db', goodAt: AT, ageMs: 90_500 };
    const measure = createMeasure('acme');
    measure(
      coverageOf([
        { policy: 'nightly', cloud: 'prod', state: 'judged', counts, unprovedCount: 4, oldest },
        { policy: 'empty', cloud: 'prod', state: 'judged', counts: { ...counts, stale: 0, uncovered: 0 } },
        { policy: 'resting', cloud: 'prod', state: 'paused', volumeCount: 3 },
        { policy: 'eastern', cloud: 'east', state: 'unknown' },
      ]),
    );
    expect(lines.map(read)).toEqual([
      {
        namespace: 'cinderkeep',
        dimensions: { deployment: 'acme', policy: 'nightly' },
        metrics: { notCovered: '3 Count', unproved: '4 Count', worstAge: '90.5 Seconds' },
      },
      {
        namespace: 'cinderkeep',
        dimensions: { deployment: 'acme', policy: 'empty' },
        metrics: { notCovered: '0 Count' },
      },
      {
        namespace: 'cinderkeep',
        dimensions: { deployment: 'acme', run: 'report-coverage' },
        metrics: { covered: '7 Count', failures: '0 Count' },
      },
    ]);
  });
});
