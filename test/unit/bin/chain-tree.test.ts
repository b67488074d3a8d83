import { describe, expect, it } from 'vitest';
import { formatChain } from '../../../bin/output/chain-tree.ts';
import type { Backup } from '../../../lambdas/domain/backup.ts';

function aBackup(id: string, day: number, isIncremental: boolean): Backup {
  const at = new Date(Date.UTC(2026, 10, day));
  return {
    id,
    volumeId: 'v1',
    name: id,
    description: '',
    status: 'available',
    statusText: 'available',
    isIncremental,
    hasDependentBackups: false,
    sizeGib: 1,
    objectCount: 1,
    createdAt: at,
    dataTimestampAt: at,
  };
}

describe('the chain of a backup, drawn', () => {
  it('shows its full, everything based on that, and which one is meant; no other chain', () => {
    const siblings = [
      aBackup('f0', 1, false),
      aBackup('f1', 2, false),
      aBackup('i2', 3, true),
      aBackup('i3', 4, true),
    ];
    expect(formatChain(siblings, 'i2').split('\n')).toEqual([
      'full 2026-11-02T00:00Z  available  f1',
      '└─ incremental 2026-11-03T00:00Z  available  i2  ◄ this one',
      '└─ incremental 2026-11-04T00:00Z  available  i3',
    ]);
  });

  it('says when the full is missing', () => {
    expect(formatChain([aBackup('i2', 3, true)], 'i2')).toMatch(
      /^\? {2}\(its full is not listed\)\nincremental .* i2 /,
    );
  });

  it('does not fail on a backup that has gone meanwhile', () => {
    expect(formatChain([], 'i2')).toBe('it is not in the list of its volume (any more)');
  });
});
