import { describe, expect, it } from 'vitest';
import { type Decision, describeDecision, type KeepReason } from '../../../lambdas/domain/decision.ts';
import { aBackup } from '../../support/backups.ts';

const until = new Date('2026-12-01T00:00:00Z');

function aDecision(parts: Partial<Decision>): Decision {
  return { backup: aBackup(), verdict: 'keep', because: [], neededBy: [], beyondMaxAge: false, ...parts };
}

describe('describeDecision', () => {
  it.each<[KeepReason, string]>([
    [{ rule: 'daily', bucket: '2026-11-23' }, 'daily 2026-11-23'],
    [{ rule: 'monthly', bucket: '2026-11', oldest: true }, 'oldest monthly 2026-11'],
    [{ rule: 'last' }, 'last'],
    [
      { rule: 'pinned', reason: 'audit', by: 'eve', until },
      'pinned by eve until 2026-12-01T00:00:00.000Z: audit',
    ],
    [{ rule: 'pinned', reason: 'audit' }, 'pinned: audit'],
    [{ rule: 'foreign' }, 'not ours'],
    [{ rule: 'policyRemoved', policy: 'old' }, 'its policy old is not in the config'],
    [{ rule: 'status', status: 'unknown', statusText: 'odd' }, 'its status is odd'],
    [{ rule: 'future', until }, 'stamped in the future, 2026-12-01T00:00:00.000Z'],
    [{ rule: 'broken' }, 'no full is listed that it could go back to'],
    [{ rule: 'parentNotAvailable' }, 'an ancestor is not available'],
    [{ rule: 'onVolumeGone' }, 'its volume is gone'],
    [{ rule: 'grace', until, formerly: [] }, 'the policy as it was applies until 2026-12-01T00:00:00.000Z'],
    [{ rule: 'blocked', why: 'slot failed' }, 'nothing is deleted now: slot failed'],
    [{ rule: 'atLeast' }, 'atLeast'],
    [{ rule: 'lastGood' }, 'the newest good backup of the volume'],
  ])('%j', (reason, words) => {
    expect(describeDecision(aDecision({ because: [reason] }))).toBe(`kept: ${words}`);
  });

  it.each<[Partial<Decision>, string]>([
    [{ verdict: 'delete' }, 'expired: no rule keeps it'],
    [{ verdict: 'delete', beyondMaxAge: true }, 'expired: beyond maxAge'],
    [{ verdict: 'hold', neededBy: ['a', 'b'] }, 'held: needed by a, b'],
    [{ verdict: 'hold', neededBy: ['a'], beyondMaxAge: true }, 'held: needed by a, beyond maxAge'],
    [
      { verdict: 'hold', because: [{ rule: 'unknownDependent' }] },
      'held: the cloud knows a dependent that is not listed',
    ],
  ])('%j', (parts, words) => {
    expect(describeDecision(aDecision(parts))).toBe(words);
  });
});
