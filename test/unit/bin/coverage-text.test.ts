import { describe, expect, it } from 'vitest';
import { formatCoverage } from '../../../bin/output/coverage-text.ts';
import type { CoverageReport } from '../../../lambdas/app/coverage/findings.ts';

const AT = new Date('2026-11-23T12:00:00Z');
const HOUR_MS = 3_600_000;
const counts = { covered: 40, stale: 1, uncovered: 0, new: 1, skipped: 0 };

const report: CoverageReport = {
  run: 'report-coverage',
  dryRun: false,
  startedAt: AT,
  endedAt: new Date(AT.getTime() + 2_000),
  counts: { covered: 40, stale: 1, new: 1 },
  failedCount: 1,
  warnings: ['policy weekly is paused'],
  items: [
    {
      outcome: 'stale',
      isFailure: true,
      cloud: 'prod',
      policy: 'nightly',
      volumeId: 'v-1',
      volumeName: 'db-1',
      reason: 'too old',
    },
    {
      outcome: 'new',
      isFailure: false,
      policy: 'nightly',
      volumeId: 'v-2',
      volumeName: 'db-2',
      reason: 'no slot yet',
    },
  ],
  omittedItemCount: 0,
  policies: [
    {
      policy: 'nightly',
      cloud: 'prod',
      state: 'judged',
      rpoMs: 26 * HOUR_MS,
      volumeCount: 42,
      counts,
      unprovedCount: 2,
      oldest: { volumeId: 'v-1', volumeName: 'db-1', goodAt: AT, ageMs: 74 * HOUR_MS },
    },
    {
      policy: 'hourly',
      cloud: 'prod',
      state: 'judged',
      dueSlotAt: new Date('2026-11-23T09:00:00Z'),
      volumeCount: 0,
      counts: { covered: 0, stale: 0, uncovered: 0, new: 0, skipped: 0 },
    },
    { policy: 'weekly', cloud: 'prod', state: 'paused', volumeCount: 7 },
    { policy: 'eastern', cloud: 'east', state: 'unknown' },
  ],
};

describe('a report of coverage as text', () => {
  it('has a row for each policy, without figures where nothing is known, then failures, warnings and the rest', () => {
    expect(formatCoverage(report)).toBe(
      [
        'report-coverage: 40 covered, 1 new, 1 stale, in 2 s',
        '',
        '  POLICY   CLOUD  WANTED                  VOLUMES  COVERED  STALE  UNCOVERED  NEW  SKIPPED  UNPROVED  WORST AGE',
        '  nightly  prod   1 d 2 h                 42       40       1      0          1    0        2         3 d 2 h (db-1)',
        '  hourly   prod   slot 2026-11-23T09:00Z  0        0        0      0          0    0',
        '  weekly   prod   paused                  7',
        '  eastern  east   unknown',
        '',
        '1 failure:',
        '  stale      db-1 (v-1)  nightly: too old',
        '',
        'warnings:',
        '  policy weekly is paused',
        '',
        'among the rest:',
        '  new        db-2  nightly: no slot yet',
      ].join('\n'),
    );
  });
});
