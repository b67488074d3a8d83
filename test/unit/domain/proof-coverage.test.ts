import { describe, expect, it } from 'vitest';
import type { RestoreTests } from '../../../lambdas/domain/policy.ts';
import { judgeProof } from '../../../lambdas/domain/proof-coverage.ts';
import type { RestoreNote, VolumeProof } from '../../../lambdas/domain/restore-record.ts';
import { DAY_MS, NOW } from '../../support/backups.ts';

function daysAgo(days: number): Date {
  return new Date(NOW.getTime() - days * DAY_MS);
}

/** A test so many days ago. */
function aTest(outcome: RestoreNote['outcome'], days: number, provedDays?: number): VolumeProof {
  const last: RestoreNote = { at: daysAgo(days), purpose: 'test', outcome, tookMs: 1, backupId: 'b' };
  const proved = outcome === 'restored' ? days : provedDays;
  return { last, ...(proved !== undefined && { provedAt: daysAgo(proved) }) };
}

interface Case {
  readonly maxAgeDays?: number;
  /** Since when restores are tested. */
  readonly testedDays?: number;
  readonly createdDays?: number;
  readonly proof?: VolumeProof;
}

function judge({ maxAgeDays, testedDays, createdDays = 100, proof }: Case) {
  const tests: RestoreTests = {
    schedule: { cron: '0 12 * * *', timezone: 'UTC' },
    pick: { kind: 'latest' },
    volumes: 10,
    ...(maxAgeDays !== undefined && { maxAgeMs: maxAgeDays * DAY_MS }),
  };
  const terms = { now: NOW, ...(testedDays !== undefined && { testedSince: daysAgo(testedDays) }) };
  return judgeProof(tests, terms, { createdAt: daysAgo(createdDays), ...(proof && { proof }) });
}

describe('a volume is proved to be restorable', () => {
  it.each<[string, Case, string]>([
    ['by a restore that went well', { maxAgeDays: 7, proof: aTest('restored', 7) }, 'enough'],
    ['not by one that is too long ago', { maxAgeDays: 7, proof: aTest('restored', 7.1) }, 'old'],
    ['for ever where there is no maxAge', { proof: aTest('restored', 900) }, 'enough'],
    ['not when the last one failed', { maxAgeDays: 7, proof: aTest('failed', 1, 2) }, 'failed'],
    ['not when the last one failed, without maxAge too', { proof: aTest('failed', 1) }, 'failed'],
    ['for want of tests, before they begin', { maxAgeDays: 7 }, 'enough'],
    ['for want of tests, for maxAge since they began', { maxAgeDays: 7, testedDays: 7 }, 'enough'],
    ['no longer, if it was never tested', { maxAgeDays: 7, testedDays: 8 }, 'old'],
    ['for maxAge since it was made', { maxAgeDays: 7, testedDays: 90, createdDays: 6 }, 'enough'],
    ['if it was never tested and there is no maxAge', { testedDays: 90 }, 'enough'],
  ])('%s', (_rule, given, expected) => {
    expect(judge(given)).toBe(expected);
  });
});
