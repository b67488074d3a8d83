import { describe, expect, it } from 'vitest';
import type { BackupRecord, RecordState } from '../../../lambdas/domain/backup-record.ts';
import { findPruningPauses } from '../../../lambdas/domain/pruning-pause.ts';
import { aPolicy, policiesOf } from '../../support/backups.ts';

/** `3 failed#2 no space`: attempt 2 of the third slot; `of other` at the end: of another policy. */
function attempts(...texts: readonly string[]): BackupRecord[] {
  return texts.map((text) => {
    const [, slot = '', state = '', attempt = '', reason = '', policy = 'nightly'] =
      /^(\d) (\w+)#(\d)(?: (?!of )(.*?))?(?: of (\w+))?$/.exec(text) ?? [];
    const slotAt = new Date(`2026-11-2${slot}T03:30:00Z`);
    return {
      cloud: 'prod',
      volumeId: 'v',
      policy,
      slotAt,
      attempt: Number(attempt),
      state: state as RecordState,
      name: text,
      trigger: 'schedule',
      volume: { name: 'vol', sizeGib: 1 },
      via: 'volume',
      recordedAt: slotAt,
      openedAt: slotAt,
      version: 1,
      ...(reason !== '' && { reason }),
    };
  });
}

const policies = policiesOf(aPolicy({ name: 'nightly', formerly: ['daily'] }), aPolicy({ name: 'other' }));
const pausesOf = (...texts: readonly string[]) =>
  Object.fromEntries(findPruningPauses(attempts(...texts), policies));

describe('pruning of a volume', () => {
  it.each([
    ['goes on after a good slot', ['1 failed#1 x', '2 available#1']],
    ['goes on when a retry made it good', ['1 failed#1 x', '1 available#2']],
    ['goes on when the good backup was pruned since', ['1 deleted#1']],
    ['goes on while the first attempt is under way', ['1 available#1', '2 creating#1']],
    ['goes on when pruning is the cure', ['1 failed#1 413 BackupLimitExceeded: quota of 10']],
    ['goes on when the slot was skipped', ['1 skipped#1 the volume is in use']],
    ['also in the words of Cinder', ['1 failed#1 Maximum number of snapshots allowed (10) exceeded']],
    [
      'and when it came too late for want of quota',
      ['1 skipped#1 missed: last obstacle: BackupLimitExceeded: x'],
    ],
    ['goes on when the volume is gone', ['1 failed#1 the volume is gone']],
    [
      'goes on when the volume was gone before the retry',
      ['1 failed#1 no space', '1 skipped#2 the volume is gone'],
    ],
    [
      'goes on when someone deleted the good backup since',
      ['1 failed#1 x', '1 lost#2 someone else deleted it'],
    ],
    ['goes on with nothing known', []],
  ])('%s', (_rule, texts) => {
    expect(pausesOf(...texts)).toEqual({});
  });

  it.each([
    ['pauses after a failed slot', ['1 available#1', '2 failed#1 no space'], 'no space'],
    ['pauses while the retry is under way', ['1 failed#1 no space', '1 creating#2'], 'no space'],
    ['pauses while the leftover is cleared', ['1 clearing#1 no space'], 'no space'],
    ['pauses while a backup is stuck', ['1 stuck#1 still creating'], 'still creating'],
    ['pauses with the last reason', ['1 failed#1 no space', '1 failed#2 no luck'], 'no luck'],
    ['pauses without a reason, too', ['1 failed#1'], 'no reason known'],
    ['pauses when a slot could not be started in time', ['1 skipped#1 missed: too late'], 'missed: too late'],
  ])('%s', (_rule, texts, reason) => {
    expect(pausesOf(...texts)).toEqual({ nightly: reason, other: reason });
  });

  it('pauses for all policies after the newest slot of any, as the volume may be what is ill', () => {
    expect(pausesOf('1 available#1', '2 failed#1 no space of other')).toEqual({
      nightly: 'no space',
      other: 'no space',
    });
  });

  it('pauses for the policy alone whose newest slot failed when another has made a backup since, or in the same slot', () => {
    expect(pausesOf('1 failed#1 no space', '1 available#1 of other')).toEqual({ nightly: 'no space' });
    expect(pausesOf('1 failed#1 no space', '2 available#1 of other')).toEqual({ nightly: 'no space' });
  });

  it('pauses for a policy that failed under its former name', () => {
    expect(pausesOf('1 failed#1 no space of daily', '2 available#1 of other')).toEqual({
      nightly: 'no space',
    });
  });

  it('is not paused for ever by a policy that was removed', () => {
    expect(pausesOf('1 failed#1 no space of gone', '2 available#1')).toEqual({ gone: 'no space' });
  });
});
