import { describe, expect, it } from 'vitest';
import { describeFull } from '../../../lambdas/app/describe-full.ts';
import { warnOfPlacement } from '../../../lambdas/app/placement-warnings.ts';
import { parseDuration } from '../../../lambdas/domain/duration.ts';
import type { FullPlacement, Policy } from '../../../lambdas/domain/policy.ts';
import { aPolicy } from '../../support/backups.ts';

const by = (full: FullPlacement, parts: Partial<Policy> = {}): Policy =>
  aPolicy({
    schedule: { ...aPolicy().schedule, timezone: 'Europe/Berlin' },
    keep: { daily: 7, weekly: 4, monthly: 6 },
    full,
    ...parts,
  });
const FIRSTS: FullPlacement = { kind: 'cron', cron: '30 3 1 * *' };

describe('warnOfPlacement', () => {
  it('says what misplaced fulls come to, and what auto would', () => {
    expect(warnOfPlacement(by(FIRSTS))).toBe(
      'with fulls on the 1st of the month this policy keeps 168 backups of a volume and 14.1 times its size, ' +
        'with `full: auto` 16 and 8.5',
    );
  });

  it.each<[string, FullPlacement, Policy['billedBy'], boolean]>([
    ['nothing of auto', { kind: 'auto' }, 'provisioned', false],
    ['fulls on Sundays: 30 backups', { kind: 'cron', cron: '30 3 * * 0' }, 'provisioned', true],
    ['fulls alone: fewer backups, though more bytes', { kind: 'always' }, 'provisioned', false],
    ['fulls alone: more bytes', { kind: 'always' }, 'stored', true],
    [
      'a full every seven days: more bytes',
      { kind: 'everyDuration', duration: parseDuration('7d') },
      'stored',
      true,
    ],
  ])('%s', (_case, full, billedBy, isWarned) => {
    expect(warnOfPlacement(by(full, { billedBy })) !== undefined).toBe(isWarned);
  });

  it('has nothing against other fulls that come to about the same', () => {
    expect(warnOfPlacement(by({ kind: 'everyCount', count: 11 }, { keep: { last: 30 } }))).toBeUndefined();
  });

  it('warns of fulls alone where they keep more bytes and no fewer backups', () => {
    const policy = by({ kind: 'always' }, { keep: { daily: 14, weekly: 8 } });
    expect(warnOfPlacement(policy)).toBeUndefined();
    expect(warnOfPlacement({ ...policy, full: { kind: 'everyCount', count: 2 } })).toMatch(
      /^with a full every 2 backups/,
    );
  });
});

describe('describeFull', () => {
  it.each<[FullPlacement, string]>([
    [{ kind: 'auto' }, '`full: auto`'],
    [{ kind: 'always' }, 'fulls alone'],
    [{ kind: 'everyCount', count: 7 }, 'a full every 7 backups'],
    [{ kind: 'everyDuration', duration: parseDuration('30d') }, 'a full every 30d'],
    [FIRSTS, 'fulls on the 1st of the month'],
    [{ kind: 'cron', cron: '30 3 2,11,23 * *' }, 'fulls on the 2nd, 11th and 23rd of the month'],
    [{ kind: 'cron', cron: '30 3 * * 0,3' }, 'fulls on Sundays and Wednesdays'],
    [{ kind: 'cron', cron: '30 3 1 1 *' }, 'fulls by cron "30 3 1 1 *"'],
    [{ kind: 'cron', cron: '30 3 * * *' }, 'fulls by cron "30 3 * * *"'],
  ])('%j: with %s', (full, expected) => {
    expect(describeFull({ full })).toBe(expected);
  });
});
