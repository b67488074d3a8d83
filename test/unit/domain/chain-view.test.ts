import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backup } from '../../../lambdas/domain/backup.ts';
import { type ChainLink, inferChains } from '../../../lambdas/domain/backup-chain.ts';
import { createChainView, type VolumeChain } from '../../../lambdas/domain/chain-view.ts';
import { someBackups } from '../../support/arbitrary-volumes.ts';
import { aBackup, DAY_MS, NOW, planned } from '../../support/backups.ts';

/** As the cloud lists them: created last first, ties by greater id. */
function newestFirst(backups: readonly Backup[]): Backup[] {
  return backups.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1));
}

function viewOf(history: string) {
  const all = planned(history);
  const foreign = new Set(all.flatMap(({ backup, policy }) => (policy === undefined ? [backup.id] : [])));
  const view = createChainView((backup) => !foreign.has(backup.id));
  for (const backup of newestFirst(all.map(({ backup }) => backup))) view.observe(backup);
  return view;
}

function show(chain: VolumeChain | undefined): string {
  if (chain?.head === undefined) return 'no head';
  const { backupId, length, fullAt, isOurs } = chain.head;
  const marks = [
    !isOurs && 'foreign',
    chain.hasForeignInChain && 'foreign in it',
    !chain.chainIsComplete && 'incomplete',
  ];
  const fullAge = Math.round((NOW.getTime() - fullAt.getTime()) / DAY_MS);
  return [`${backupId} length ${length} from ${fullAge}`, ...marks.filter(Boolean)].join(', ');
}

describe('createChainView', () => {
  it.each([
    ['a chain goes from the newest backup back to its full', 'F40 i39 F30 i29 i28', 'i28 length 3 from 30'],
    ['a full is a chain of one', 'F40 i39 F30', 'F30 length 1 from 30'],
    [
      'what is not available is no head',
      'F40 i39 i38:error i37:creating i36:deleting',
      'i39 length 2 from 40',
    ],
    ['nor is what is being restored', 'F40 i39:restoring', 'F40 length 1 from 40'],
    ['but it can be in the chain', 'F40 i39:restoring i38', 'i38 length 3 from 40'],
    ['nothing available: no head', 'F40:error i39:creating', 'no head'],
    ['no full: the chain is not complete', 'i39 i38', 'i38 length 2 from 39, incomplete'],
    ['a foreign head', 'F40 ~i39', 'i39 length 2 from 40, foreign, foreign in it'],
    ['a foreign backup in the chain', '~F40 i39', 'i39 length 2 from 40, foreign in it'],
    ['a foreign backup in an older chain', '~F40 F39', 'F39 length 1 from 39'],
  ])('%s', (_rule, history, expected) => {
    expect(show(viewOf(history).chainOf('volume-1'))).toBe(expected);
  });

  it('knows no volume that it has not seen', () => {
    expect(viewOf('F40').chainOf('volume-2')).toBeUndefined();
  });

  it('tells the newest stamp and its status, whatever that is', () => {
    const chain = viewOf('F40 i39:error').chainOf('volume-1');
    expect(chain?.newestStatus).toBe('error');
    expect(chain?.newestStampAt).toEqual(new Date(NOW.getTime() - 39 * DAY_MS));
  });

  it('takes the largest size in the chain: the volume may have been smaller in an older one', () => {
    const view = createChainView(() => true);
    for (const [id, sizeGib, age] of [
      ['i1', 20, 1],
      ['F2', 30, 2],
      ['F3', 90, 3],
    ] as const) {
      const createdAt = new Date(NOW.getTime() - age * DAY_MS);
      view.observe(aBackup({ id, sizeGib, createdAt, isIncremental: id.startsWith('i') }));
    }
    expect(view.chainOf('volume-1')?.head?.sizeGib).toBe(30);
  });

  it('keeps the volumes apart', () => {
    const view = createChainView(() => true);
    view.observe(aBackup({ id: 'a', volumeId: 'one' }));
    view.observe(aBackup({ id: 'b', volumeId: 'two' }));
    expect(view.chainOf('one')?.head?.backupId).toBe('a');
    expect(view.chainOf('two')?.head?.backupId).toBe('b');
  });

  it('agrees with the inference over the whole volume, whatever is on it', () => {
    fc.assert(
      fc.property(someBackups, (all) => {
        const backups = distinctInTime(all.map(({ backup }) => backup));
        const view = createChainView(() => true);
        for (const backup of newestFirst(backups)) view.observe(backup);
        expect(show(view.chainOf('volume-1'))).toBe(showInferred(backups));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('createChainView: what came after the listing', () => {
  const tomorrow = new Date(NOW.getTime() + DAY_MS);

  it.each([
    ['an incremental lengthens the chain', 'F40 i39', { isIncremental: true }, 'new length 3 from 40'],
    ['a full begins one', 'F40 i39', {}, 'new length 1 from -1'],
    [
      'an incremental of nothing is not complete',
      '',
      { isIncremental: true },
      'new length 1 from -1, incomplete',
    ],
    [
      'what is older than the head is none',
      'F40 i39',
      { dataTimestampAt: new Date(0) },
      'i39 length 2 from 40',
    ],
    ['what is not available is none', 'F40 i39', { status: 'error' as const }, 'i39 length 2 from 40'],
    [
      'a chain of which the full was last in the listing',
      'F40 i39:creating',
      { isIncremental: true },
      'new length 2 from 40',
    ],
  ])('%s', (_rule, history, parts, expected) => {
    const view = viewOf(history);
    view.note(aBackup({ id: 'new', createdAt: tomorrow, ...parts }));
    expect(show(view.chainOf('volume-1'))).toBe(expected);
  });

  it('counts a backup once, however often it is noted', () => {
    const view = viewOf('F40 i39');
    const made = aBackup({ id: 'new', createdAt: tomorrow, isIncremental: true });
    view.note(made);
    view.note(made);
    expect(view.chainOf('volume-1')?.head?.length).toBe(3);
  });

  it('sees that the newest became available', () => {
    const view = viewOf('F40 i39:creating');
    expect(view.chainOf('volume-1')?.newestStatus).toBe('creating');
    const ended = planned('F40 i39')[1]?.backup as Backup;
    view.note(ended);
    expect(view.chainOf('volume-1')).toMatchObject({
      newestStatus: 'available',
      head: { backupId: 'i39', length: 2 },
    });
  });
});

/** Never two in a second, where the two differ on purpose; and stamped when or before they are created, as all are. */
function distinctInTime(backups: readonly Backup[]): Backup[] {
  return backups.map((backup, index) => {
    const shift = (at: Date) => new Date(at.getTime() + index * 1000);
    return { ...backup, createdAt: shift(backup.createdAt), dataTimestampAt: shift(backup.dataTimestampAt) };
  });
}

function showInferred(backups: readonly Backup[]): string {
  const links = inferChains(backups);
  const available = backups.filter(({ status }) => status === 'available');
  const [head] = available.toSorted(
    (a, b) => b.dataTimestampAt.getTime() - a.dataTimestampAt.getTime() || (a.id < b.id ? 1 : -1),
  );
  if (head === undefined) return 'no head';
  let [link, length] = [links.get(head.id) as ChainLink, 1];
  for (let parent = surelyAvailable(link); parent !== undefined; parent = surelyAvailable(link)) {
    [link, length] = [parent, length + 1];
  }
  const age = Math.round((NOW.getTime() - link.backup.dataTimestampAt.getTime()) / DAY_MS);
  return `${head.id} length ${length} from ${age}${link.backup.isIncremental ? ', incomplete' : ''}`;
}

function surelyAvailable({ parents: [likeliest] }: ChainLink): ChainLink | undefined {
  return likeliest && ['available', 'restoring'].includes(likeliest.backup.status) ? likeliest : undefined;
}
