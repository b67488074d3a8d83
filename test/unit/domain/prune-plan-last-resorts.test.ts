import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../lambdas/domain/decision.ts';
import { parseDuration } from '../../../lambdas/domain/duration.ts';
import type { Policy } from '../../../lambdas/domain/policy.ts';
import { type PrunePlanInput, planPrune } from '../../../lambdas/domain/prune-plan.ts';
import { applyKeepRules, describePolicy, parseKeepRules } from '../../../lambdas/domain/retention-policy.ts';
import { aPolicy, NOW, planned, policiesOf } from '../../support/backups.ts';

const LONG_AGO = { maxAge: parseDuration('5d'), keep: { last: 1 } };

function story(history: string, policy: Partial<Policy>, input: Partial<PrunePlanInput> = {}): string {
  const decisions = planPrune({
    backups: planned(history),
    policies: policiesOf(aPolicy(policy)),
    now: NOW,
    ...input,
  });
  return decisions.map(tell).join(', ');
}

function tell({ backup, verdict, because }: Decision): string {
  return [backup.id, verdict, ...because.map(({ rule }) => rule)].join(' ');
}

describe('planPrune: what stays when every rule would let go', () => {
  it.each([
    [
      'the newest good backup of the volume and the chain below it, whatever atLeast says',
      'F40 i39',
      { ...LONG_AGO, atLeast: 0 },
      'i39 keep lastGood, F40 hold',
    ],
    [
      'with atLeast: 0 no more than that one',
      'F40 F39',
      { ...LONG_AGO, atLeast: 0 },
      'F39 keep lastGood, F40 delete',
    ],
    [
      'with atLeast: 2 the two newest',
      'F41 F40 F39',
      { ...LONG_AGO, atLeast: 2 },
      'F39 keep atLeast, F40 keep atLeast, F41 delete',
    ],
    [
      'a failed one does not count in atLeast',
      'F41 F40 F39:error',
      { ...LONG_AGO, atLeast: 1 },
      'F39 keep status, F40 keep atLeast, F41 delete',
    ],
    [
      'nothing where maxAge is a duty',
      'F40 F39',
      { ...LONG_AGO, maxAgeStrict: true, atLeast: 1 },
      'F39 delete, F40 delete',
    ],
  ])('%s', (_rule, history, policy, expected) => {
    expect(story(history, policy)).toBe(expected);
  });

  it.each([
    ['keep: all of it', 'keep', 'F39 keep onVolumeGone, F40 keep onVolumeGone'],
    ['keepLast: the last one, against a duty too', 'keepLast', 'F39 keep onVolumeGone, F40 delete'],
    ['apply: nothing but what the rules keep', 'apply', 'F39 delete, F40 delete'],
  ] as const)('of a volume that is gone, %s', (_rule, onVolumeGone, expected) => {
    const policy = { ...LONG_AGO, maxAgeStrict: true, onVolumeGone };
    expect(story('F40 F39', policy, { volumeGone: true })).toBe(expected);
  });
});

describe('planPrune: a backup that is being restored', () => {
  const held = (restoreUntil: Date) => {
    const backups = planned('F40 i39 F1').map((each) =>
      each.backup.id === 'i39' ? { ...each, restoreUntil } : each,
    );
    const policies = policiesOf(aPolicy({ ...LONG_AGO, maxAgeStrict: true }));
    return planPrune({ backups, policies, now: NOW }).map(tell).join(', ');
  };

  it('stays with its chain until then, against every rule', () => {
    expect(held(new Date(NOW.getTime() + 1))).toBe('F1 keep last, i39 keep restore, F40 hold');
  });

  it('and not from then on', () => {
    expect(held(NOW)).toBe('F1 keep last, i39 delete, F40 delete');
  });
});

describe('the rules by their names', () => {
  const every = 'last hourly daily weekly monthly yearly'.split(' ');

  it('each count rule is said in words', () => {
    const keep = Object.fromEntries(every.map((rule, index) => [rule, index + 2]));
    expect(describePolicy(keep)).toMatch(/2.*hourly.*daily.*weekly.*monthly.*yearly/);
  });

  it('each rule names itself and its bucket as its reason', () => {
    const keep = Object.fromEntries(every.map((rule) => [rule, 1]));
    const [reasons] = applyKeepRules([{ dataTimestampAt: NOW }], keep, 'UTC');
    expect(reasons?.map(({ rule, bucket }) => `${rule} ${bucket ?? ''}`.trim())).toEqual([
      'last',
      'hourly 2026-11-23T12',
      'daily 2026-11-23',
      'weekly 2026-W48',
      'monthly 2026-11',
      'yearly 2026',
    ]);
  });

  it('canonical rules that are none are refused by their text', () => {
    expect(() => parseKeepRules('daily=7 sometimes=2d')).toThrow(/daily=7 sometimes=2d/);
  });
});
