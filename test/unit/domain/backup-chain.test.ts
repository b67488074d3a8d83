import { describe, expect, it } from 'vitest';
import type { Backup } from '../../../lambdas/domain/backup.ts';
import { inferChains } from '../../../lambdas/domain/backup-chain.ts';
import { aBackup, timeline } from '../../support/backups.ts';

/** `i38 > i39`: i38 is based on i39; `> a | b`: on a, possibly on b; the confidence after it, unless it is certain. */
function parentsOf(backups: readonly Backup[]): string {
  return [...inferChains(backups).values()]
    .filter(({ backup }) => backup.isIncremental)
    .map(({ backup, parents, confidence }) => {
      const choices = parents.map((parent) => parent.backup.id).join(' | ') || '?';
      return `${backup.id} > ${choices}${confidence === 'certain' ? '' : ` ${confidence}`}`;
    })
    .join(', ');
}

describe('inferChains', () => {
  it.each([
    ['each incremental is based on the one before it', 'F40 i39 i38', 'i39 > F40, i38 > i39'],
    ['a new full begins a new chain', 'F40 i39 F30 i29', 'i39 > F40, i29 > F30'],
    ['a full has no parent', 'F40 F39', ''],
    ['what is being created never was a parent', 'F40 i39:creating i38', 'i39 > F40, i38 > F40'],
    ['what is being restored was one', 'F40 i39:restoring i38', 'i39 > F40, i38 > i39 likely'],
    ['an error may have been available', 'F40 i39:error i38', 'i39 > F40, i38 > F40 | i39 likely'],
    ['so may what is being deleted', 'F40 F39:deleting i38', 'i38 > F40 | F39 likely'],
    ['and a status that is unknown', 'F40 F39:unknown i38', 'i38 > F40 | F39 likely'],
    ['all that may have been are possible', 'F40 F39:error F38:error i37', 'i37 > F40 | F38 | F39 likely'],
    ['none that surely was leaves it unknown', 'F39:error i38', 'i38 > F39 unknown'],
    ['no backup before it: the listing lacks its parent', 'i39 F30', 'i39 > ? unknown'],
    ['a chain whose full is missing is still a chain', 'i39 i38', 'i39 > ? unknown, i38 > i39'],
  ])('%s', (_rule, history, expected) => {
    expect(parentsOf(timeline(history))).toBe(expected);
  });

  it('takes the greatest data timestamp, not the latest creation', () => {
    const backups = [
      aBackup({ id: 'early', createdAt: at('10:00') }),
      aBackup({
        id: 'of-old-snapshot',
        createdAt: at('11:00'),
        dataTimestampAt: at('09:00'),
        snapshotId: 's',
      }),
      aBackup({ id: 'child', createdAt: at('12:00'), isIncremental: true }),
    ];
    expect(parentsOf(backups)).toBe('child > early likely');
  });

  it('breaks ties of the data timestamp by the greater id', () => {
    const backups = [
      aBackup({ id: 'b', createdAt: at('10:00') }),
      aBackup({ id: 'c', createdAt: at('10:00') }),
      aBackup({ id: 'a', createdAt: at('10:00') }),
      aBackup({ id: 'child', createdAt: at('12:00'), isIncremental: true }),
    ];
    expect(parentsOf(backups)).toBe('child > c likely');
  });

  it('bases a backup of a snapshot on one stamped strictly before the snapshot', () => {
    const snapshot = {
      snapshotId: 's',
      dataTimestampAt: at('10:00'),
      createdAt: at('12:00'),
      isIncremental: true,
    };
    const backups = [
      aBackup({ id: 'before', createdAt: at('09:59') }),
      aBackup({ id: 'at-once', createdAt: at('10:00') }),
      aBackup({ id: 'after', createdAt: at('11:00') }),
      aBackup({ id: 'child', ...snapshot }),
    ];
    expect(parentsOf(backups)).toBe('child > before');
  });

  it('thinks it possible, not likely, that a full of the same second was there already', () => {
    const backups = [
      aBackup({ id: 'day-before', createdAt: at('00:00') }),
      aBackup({ id: 'same-second', createdAt: at('10:00') }),
      aBackup({ id: 'child', createdAt: at('10:00'), isIncremental: true }),
    ];
    expect(parentsOf(backups)).toBe('child > day-before | same-second likely');
  });

  it('never makes two incrementals of the same second each other’s parent', () => {
    const backups = [
      aBackup({ id: 'full', createdAt: at('09:00') }),
      aBackup({ id: 'x', createdAt: at('10:00'), isIncremental: true }),
      aBackup({ id: 'y', createdAt: at('10:00'), isIncremental: true }),
    ];
    expect(parentsOf(backups)).toBe('x > full, y > full | x likely');
  });

  it('is only likely when another incremental could be the dependent that the cloud knows of', () => {
    const [full, first, second] = timeline('F40 i39 i38') as [Backup, Backup, Backup];
    const forked = [{ ...full, hasDependentBackups: true }, { ...first, hasDependentBackups: false }, second];
    expect(parentsOf(forked)).toBe('i39 > F40, i38 > i39 likely');
  });

  it('nor is the parent of the other one then certain', () => {
    const [before, full, first, second] = timeline('F50 F40 i39 i38') as [Backup, Backup, Backup, Backup];
    const forked = [
      before,
      { ...full, hasDependentBackups: true },
      { ...first, hasDependentBackups: false },
      second,
    ];
    expect(parentsOf(forked)).toBe('i39 > F40 likely, i38 > i39 likely');
  });

  it.each([
    ['F40 i39 i38', ''],
    ['i39 i38 F30 i29', 'i39 i38'],
  ])('%s: an incremental is broken when no full is at the root of its chain', (history, broken) => {
    const links = [...inferChains(timeline(history)).values()];
    expect(
      links
        .filter((link) => link.isBroken)
        .map((link) => link.backup.id)
        .join(' '),
    ).toBe(broken);
  });

  it.each([
    ['F40 i39 i38', 'F40 i39 i38'],
    ['F40:restoring i39 F30', 'F30'],
    ['F40 i39:error i38', 'F40 i38'],
    ['F40 i39:restoring i38 i37', 'F40'],
    ['i39', ''],
  ])('%s: restorable is what is available together with its likeliest ancestors', (history, restorable) => {
    const links = [...inferChains(timeline(history)).values()];
    expect(
      links
        .filter((link) => link.isRestorable)
        .map((link) => link.backup.id)
        .join(' '),
    ).toBe(restorable);
  });

  it('reports a dependent that the cloud knows and the listing lacks', () => {
    const [full, lonely] = timeline('F40 F30') as [Backup, Backup];
    const links = inferChains([{ ...full, hasDependentBackups: true }, lonely]);
    expect(links.get('F40')?.hasUnknownDependent).toBe(true);
    expect(links.get('F30')?.hasUnknownDependent).toBe(false);
  });

  it('does not believe a flag that denies the child we infer: only successful children count in it', () => {
    const [full, child] = timeline('F40 i39:error') as [Backup, Backup];
    expect(full.hasDependentBackups).toBe(false);
    expect(inferChains([full, child]).get('i39')?.parents[0]?.backup.id).toBe('F40');
  });

  it('gives the same whatever the order of the input, and parents first', () => {
    const backups = timeline('F40 i39 i38:error i37 F30 i29');
    const ids = [...inferChains(backups.toReversed()).keys()];
    expect(ids).toEqual(['F40', 'i39', 'i38', 'i37', 'F30', 'i29']);
    expect(parentsOf(backups.toReversed())).toBe(parentsOf(backups));
  });
});

function at(time: string): Date {
  return new Date(`2026-11-23T${time}:00Z`);
}
