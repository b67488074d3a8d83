import { describe, expect, it } from 'vitest';
import { type BackupRecord, RECORD_STATES } from '../../../lambdas/domain/backup-record.ts';
import {
  completeRecord,
  mergePolicyRecords,
  toImportedRecord,
  toImportedRestore,
} from '../../../lambdas/domain/imported-records.ts';
import { RESTORE_STATES } from '../../../lambdas/domain/restore-record.ts';
import { aFinishedRecord, aRecord, aRestore, minutesAfter, SLOT } from '../../contracts/catalog-samples.ts';
import { aPolicy, policiesOf } from '../../support/backups.ts';

const policies = policiesOf(aPolicy());
const HOUR = 60;
/** The policy makes up slots for twelve hours. */
const at = (hours: number) => {
  const now = minutesAfter(SLOT, hours * HOUR);
  return { now, forgetAt: minutesAfter(now, 30 * 24 * HOUR) };
};
const imported = (record: BackupRecord, hours: number) => toImportedRecord(record, policies, at(hours));

describe('an exported record that is read in again', () => {
  it('with a decision to delete is to be decided on again', () => {
    const record = aFinishedRecord({
      state: 'deleting',
      reason: 'expired',
      notBeforeAt: SLOT,
      pin: { reason: 'x' },
    });
    expect(imported(record, 1)).toEqual(aFinishedRecord({ pin: { reason: 'x' } }));
  });

  it.each([
    ['waiting', 12, 'waiting'],
    ['creating', 12, 'creating'],
    ['stuck', 12, 'stuck'],
    ['waiting', 13, 'skipped'],
    ['creating', 13, 'failed'],
    ['stuck', 13, 'failed'],
  ] as const)('that was %s, %i hours after its slot, is %s', (state, hours, expected) => {
    const record = aRecord({ state });
    const { reason, forgetAt, endedAt, ...rest } = imported(record, hours);
    expect(rest).toEqual({ ...record, state: expected });
    const hasEnded = expected !== state;
    expect(reason).toBe(hasEnded ? 'it was under way when the catalog was exported' : undefined);
    expect([endedAt, forgetAt]).toEqual(
      hasEnded ? [at(hours).now, at(hours).forgetAt] : [undefined, undefined],
    );
  });

  it('that was waiting for a policy which is no more is not waited for', () => {
    expect(imported(aRecord({ policy: 'gone' }), 0).state).toBe('skipped');
  });

  it.each(RECORD_STATES.filter((state) => !['deleting', 'waiting', 'creating', 'stuck'].includes(state)))(
    'that is %s stays as it is',
    (state) => {
      const record = aFinishedRecord({ state, reason: 'why' });
      expect(imported(record, 1_000)).toBe(record);
    },
  );
});

describe('an exported restore that is read in again', () => {
  it.each(RESTORE_STATES.filter((state) => state !== 'restored' && state !== 'failed'))(
    'is never gone on with: %s',
    (state) => {
      expect(toImportedRestore(aRestore({ state, notBeforeAt: SLOT }), at(0))).toEqual(
        aRestore({
          state: 'failed',
          outcome: 'failed',
          reason: 'it was under way when the catalog was exported',
          settledAt: at(0).now,
          forgetAt: at(0).forgetAt,
        }),
      );
    },
  );

  it.each(['restored', 'failed'] as const)('stays as it is once it has ended: %s', (state) => {
    const restore = aRestore({ state });
    expect(toImportedRestore(restore, at(0))).toBe(restore);
  });
});

describe('a record that a rebuild made', () => {
  const rebuilt = aRecord({
    state: 'available',
    trigger: 'rebuild',
    backupId: 'b1',
    volume: { name: '', sizeGib: 200 },
    version: 1,
  });
  const exported = aFinishedRecord({
    backupId: 'b1',
    whyFull: 'planned',
    pin: { reason: 'only the catalog had it' },
    provedAt: SLOT,
    reason: 'held: then',
    version: 9,
  });

  it('gets back what its backup does not tell, and keeps its state and version', () => {
    const { reason: _then, ...known } = exported;
    expect(completeRecord(rebuilt, exported)).toEqual({
      ...known,
      openedAt: rebuilt.openedAt,
      version: 1,
    });
    expect(completeRecord({ ...rebuilt, state: 'clearing', reason: 'now' }, exported)).toMatchObject({
      state: 'clearing',
      reason: 'now',
    });
  });

  it('keeps the facts of its volume, and its pin, if it has them', () => {
    const volume = { name: 'renamed', sizeGib: 300 };
    const pin = { reason: 'of the marker' };
    expect(completeRecord({ ...rebuilt, volume, pin }, exported)).toMatchObject({ volume, pin });
  });

  it('stays as it is beside the record of another backup, or one that knows no more', () => {
    expect(completeRecord(rebuilt, { ...exported, backupId: 'b2' })).toBeUndefined();
    expect(completeRecord(rebuilt, { ...exported, trigger: 'rebuild' })).toBeUndefined();
    const { backupId: _none, ...unseen } = rebuilt;
    const { backupId: _neither, ...unmade } = exported;
    expect(completeRecord(unseen, unmade)).toBeUndefined();
  });

  it('is the only one: any other is newer than an export', () => {
    expect(completeRecord({ ...rebuilt, trigger: 'schedule' }, exported)).toBeUndefined();
  });
});

describe('what is known of a policy', () => {
  const known = (parts = {}) => ({
    policy: 'nightly',
    firstSeenAt: SLOT,
    terms: 'last=3',
    termsSince: SLOT,
    ...parts,
  });
  const later = minutesAfter(SLOT, HOUR);
  const latest = minutesAfter(SLOT, 2 * HOUR);

  it('begins when it was first seen, and its terms when they came into force', () => {
    const stored = known({ firstSeenAt: latest, termsSince: latest, reviewedAt: latest });
    expect(mergePolicyRecords(stored, known(), later)).toEqual({ ...known(), reviewedAt: latest });
    expect(mergePolicyRecords(known(), known({ firstSeenAt: latest, termsSince: latest }), later)).toEqual(
      known(),
    );
  });

  it('gets back the days of grace of former terms', () => {
    const exported = known({ formerTerms: { 'daily=7': later } });
    expect(mergePolicyRecords(known({ termsSince: latest }), exported, latest)).toEqual(exported);
  });

  it('takes terms that changed since the export for former ones, from when the rebuild first saw the new', () => {
    const stored = known({ terms: 'last=1', termsSince: latest });
    expect(mergePolicyRecords(stored, known(), later)).toMatchObject({
      terms: 'last=1',
      termsSince: latest,
      formerTerms: { 'last=3': latest },
    });
  });

  it('of a catalog that remembers changes itself gives the exported terms no more than they had', () => {
    const stored = known({ terms: 'last=1', termsSince: latest, formerTerms: { 'last=2': latest } });
    expect(mergePolicyRecords(stored, known(), later).formerTerms).toEqual({
      'last=2': latest,
      'last=3': later,
    });
  });

  it('has each former terms once, as long as either says, and never the present ones', () => {
    const stored = known({ formerTerms: { a: later, b: latest } });
    const exported = known({ formerTerms: { a: latest, b: later, 'last=3': latest } });
    expect(mergePolicyRecords(stored, exported, latest).formerTerms).toEqual({ a: latest, b: latest });
  });
});
