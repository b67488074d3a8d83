import { describe, expect, it } from 'vitest';
import type { Backup } from '../../../lambdas/domain/backup.ts';
import type { Decision } from '../../../lambdas/domain/decision.ts';
import { parseDuration } from '../../../lambdas/domain/duration.ts';
import type { Policy } from '../../../lambdas/domain/policy.ts';
import {
  type PlannedBackup,
  type PrunePlanInput,
  planPrune,
  policyOf,
} from '../../../lambdas/domain/prune-plan.ts';
import { type FormerTerms, termsOf } from '../../../lambdas/domain/retention-terms.ts';
import { aBackup, aPolicy, NOW, planned, policiesOf } from '../../support/backups.ts';

/** Decides on a history (see `timeline`), all of it of the one policy. */
function decide(history: string, policy: Partial<Policy>, input: Partial<PrunePlanInput> = {}): Decision[] {
  const policies = policiesOf(aPolicy(policy));
  return planPrune({ backups: planned(history), policies, now: NOW, ...input });
}

function verdicts(decisions: readonly Decision[]): string {
  return decisions.map(({ backup, verdict }) => `${backup.id} ${verdict}`).join(', ');
}

function reasonsOf(decisions: readonly Decision[], id: string): string {
  const decision = decisions.find(({ backup }) => backup.id === id);
  return decision?.because.map(({ rule }) => rule).join(' ') ?? '';
}

describe('planPrune: chains', () => {
  it.each([
    ['a chain wholly past retention goes, children first', 'F40 i39 F1', 'F1 keep, i39 delete, F40 delete'],
    ['an expired full is held while a child is still wanted', 'F40 i39 i1', 'i1 keep, i39 hold, F40 hold'],
    [
      'what comes after the last wanted backup of a chain goes',
      'F9 i8 i7 F1',
      'F1 keep, i7 delete, i8 delete, F9 delete',
    ],
    ['a foreign child holds our backups', 'F40 ~i39 F1', 'F1 keep, i39 keep, F40 hold'],
    ['so does one that is being made', 'F40 i39:creating F1', 'F1 keep, i39 keep, F40 hold'],
    ['one that failed', 'F40 i39:error F1', 'F1 keep, i39 keep, F40 hold'],
    ['one of a status that we do not know', 'F40 i39:unknown F1', 'F1 keep, i39 keep, F40 hold'],
    [
      'one that is being deleted: it is there until it is gone',
      'F40 i39:deleting F1',
      'F1 keep, i39 keep, F40 hold',
    ],
    ['and one that is being restored', 'F40 i39:restoring F1', 'F1 keep, i39 keep, F40 hold'],
    ['a pinned child', 'F40 ^i39 F1', 'F1 keep, i39 keep, F40 hold'],
    ['a new full lets the old chain go', 'F40 i39 F1', 'F1 keep, i39 delete, F40 delete'],
    [
      'every backup that may be the parent is held',
      'F40 i39 F38:deleting i37:creating F1',
      'F1 keep, i37 keep, F38 keep, i39 hold, F40 hold',
    ],
  ])('%s', (_rule, history, expected) => {
    expect(verdicts(decide(history, { keep: { last: 1 } }))).toBe(expected);
  });

  it('says who needs a held backup', () => {
    const decisions = decide('F40 i39 i1', { keep: { last: 1 } });
    expect(decisions.map(({ neededBy }) => neededBy)).toEqual([[], ['i1'], ['i39']]);
  });

  it('holds, and reports, what the cloud says has a dependent that is not listed', () => {
    const [full, newest] = planned('F40 F1') as [PlannedBackup, PlannedBackup];
    const backups = [{ ...full, backup: { ...full.backup, hasDependentBackups: true } }, newest];
    const decisions = decide('', { keep: { last: 1 } }, { backups });
    expect(verdicts(decisions)).toBe('F1 keep, F40 hold');
    expect(reasonsOf(decisions, 'F40')).toBe('unknownDependent');
  });

  it('puts children before parents also where the stamps say otherwise', () => {
    const day = (text: string) => new Date(`2026-10-${text}:00Z`);
    const backups = [
      { id: 'full', createdAt: day('01T03:00') },
      { id: 'late', createdAt: day('02T03:00'), isIncremental: true },
      {
        id: 'of-snapshot',
        createdAt: day('03T03:00'),
        dataTimestampAt: day('01T12:00'),
        snapshotId: 's',
        isIncremental: true,
      },
      { id: 'newest', createdAt: day('04T03:00') },
    ].map((parts) => ({ backup: aBackup(parts), policy: 'nightly' }));
    const decisions = decide('', { keep: { last: 1 } }, { backups });
    expect(verdicts(decisions)).toBe('newest keep, of-snapshot delete, late delete, full delete');
  });
});

describe('planPrune: keep rules', () => {
  it.each<[string, Partial<Policy>, string, string]>([
    ['the rules’ reasons come with the verdict', { keep: { daily: 1, weekly: 1 } }, 'F1', 'daily weekly'],
    ['a rule can keep the oldest', { keep: { monthly: 2 } }, 'F20 F10', 'monthly'],
  ])('%s', (_rule, policy, history, expected) => {
    const [newest] = decide(history, policy);
    expect(newest?.because.map(({ rule }) => rule).join(' ')).toBe(expected);
  });

  it('reckons buckets in the policy’s zone', () => {
    const backups = ['2026-11-21T23:30', '2026-11-22T00:30'].map((text, index) => ({
      backup: aBackup({ id: `F${index}`, createdAt: new Date(`${text}:00Z`) }),
      policy: 'nightly',
    }));
    const inZone = (timezone: string) =>
      decide('', { keep: { daily: 9 }, schedule: { ...aPolicy().schedule, timezone } }, { backups }).map(
        ({ because }) => because[0],
      );
    expect(inZone('UTC')).toMatchObject([{ bucket: '2026-11-22' }, { bucket: '2026-11-21' }]);
    expect(inZone('Europe/Berlin')).toMatchObject([
      { bucket: '2026-11-22' },
      { bucket: '2026-11-22', oldest: true },
    ]);
  });

  it.each([
    ['F3:error F2 F1:creating', 'F1 keep, F2 keep, F3 keep', 'last'],
    ['F2 F1', 'F1 keep, F2 delete', ''],
    ['F2 F1:error', 'F1 keep, F2 keep', 'last'],
    ['F2 F-1', 'F-1 keep, F2 keep', 'last'],
    ['F2 ^F1', 'F1 keep, F2 keep', 'last'],
    ['F2 ~F1', 'F1 keep, F2 keep', 'last'],
    ['F2 F1:restoring', 'F1 keep, F2 keep', 'last'],
  ])('%s: only good backups that are not pinned are counted', (history, expected, reason) => {
    const decisions = decide(history, { keep: { last: 1 } });
    expect(verdicts(decisions)).toBe(expected);
    expect(reasonsOf(decisions, 'F2')).toBe(reason);
  });

  it('does not count what cannot be restored, and keeps it', () => {
    const decisions = decide('i5 F4 F3:restoring i2', { keep: { last: 1 } });
    expect(verdicts(decisions)).toBe('i2 keep, F3 keep, F4 keep, i5 keep');
    expect(['i2', 'F3', 'F4', 'i5'].map((id) => reasonsOf(decisions, id))).toEqual([
      'parentNotAvailable',
      'status',
      'last',
      'broken',
    ]);
  });

  it('does not let a pinned backup anchor a within', () => {
    const keep = { within: parseDuration('2d') };
    expect(verdicts(decide('F9 F8 ^F1', { keep }))).toBe('F1 keep, F8 keep, F9 keep');
    expect(verdicts(decide('F9 F8 F1', { keep }))).toBe('F1 keep, F8 delete, F9 delete');
  });

  it('erodes nothing while the schedule stands still', () => {
    const keep = { daily: 3, within: parseDuration('3d') };
    expect(verdicts(decide('F903 F902 F901 F900', { keep }))).toBe(
      'F900 keep, F901 keep, F902 keep, F903 delete',
    );
  });
});

describe('planPrune: what is kept whatever the rules say', () => {
  it.each([
    ['foreign backups', '~F40 F1', 'foreign'],
    ['pinned ones', '^F40 F1', 'pinned'],
    ['failed ones: clearing them is not retention', 'F40:error F1', 'status'],
    ['unknown statuses', 'F40:unknown F1', 'status'],
    ['what is being restored', 'F40:restoring F1', 'status'],
    ['what is being deleted already', 'F40:deleting F1', 'status'],
  ])('%s', (_rule, history, reason) => {
    const decisions = decide(history, { keep: { last: 1 }, maxAge: parseDuration('9d'), maxAgeStrict: true });
    expect(verdicts(decisions)).toBe('F1 keep, F40 keep');
    expect(reasonsOf(decisions, 'F40')).toBe(reason);
  });

  it('a stamp in the future', () => {
    const decisions = decide('F1 F-1', { keep: { last: 1 } });
    expect(reasonsOf(decisions, 'F-1')).toBe('future');
  });

  it('a pin counts up to its end, and not at it', () => {
    const pinUntil = (until: Date) => {
      const [old, newest] = planned('F40 F1') as [PlannedBackup, PlannedBackup];
      const backups = [{ ...old, pin: { reason: 'audit', until } }, newest];
      return verdicts(decide('', { keep: { last: 1 } }, { backups }));
    };
    expect(pinUntil(new Date(NOW.getTime() + 1))).toBe('F1 keep, F40 keep');
    expect(pinUntil(NOW)).toBe('F1 keep, F40 delete');
  });

  it('backups of a policy that is no longer in the config', () => {
    const decisions = decide('', {}, { backups: planned('F40 F1', 'gone') });
    expect(verdicts(decisions)).toBe('F1 keep, F40 keep');
    expect(decisions[0]?.because).toEqual([{ rule: 'policyRemoved', policy: 'gone' }]);
  });

  it('everything of a policy whose newest slot failed, with the rules’ reasons where they have some', () => {
    const isBlocked = new Map([['nightly', 'slot 03:30 failed']]);
    const decisions = decide(
      'F40 i39 F1',
      { keep: { last: 1 }, maxAge: parseDuration('9d'), maxAgeStrict: true },
      { isBlocked },
    );
    expect(verdicts(decisions)).toBe('F1 keep, i39 keep, F40 keep');
    expect(['F1', 'F40'].map((id) => reasonsOf(decisions, id))).toEqual(['last', 'blocked']);
  });
});

describe('planPrune: several policies on one volume', () => {
  const both = policiesOf(
    aPolicy({ name: 'nightly', keep: { last: 1 }, formerly: ['daily'] }),
    aPolicy({ name: 'hourly', keep: { last: 1 } }),
  );

  it('judges each backup by the policy in its marker, and holds over all', () => {
    const backups = [
      ...planned('F40', 'hourly'),
      ...planned('i39', 'nightly'),
      ...planned('F2 F1', 'hourly'),
    ];
    expect(verdicts(planPrune({ backups, policies: both, now: NOW }))).toBe(
      'F1 keep, F2 delete, i39 keep, F40 hold',
    );
  });

  it('gives the backups of a renamed policy to the one that was called so', () => {
    const backups = [...planned('F3 F2', 'daily'), ...planned('F1', 'nightly')];
    const decisions = planPrune({ backups, policies: both, now: NOW });
    expect(verdicts(decisions)).toBe('F1 keep, F2 delete, F3 delete');
    expect(decisions.map(({ policy }) => policy)).toEqual(['nightly', 'nightly', 'nightly']);
    expect(policyOf('daily', both)?.name).toBe('nightly');
  });

  it('prefers the policy that is called so now to one that was', () => {
    const policies = policiesOf(aPolicy({ name: 'new', formerly: ['old'] }), aPolicy({ name: 'old' }));
    expect(policyOf('old', policies)?.name).toBe('old');
  });
});

describe('planPrune: atLeast', () => {
  it.each<[string, Partial<Policy>, string, string]>([
    ['the newest good backup stays although it is too old', {}, 'F60 F50', 'F50 keep, F60 delete'],
    [
      'as many stay as it says, newest first',
      { atLeast: 2 },
      'F70 F60 F50',
      'F50 keep, F60 keep, F70 delete',
    ],
    ['held ones count, as they stay', { atLeast: 2 }, 'F70 F60 i50', 'i50 keep, F60 hold, F70 delete'],
    [
      'pinned ones count too',
      { atLeast: 2 },
      'F80 F70 F60 ^F50',
      'F50 keep, F60 keep, F70 delete, F80 delete',
    ],
    ['what is not good does not', { atLeast: 1 }, 'F60 F50:error', 'F50 keep, F60 keep'],
    [
      'the newest stays also when enough older ones are held',
      { atLeast: 1 },
      'F70 ~i60 F50',
      'F50 keep, i60 keep, F70 hold',
    ],
    [
      '0 does not mean that the last good backup of a volume may go',
      { atLeast: 0 },
      'F60 F50',
      'F50 keep, F60 delete',
    ],
    ['but a duty to delete does', { maxAgeStrict: true }, 'F60 F50', 'F50 delete, F60 delete'],
    [
      'a duty leaves to atLeast what is not too old',
      { maxAgeStrict: true, atLeast: 3 },
      'F50 F8 F7 F6',
      'F6 keep, F7 keep, F8 keep, F50 delete',
    ],
    ['what does not restore protects nothing', { maxAgeStrict: true }, 'i60 i50', 'i50 delete, i60 delete'],
  ])('%s', (_rule, policy, history, expected) => {
    const decisions = decide(history, { keep: { last: 1 }, maxAge: parseDuration('30d'), ...policy });
    expect(verdicts(decisions)).toBe(expected);
  });
});

it('planPrune: atLeast goes by policy, whatever newer backups others have on the volume', () => {
  const policies = policiesOf(
    aPolicy({ keep: { last: 1 }, maxAge: parseDuration('30d') }),
    aPolicy({ name: 'hourly', keep: { last: 1 } }),
  );
  const backups = [...planned('F70 ~i60 F50'), ...planned('F1', 'hourly')];
  const decisions = planPrune({ backups, policies, now: NOW });
  expect(verdicts(decisions)).toBe('F1 keep, F50 keep, i60 keep, F70 hold');
  expect(reasonsOf(decisions, 'F50')).toBe('atLeast');
});

describe('planPrune: maxAge', () => {
  const keep = { daily: 'all' } as const;
  const maxAge = parseDuration('30d');

  it.each<[string, Partial<Policy>, string, string]>([
    ['exactly at the limit counts as too old', {}, 'F30 F1', 'F1 keep, F30 delete'],
    ['a moment before does not', {}, 'F29.99 F1', 'F1 keep, F29.99 keep'],
    ['it outranks the keep rules', {}, 'F40 F1', 'F1 keep, F40 delete'],
    ['a pin outranks it', { maxAgeStrict: true }, '^F40 F1', 'F1 keep, F40 keep'],
    ['so does a dependent', { maxAgeStrict: true }, 'F40 i1', 'i1 keep, F40 hold'],
  ])('%s', (_rule, policy, history, expected) => {
    expect(verdicts(decide(history, { keep, maxAge, ...policy }))).toBe(expected);
  });

  it.each(['^F40 F1', 'F40 i1', 'F40'])('%s: what stays beyond it is told', (history) => {
    const old = decide(history, { keep, maxAge }).find(({ backup }) => backup.id === 'F40');
    expect(old?.verdict).not.toBe('delete');
    expect(old?.beyondMaxAge).toBe(true);
  });

  it('is an age on the calendar', () => {
    const age = (text: string) => decide('F30 F1', { keep, maxAge: parseDuration(text) }).at(-1)?.verdict;
    // From October 24th to November 23rd: 30 days, and a day less than a month.
    expect(age('30d')).toBe('delete');
    expect(age('1mo')).toBe('keep');
  });
});

describe('planPrune: days of grace after a change of the policy', () => {
  const formerly = (was: Partial<Policy>, until: Date) => ({ terms: termsOf(aPolicy(was)), until });
  const changedFrom = (...former: readonly FormerTerms[]) => ({
    formerTerms: new Map([['nightly', former]]),
  });
  const soon = new Date(NOW.getTime() + 1);
  const later = new Date(NOW.getTime() + 2);

  it('keeps what the former rules kept, until they end', () => {
    const input = changedFrom(formerly({ keep: { last: 3 } }, soon));
    const decisions = decide('F4 F3 F2 F1', { keep: { last: 1 } }, input);
    expect(verdicts(decisions)).toBe('F1 keep, F2 keep, F3 keep, F4 delete');
    expect(decisions[1]?.because).toEqual([{ rule: 'grace', until: soon, formerly: [{ rule: 'last' }] }]);
    expect(reasonsOf(decisions, 'F1')).toBe('last');
  });

  it('and not a moment longer', () => {
    const input = changedFrom(formerly({ keep: { last: 3 } }, NOW));
    expect(verdicts(decide('F3 F2 F1', { keep: { last: 1 } }, input))).toBe('F1 keep, F2 delete, F3 delete');
  });

  it('of all changes, not only of the last: each keeps until its own end', () => {
    const input = changedFrom(formerly({ keep: { last: 2 } }, later), formerly({ keep: { last: 3 } }, soon));
    const decisions = decide('F4 F3 F2 F1', { keep: { last: 1 } }, input);
    expect(verdicts(decisions)).toBe('F1 keep, F2 keep, F3 keep, F4 delete');
    expect(decisions.slice(1, 3).map(({ because }) => because)).toMatchObject([
      [{ rule: 'grace', until: later }],
      [{ rule: 'grace', until: soon }],
    ]);
  });

  const nineDays = parseDuration('9d');
  it.each<[string, Partial<Policy>, Partial<Policy>, string]>([
    ['a maxAge that there was not', {}, { maxAge: nineDays }, 'F1 keep, F20 keep'],
    ['a shorter maxAge', { maxAge: parseDuration('30d') }, { maxAge: nineDays }, 'F1 keep, F20 keep'],
    [
      'but maxAge as it was before outranks it, as it does the rules',
      { maxAge: nineDays },
      { keep: { last: 1 }, maxAge: nineDays },
      'F1 keep, F20 delete',
    ],
    [
      'nor does a duty to delete wait',
      { maxAge: parseDuration('30d') },
      { maxAge: nineDays, maxAgeStrict: true },
      'F1 keep, F20 delete',
    ],
    ['a smaller atLeast', { keep: { last: 1 }, atLeast: 2 }, { keep: { last: 1 } }, 'F1 keep, F20 keep'],
  ])('also protects from %s', (_what, was, is, expected) => {
    const keep = { last: 2 };
    const decisions = decide('F20 F1', { keep, ...is }, changedFrom(formerly({ keep, ...was }, soon)));
    expect(verdicts(decisions)).toBe(expected);
  });

  it('also protects from another zone, whose days begin elsewhere', () => {
    // Made on the 21st at 20:24 and on the 22nd at 02:24 UTC: on one day in New York.
    const history = 'F9 F1.65 F1.4';
    const { schedule } = aPolicy();
    const is = { keep: { daily: 2 }, schedule: { ...schedule, timezone: 'America/New_York' } };
    expect(verdicts(decide(history, is))).toBe('F1.4 keep, F1.65 delete, F9 keep');
    const input = changedFrom(formerly({ keep: is.keep, schedule }, soon));
    expect(verdicts(decide(history, is, input))).toBe('F1.4 keep, F1.65 keep, F9 keep');
  });

  it('also protects the backups of a volume that is gone from a policy that lets go of them', () => {
    const is = { keep: { last: 1 }, onVolumeGone: 'apply' } as const;
    const input = { volumeGone: true, ...changedFrom(formerly({ ...is, onVolumeGone: 'keep' }, soon)) };
    expect(verdicts(decide('F20 F1', is, { volumeGone: true }))).toBe('F1 keep, F20 delete');
    expect(verdicts(decide('F20 F1', is, input))).toBe('F1 keep, F20 keep');
  });

  it('holds what the kept ones need', () => {
    const input = changedFrom(formerly({ keep: { last: 2 } }, soon));
    expect(verdicts(decide('F9 i8 F1', { keep: { last: 1 } }, input))).toBe('F1 keep, i8 keep, F9 hold');
  });
});

describe('planPrune: when the volume is gone', () => {
  it.each<[string, Partial<Policy>, string, string]>([
    ['keep keeps everything', { onVolumeGone: 'keep' }, 'F40 F30', 'F30 keep, F40 keep'],
    [
      'also what it is a duty to delete',
      { onVolumeGone: 'keep', maxAgeStrict: true },
      'F40 F30',
      'F30 keep, F40 keep',
    ],
    ['apply lets retention go on', { onVolumeGone: 'apply' }, 'F40 F30', 'F30 keep, F40 delete'],
    ['to the end', { onVolumeGone: 'apply', maxAgeStrict: true }, 'F40 F30', 'F30 delete, F40 delete'],
    [
      'keepLast too, but for the last good one',
      { onVolumeGone: 'keepLast' },
      'F40 F30',
      'F30 keep, F40 delete',
    ],
    ['whatever the duty', { onVolumeGone: 'keepLast', maxAgeStrict: true }, 'F40 i30', 'i30 keep, F40 hold'],
  ])('%s', (_rule, policy, history, expected) => {
    const decisions = decide(
      history,
      { keep: { last: 1 }, maxAge: parseDuration('9d'), ...policy },
      { volumeGone: true },
    );
    expect(verdicts(decisions)).toBe(expected);
  });
});

it('decides on nothing when there is nothing', () => {
  expect(decide('', {})).toEqual([]);
  expect(decide('~F1', {}).map(({ policy }: { policy?: string }) => policy)).toEqual([undefined]);
  expect((decide('F1', {})[0] as { backup: Backup }).backup.id).toBe('F1');
});
