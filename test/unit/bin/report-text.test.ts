import { describe, expect, it } from 'vitest';
import { describeProgress } from '../../../bin/output/progress.ts';
import { formatReport, formatReportLine } from '../../../bin/output/report-text.ts';
import { formatTable } from '../../../bin/output/table.ts';
import { formatElapsed, formatInstant } from '../../../bin/output/words.ts';
import { ReportBuilder } from '../../../lambdas/app/run-report.ts';

const STARTED = new Date('2026-11-23T02:30:00Z');
const ENDED = new Date('2026-11-23T02:31:15Z');

function aReport(dryRun = false) {
  const report = new ReportBuilder('create-backups', STARTED, dryRun);
  const item = { cloud: 'prod', policy: 'nightly', slotAt: STARTED, isFailure: false } as const;
  report.add({
    ...item,
    outcome: 'available',
    volumeId: 'v1',
    volumeName: 'web',
    type: 'full',
    whyFull: 'no-parent',
  });
  report.add({ ...item, outcome: 'available', volumeId: 'v2', volumeName: 'db', type: 'incremental' });
  report.add({
    ...item,
    outcome: 'failed',
    isFailure: true,
    volumeId: 'v3',
    attempt: 2,
    reason: 'disk full',
  });
  report.warn('the selection of databases matches no volume');
  return report.finish(ENDED);
}

describe('a report in words', () => {
  it('has the counts first, then failures, warnings, and some of the rest', () => {
    expect(formatReport(aReport()).split('\n')).toEqual([
      'create-backups: 2 available (1 full, 1 incremental), 1 failed, in 1 min 15 s',
      '',
      '1 failure:',
      '  failed     v3  nightly 2026-11-23T02:30Z  attempt 2: disk full',
      '',
      'warnings:',
      '  the selection of databases matches no volume',
      '',
      'among the rest:',
      '  available  web  nightly 2026-11-23T02:30Z  full (no backup to build on)',
      '  available  db  nightly 2026-11-23T02:30Z  incremental',
    ]);
  });

  it('with nothing else to say names what was done right below', () => {
    const report = new ReportBuilder('prune-backups', STARTED);
    const backup = { volumeId: 'v1', volumeName: 'web', backupId: 'b1', policy: 'nightly', isFailure: false };
    report.add({ ...backup, outcome: 'deleted', slotAt: STARTED, reason: 'expired: no rule keeps it' });
    report.add({ ...backup, outcome: 'held', reason: 'held: needed by b2' });
    expect(formatReport(report.finish(ENDED)).split('\n')).toEqual([
      'prune-backups: 1 deleted, 1 held, in 1 min 15 s',
      '  deleted    web  nightly 2026-11-23T02:30Z: expired: no rule keeps it',
      '  held       web  backup b1  nightly: held: needed by b2',
    ]);
  });

  it('says that a dry run changed nothing', () => {
    expect(formatReport(aReport(true))).toMatch(/^create-backups \(dry run, nothing was changed\): /);
  });

  it('names every failure but not all of the rest', () => {
    const report = new ReportBuilder('prune-backups', STARTED);
    for (let count = 0; count < 50; count += 1)
      report.add({ outcome: 'deleted', isFailure: false, backupId: `b${count}` });
    for (let count = 0; count < 50; count += 1)
      report.add({ outcome: 'failed', isFailure: true, volumeId: `v${count}` });
    const text = formatReport(report.finish(ENDED));
    expect(text.match(/^ {2}failed/gm)).toHaveLength(50);
    expect(text.match(/^ {2}deleted/gm)).toHaveLength(12);
    expect(text).toContain('… and 38 more');
  });

  it('fits in one line for the daemon', () => {
    const line = formatReportLine(aReport());
    expect(line).toMatch(
      /^2026-11-23T02:31:15Z create-backups: 2 available .* · failed .*disk full · the selection/,
    );
    expect(line).not.toContain('\n');
  });

  it('of nothing says so', () => {
    expect(formatReport(new ReportBuilder('prune-backups', STARTED).finish(STARTED))).toBe(
      'prune-backups: nothing to do, in under 1 s',
    );
  });
});

describe('progress', () => {
  const progress = { cloud: 'prod', waiting: 5, underWay: 3, available: 10, deleted: 1, failed: 1 };

  it('counts what is done of all, and has a bar on a terminal only', () => {
    const counts = '12 of 20 done · 1 failed · 3 under way · 5 waiting · 10 available · 1 deleted';
    expect(describeProgress(progress, false)).toBe(`prod  ${counts}`);
    expect(describeProgress(progress, true)).toBe(`prod  ${'━'.repeat(14)}${'─'.repeat(10)}  ${counts}`);
  });

  it('says only once how much is done where all of it is of one kind', () => {
    const counts = { cloud: 'prod', waiting: 0, underWay: 8, available: 12, deleted: 0, failed: 0 };
    expect(describeProgress(counts, false)).toBe('prod  12 of 20 done · 8 under way');
  });
});

describe('words', () => {
  it.each([
    [0, 'under 1 s'],
    [14_400, '14 s'],
    [187_000_000, '2 d 3 h'],
  ])('%i ms are %s', (ms, words) => {
    expect(formatElapsed(ms)).toBe(words);
  });

  it('instants are in UTC and say so', () => {
    expect(formatInstant(STARTED)).toBe('2026-11-23T02:30Z');
    expect(formatInstant(ENDED)).toBe('2026-11-23T02:31:15Z');
  });

  it('tables have no trailing spaces', () => {
    expect(
      formatTable(
        ['A', 'B'],
        [
          ['long', ''],
          ['x', 'y'],
        ],
      ),
    ).toBe('A     B\nlong\nx     y');
  });
});
