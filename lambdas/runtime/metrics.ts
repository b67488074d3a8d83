import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { isCoverageReport, type PolicyCoverage } from '../app/coverage/findings.ts';
import type { RunReport } from '../app/run-report.ts';

/**
 * Writes what a run came to as metrics of the namespace `cinderkeep`: how often each outcome was met, and the failures; of a report on
 * coverage for each policy the volumes that are not covered, and the worst age. Each is billed: hence on request only.
 */
export function createMeasure(deployment: string): (report: RunReport) => void {
  const metrics = new Metrics({ namespace: 'cinderkeep', defaultDimensions: { deployment } });

  function measurePolicy({ policy, counts, unprovedCount, oldest }: PolicyCoverage): void {
    // Of a policy that is paused, or could not be judged, there is nothing to say.
    if (counts === undefined) return;
    metrics.addDimension('policy', policy);
    metrics.addMetric('notCovered', MetricUnit.Count, counts.stale + counts.uncovered);
    if (unprovedCount !== undefined) metrics.addMetric('unproved', MetricUnit.Count, unprovedCount);
    if (oldest !== undefined) metrics.addMetric('worstAge', MetricUnit.Seconds, oldest.ageMs / 1000);
    metrics.publishStoredMetrics();
  }

  return (report) => {
    const { run, counts, failedCount } = report;
    if (isCoverageReport(report)) for (const each of report.policies) measurePolicy(each);
    if (Object.keys(counts).length === 0) return;
    metrics.addDimension('run', run);
    for (const [outcome, count] of Object.entries(counts))
      metrics.addMetric(outcome, MetricUnit.Count, count);
    metrics.addMetric('failures', MetricUnit.Count, failedCount);
    metrics.publishStoredMetrics();
  };
}
