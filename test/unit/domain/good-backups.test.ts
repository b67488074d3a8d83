import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backup } from '../../../lambdas/domain/backup.ts';
import { createGoodBackupView, findGoodBackups, type OwnerOf } from '../../../lambdas/domain/good-backups.ts';
import type { PlannedBackup } from '../../../lambdas/domain/prune-plan.ts';
import { someBackups } from '../../support/arbitrary-volumes.ts';
import { DAY_MS, NOW, planned } from '../../support/backups.ts';

/** As the cloud lists them: created last first, ties by greater id. */
function newestFirst(backups: readonly Backup[]): Backup[] {
  return backups.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1));
}

function ownersOf(all: readonly PlannedBackup[]): OwnerOf {
  const owners = new Map(all.map(({ backup, policy }) => [backup.id, policy]));
  return ({ id }) => owners.get(id);
}

/** By the walk over the project; of one volume. */
function viewOf(all: readonly PlannedBackup[], policies: readonly string[]) {
  const view = createGoodBackupView([{ volumeId: 'volume-1', policies }], ownersOf(all), NOW);
  for (const backup of newestFirst(all.map(({ backup }) => backup))) view.observe(backup);
  return view;
}

function walk(all: readonly PlannedBackup[], policies: readonly string[]) {
  const view = viewOf(all, policies);
  view.finish();
  return view.goodBackupsOf('volume-1');
}

/** The age in days of what was found. */
function ageIn(found: ReadonlyMap<string, Date> | undefined, policy = 'nightly'): string {
  if (found === undefined) return 'unusual';
  const at = found.get(policy);
  return at === undefined ? 'none' : String(Math.round((NOW.getTime() - at.getTime()) / DAY_MS));
}

describe('the newest good backup of a volume', () => {
  it.each([
    ['is the newest of the policy', 'F40 i39 i38', '38'],
    ['is not one that failed, is being made or goes', 'F40 i39:error i38:creating i37:deleting', '40'],
    ['can be one that is being restored', 'F40 i39:restoring', '39'],
    ['can be based on one that is being restored', 'F40 i39:restoring i38', '38'],
    ['is none of the future', 'F40 F-3', '40'],
    ['is none that is foreign', 'F40 ~F39', '40'],
    ['can be based on foreign ones', '~F40 i39', '39'],
    ['is none of an unknown status', 'F40 i39:unknown', '40'],
    ['is not there where there is no backup', '', 'none'],
    ['is not there where all are foreign', '~F40 ~i39', 'none'],
  ])('%s', (_rule, history, age) => {
    const all = planned(history);
    expect(ageIn(walk(all, ['nightly']))).toBe(age);
    const backups = all.map(({ backup }) => backup);
    expect(ageIn(findGoodBackups(backups, ownersOf(all), NOW))).toBe(age);
  });

  it('is none whose chain has no full: the walk does not say so, the look at the volume does', () => {
    const all = planned('i39 i38');
    expect(walk(all, ['nightly'])).toBeUndefined();
    expect(
      findGoodBackups(
        all.map(({ backup }) => backup),
        ownersOf(all),
        NOW,
      ).size,
    ).toBe(0);
  });

  it('is found for each policy in the chain that they share, and in an older one', () => {
    const ofWeekly = planned('F40', 'weekly');
    const found = walk([...ofWeekly, ...planned('F30 i29 i28')], ['nightly', 'weekly']);
    expect([ageIn(found), ageIn(found, 'weekly')]).toEqual(['28', '40']);
    const shared = walk([...planned('F40 i38'), ...planned('i39', 'weekly')], ['nightly', 'weekly']);
    expect([ageIn(shared), ageIn(shared, 'weekly')]).toEqual(['38', '39']);
  });

  it.each([
    [
      'was stamped before one that was made earlier, by a snapshot that waited',
      ['F40', 'i1 of a snapshot 41'],
    ],
    ['was made in the same second as another', ['i9', 'F2 of a snapshot 3', 'i2']],
    [
      'was made before a full, but after the snapshot of that, and another may be the parent instead',
      ['i1', 'F2 of a snapshot 6', 'i3 of a snapshot 7', 'i4'],
    ],
  ])('is not said where one %s', (_how, history) => {
    const all = history.map((text) => {
      const [token = '', , , , snapshotAge] = text.split(' ');
      const [{ backup }] = planned(token) as [PlannedBackup];
      const dataTimestampAt = new Date(NOW.getTime() - Number(snapshotAge) * DAY_MS);
      const ofSnapshot = snapshotAge === undefined ? {} : { snapshotId: `of ${text}`, dataTimestampAt };
      return { backup: { ...backup, id: text, ...ofSnapshot }, policy: 'nightly' };
    });
    expect(walk(all, ['nightly'])).toBeUndefined();
  });

  it('by the walk is the same as by a look at the whole volume, wherever the walk says anything', () => {
    let said = 0;
    fc.assert(
      fc.property(someBackups, (all) => {
        const found = walk(all, ['nightly', 'hourly']);
        if (found === undefined) return;
        said += 1;
        const exact = findGoodBackups(
          all.map(({ backup }) => backup),
          ownersOf(all),
          NOW,
        );
        for (const policy of ['nightly', 'hourly']) expect(found.get(policy)).toEqual(exact.get(policy));
      }),
      { numRuns: 2_000 },
    );
    expect(said).toBeGreaterThan(200);
  });

  it('is always said where backups are stamped in the order in which they are made, and all chains have a full', () => {
    fc.assert(
      fc.property(someBackups, (all) => {
        const first = planned('F9000')[0] as PlannedBackup;
        const ordered = [first, ...inOrder(all)];
        expect(walk(ordered, ['nightly', 'hourly'])).toBeDefined();
      }),
    );
  });
});

describe('a volume is done with', () => {
  it.each([
    ['as soon as the full below its newest is behind', 'F40 i39', -1, 0],
    ['not while another may have been made in the second of the full', 'F40 i39', 0, 1],
    ['not while the full is to come', 'i39', -1, 1],
    ['not while nothing of the policy was met', '~F40', -1, 1],
  ])('%s', (_rule, history, laterMs, openCount) => {
    const all = planned(history);
    const view = viewOf(all, ['nightly']);
    const oldestMs = Math.min(...all.map(({ backup }) => backup.createdAt.getTime()));
    expect(view.countOpen(new Date(oldestMs + laterMs))).toBe(openCount);
    expect(view.goodBackupsOf('volume-1') === undefined).toBe(openCount === 1);
  });
});

/** One a minute, each stamped when it is made. */
function inOrder(all: readonly PlannedBackup[]): PlannedBackup[] {
  return all.map(({ snapshotId: _none, ...each }: PlannedBackup & { snapshotId?: string }, index) => {
    const at = new Date(NOW.getTime() - (index + 1) * 60_000);
    const { snapshotId: _snapshot, ...backup } = each.backup;
    return { ...each, backup: { ...backup, createdAt: at, dataTimestampAt: at } };
  });
}
