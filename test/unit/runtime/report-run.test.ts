import { describe, expect, it } from 'vitest';
import { ReportBuilder, type ReportItem, type RunReport } from '../../../lambdas/app/run-report.ts';
import { RunFailedError, reportRun } from '../../../lambdas/runtime/report-run.ts';
import { aContainer, anInvocation } from '../../support/functions.ts';

const AT = new Date('2026-11-25T03:30:00Z');

function aReport(items: readonly ReportItem[], warnings: readonly string[] = []): RunReport {
  const report = new ReportBuilder('create-backups', AT);
  for (const item of items) report.add(item);
  for (const warning of warnings) report.warn(warning);
  return report.finish(AT);
}

function failure(volumeName: string): ReportItem {
  return {
    outcome: 'failed',
    isFailure: true,
    cloud: 'prod',
    policy: 'nightly',
    volumeName,
    slotAt: AT,
    reason: 'quota',
  };
}

function answer(report: RunReport, log: string[] = []) {
  const act = reportRun(async () => report);
  return act({}, { startedAt: AT, waits: false }, aContainer({ log }), anInvocation());
}

async function failureOf(report: RunReport, log: string[] = []): Promise<RunFailedError> {
  try {
    await answer(report, log);
  } catch (error) {
    if (error instanceof RunFailedError) return error;
    throw error;
  }
  throw new Error('the run did not fail');
}

const made: ReportItem = {
  outcome: 'available',
  isFailure: false,
  cloud: 'prod',
  policy: 'nightly',
  volumeName: 'db-1',
};

describe('the answer of a run', () => {
  it('begins with a sentence and the counts, and ends with where the log is', async () => {
    const { summary, counts, items, log } = await answer(aReport([made]));
    expect(summary).toBe('create-backups: 1 available');
    expect(counts).toEqual({ available: 1 });
    expect(items).toEqual([made]);
    expect(log.requestId).toBe(anInvocation().awsRequestId);
  });

  it('fits what Lambda can send, and says how much is missing', async () => {
    const long = { ...made, reason: 'x'.repeat(10_000) };
    const report = aReport(Array.from({ length: 1_000 }, () => long));
    const capped = await answer(report);
    expect(Buffer.byteLength(JSON.stringify(capped))).toBeLessThan(6 * 1024 * 1024);
    expect(capped.items.length).toBeGreaterThan(400);
    expect(capped.omittedItemCount).toBe(1_000 - capped.items.length);
    expect(capped.counts).toEqual({ available: 1_000 });
  });
});

describe('a run with failures', () => {
  it('fails, with the counts and the first failures in its message', async () => {
    const report = aReport([made, ...Array.from({ length: 7 }, (_, index) => failure(`db-${index}`))]);
    expect((await failureOf(report)).message.split('\n')).toEqual([
      'create-backups: 1 available, 7 failed; 7 failures; the others were done',
      ...[0, 1, 2, 3, 4].map((index) => `- failed: nightly 2026-11-25T03:30:00.000Z db-${index}: quota`),
      '- and 2 more',
      'the whole report: log group /cinderkeep/acme/follow-backups, stream 2026/11/25/[$LATEST]0123456789abcdef, requestId b2c1f0de-0000-4000-8000-000000000001',
    ]);
  });

  it('has logged its report before', async () => {
    const log: string[] = [];
    await failureOf(aReport([made, failure('db-2')], ['the selection matches nothing']), log);
    expect(log).toHaveLength(4);
    expect(log.join('\n')).toContain('the selection matches nothing');
    expect(log.find((line) => line.startsWith('failed db-2'))).toContain('"reason":"quota"');
    expect(log.at(-1)).toMatch(/^create-backups: 1 available, 1 failed; 1 failure .*"failedCount":1/);
  });
});

it('a run that had nothing to do leaves no line', async () => {
  const log: string[] = [];
  expect((await answer(aReport([]), log)).summary).toBe('create-backups: nothing to do');
  expect(log).toEqual([]);
});
