import { describe, expect, it } from 'vitest';
import { applyGuards, toDeletions, type VolumeDeletions } from '../../../lambdas/domain/guards.ts';
import { planPrune } from '../../../lambdas/domain/prune-plan.ts';
import { aPolicy, NOW, planned, policiesOf } from '../../support/backups.ts';

const policies = policiesOf(
  aPolicy({ name: 'nightly', guards: { maxDeletes: 10, maxDeleteShare: 0.5, graceDays: 7 } }),
  aPolicy({ name: 'careful', guards: { maxDeletes: 10, maxDeleteShare: 0.2, graceDays: 7 } }),
);

/** `3/10` of nightly, or `3/10 careful 1/2`: so many of so many backups are to be deleted on the volume. */
function aVolume(volumeId: string, text: string, heldCount = 0): VolumeDeletions {
  const [own = '0/0', ...others] = text.split(' ');
  const shares: [string, string][] = [['nightly', own]];
  for (let index = 0; index < others.length; index += 2)
    shares.push([others[index] ?? '', others[index + 1] ?? '']);
  const read = (share: string) => share.split('/').map(Number) as [number, number];
  return {
    volumeId,
    backupCounts: new Map(shares.map(([policy, share]) => [policy, read(share)[1]])),
    deletions: shares.flatMap(([policy, share]) =>
      Array.from({ length: read(share)[0] }, (_, index) => ({
        backupId: `${volumeId}-${policy}-${index}`,
        policy,
        wasHeld: index < heldCount,
      })),
    ),
  };
}

function allowedOf(volumes: readonly VolumeDeletions[], ...rest: unknown[]): string {
  const guarded = applyGuards(volumes, policies, ...(rest as []));
  return guarded.allowed.map(({ volumeId }) => volumeId).join(' ');
}

describe('applyGuards', () => {
  it.each<[string, readonly [string, string][], string]>([
    [
      'lets pass what is within the limits',
      [
        ['a', '3/10'],
        ['b', '5/10'],
      ],
      'a b',
    ],
    [
      'stops a policy that would delete more than maxDeletes',
      [
        ['a', '6/90'],
        ['b', '5/90'],
      ],
      '',
    ],
    [
      'exactly maxDeletes is allowed',
      [
        ['a', '5/90'],
        ['b', '5/90'],
      ],
      'a b',
    ],
    [
      'stops a policy that would delete more than its share',
      [
        ['a', '2/4'],
        ['b', '3/4'],
        ['c', '0/1'],
      ],
      '',
    ],
    [
      'exactly the share is allowed',
      [
        ['a', '2/4'],
        ['b', '1/2'],
      ],
      'a b',
    ],
    [
      'stops a volume that would lose more than the share, and only it',
      [
        ['a', '4/6'],
        ['b', '1/30'],
      ],
      'b',
    ],
    [
      'but has no share for fewer than 5 backups',
      [
        ['a', '3/4'],
        ['b', '1/30'],
      ],
      'a b',
    ],
    [
      'takes the lowest share of the policies that delete on a volume',
      [
        ['a', '1/5 careful 1/3'],
        ['b', '0/90 careful 0/90'],
      ],
      '',
    ],
    [
      'stops all of a volume on which one policy is stopped: the rest may be ancestors',
      [
        ['a', '1/30 careful 11/90'],
        ['b', '1/30'],
      ],
      'b',
    ],
    ['says nothing of volumes on which nothing is to be deleted', [['a', '0/10']], ''],
  ])('%s', (_rule, volumes, expected) => {
    expect(allowedOf(volumes.map(([id, text]) => aVolume(id, text)))).toBe(expected);
  });

  it('takes a policy’s backups on other volumes into account when it is told of them', () => {
    const volumes = [aVolume('a', '3/4'), aVolume('b', '3/4')];
    expect(allowedOf(volumes)).toBe('');
    expect(allowedOf(volumes, {}, new Map([['nightly', 12]]))).toBe('a b');
  });

  it('takes the limits that are given for this run in place of the policy’s', () => {
    const volumes = [aVolume('a', '9/10'), aVolume('b', '9/10')];
    expect(allowedOf(volumes, { maxDeletes: 18 })).toBe('');
    expect(allowedOf(volumes, { maxDeletes: 18, maxDeleteShare: 0.9 })).toBe('a b');
  });

  it('does not count in shares what was held before: it goes with the last of its chain', () => {
    expect(allowedOf([aVolume('a', '8/10')])).toBe('');
    expect(allowedOf([aVolume('a', '8/10', 7)])).toBe('a');
    expect(allowedOf([aVolume('a', '8/10', 5)])).toBe('');
  });

  it('counts it in maxDeletes', () => {
    expect(allowedOf([aVolume('a', '11/90', 11)])).toBe('');
  });

  describe('without a maxDeletes', () => {
    const unlimited = policiesOf(aPolicy({ guards: { maxDeleteShare: 1, graceDays: 7 } }));
    const isAllowed = (...volumes: readonly VolumeDeletions[]) =>
      applyGuards(volumes, unlimited).breaches.length === 0;
    const volumesOf = (count: number, text: string, heldCount = 0) =>
      Array.from({ length: count }, (_, index) => aVolume(`v${index}`, text, heldCount));

    it('allows 500 deletions', () => {
      expect(isAllowed(aVolume('a', '500/900'))).toBe(true);
      expect(isAllowed(aVolume('a', '501/900'))).toBe(false);
    });

    it('allows five for each volume on which something is deleted, of however many', () => {
      expect(isAllowed(...volumesOf(200, '5/90'))).toBe(true);
      expect(isAllowed(...volumesOf(200, '6/90'))).toBe(false);
      expect(isAllowed(...volumesOf(100, '6/90'), ...volumesOf(100, '0/90'))).toBe(false);
    });

    it('does not count what was held before', () => {
      expect(isAllowed(...volumesOf(200, '30/90', 29))).toBe(true);
    });
  });

  it('says which limit was breached, by how much, and what to do', () => {
    const { breaches } = applyGuards([aVolume('vol-1', '4/6')], policies, {}, new Map([['nightly', 100]]));
    expect(breaches).toEqual([
      {
        scope: 'volume',
        policy: 'nightly',
        volumeId: 'vol-1',
        key: 'guards.maxDeleteShare',
        limit: 0.5,
        count: 4,
        total: 6,
        explanation:
          'nothing of volume vol-1 is deleted: 4 of its 6 backups would be, and guards.maxDeleteShare of policy nightly allows ' +
          'at most 50 % of its backups. Look at the plan (cinderkeep plan --policy nightly); if it is right, prune by hand with ' +
          '"maxDeleteShare": 0.67, or raise guards.maxDeleteShare.',
      },
    ]);
  });

  it('what it says to do lets the deletions pass', () => {
    for (const text of ['11/90', '4/6', '8/9', '17/23']) {
      const volumes = [aVolume('a', text)];
      const overrides = { maxDeletes: 10, maxDeleteShare: 0.5 };
      for (let tries = 0; tries < 3; tries += 1) {
        for (const { explanation, key } of applyGuards(volumes, policies, overrides).breaches) {
          const value = Number(/"max\w+": ([\d.]+)/.exec(explanation)?.[1]);
          Object.assign(overrides, { [key.slice('guards.'.length)]: value });
        }
      }
      expect(applyGuards(volumes, policies, overrides).breaches).toEqual([]);
    }
  });
});

describe('toDeletions', () => {
  it('counts what each policy has on the volume, foreign backups not', () => {
    const backups = [...planned('F40 i39 ~F30 F1'), ...planned('F20', 'removed')];
    const decisions = planPrune({ backups, policies: policiesOf(aPolicy({ keep: { last: 1 } })), now: NOW });
    expect(toDeletions('volume-1', decisions, (id) => id === 'F40')).toEqual({
      volumeId: 'volume-1',
      backupCounts: new Map([['nightly', 3]]),
      deletions: [
        { backupId: 'i39', policy: 'nightly', wasHeld: false },
        { backupId: 'F40', policy: 'nightly', wasHeld: true },
      ],
    });
  });
});
