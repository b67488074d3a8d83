import { describe, expect, it } from 'vitest';
import { type BackupPlanInput, planBackup } from '../../../lambdas/domain/backup-plan.ts';
import type { ChainHead, VolumeChain } from '../../../lambdas/domain/chain-view.ts';
import { parseDuration } from '../../../lambdas/domain/duration.ts';
import type { FullPlacement, Policy } from '../../../lambdas/domain/policy.ts';
import { aPolicy, DAY_MS } from '../../support/backups.ts';

/** A Wednesday, in the middle of a month, at half past three. */
const SLOT = new Date('2026-11-18T03:30:00Z');
const daysBefore = (days: number) => new Date(SLOT.getTime() - days * DAY_MS);

/** The chain that began on Monday. */
function aChain(head: Partial<ChainHead> = {}, chain: Partial<VolumeChain> = {}): VolumeChain {
  return {
    newestStampAt: daysBefore(1),
    newestStatus: 'available',
    chainIsComplete: true,
    hasForeignInChain: false,
    head: {
      backupId: 'head',
      dataTimestampAt: daysBefore(1),
      isOurs: true,
      length: 2,
      fullAt: daysBefore(2),
      sizeGib: 10,
      ...head,
    },
    ...chain,
  };
}

function plan(parts: Partial<BackupPlanInput> & { readonly with?: Partial<Policy> } = {}): string {
  const policy = aPolicy({ keep: { daily: 7, weekly: 4 }, ...parts.with });
  const chain = 'chain' in parts ? {} : { chain: aChain() };
  const planned = planBackup({ policy, slotAt: SLOT, volumeSizeGib: 10, cloudNow: SLOT, ...chain, ...parts });
  return planned.type === 'full' ? `full: ${planned.whyFull}` : 'incremental';
}

describe('planBackup', () => {
  it('makes an incremental when nothing asks for a full', () => {
    expect(plan()).toBe('incremental');
  });

  it.each<[string, Parameters<typeof plan>[0], string]>([
    ['a person asks for it', { requestedType: 'full' }, 'full: requested'],
    [
      'the chain is as long as it may be',
      { with: { chain: { maxLength: 2, allowForeignParent: false } } },
      'full: chain-length',
    ],
    ['the volume has grown: Cinder would fail an incremental', { volumeSizeGib: 11 }, 'full: volume-grew'],
    [
      'the last incremental failed for a cause that a full cures',
      { afterFailureOfIncremental: true },
      'full: incremental-failed',
    ],
    ['no backup is available', { chain: withoutHead() }, 'full: no-parent'],
    [
      'the chain does not go back to a full',
      { chain: aChain({}, { chainIsComplete: false }) },
      'full: no-parent',
    ],
    [
      'the newest backup is not available',
      { chain: aChain({}, { newestStatus: 'error' }) },
      'full: parent-not-available',
    ],
    [
      'the head is from the future',
      { chain: aChain({ dataTimestampAt: daysBefore(-1) }) },
      'full: parent-not-available',
    ],
    [
      'the parent would be foreign',
      { chain: aChain({ isOurs: false }, { hasForeignInChain: true }) },
      'full: foreign-parent',
    ],
    [
      'the chain has a foreign backup',
      { chain: aChain({}, { hasForeignInChain: true }) },
      'full: foreign-parent',
    ],
  ])('makes a full when %s', (_cause, parts, expected) => {
    expect(plan(parts)).toBe(expected);
  });

  it('makes a full when a volume has no backup at all', () => {
    const policy = aPolicy();
    expect(planBackup({ policy, slotAt: SLOT, volumeSizeGib: 10, cloudNow: SLOT })).toEqual({
      type: 'full',
      whyFull: 'no-parent',
    });
  });

  it('bases on a foreign parent where the policy allows it', () => {
    const chain = aChain({ isOurs: false }, { hasForeignInChain: true });
    expect(plan({ chain, with: { chain: { maxLength: 60, allowForeignParent: true } } })).toBe('incremental');
  });

  it('a volume that shrank can have an incremental', () => {
    expect(plan({ volumeSizeGib: 9 })).toBe('incremental');
  });

  it('makes a full when the chain’s full reaches chain.maxAge, on the cloud’s clock', () => {
    const chain = { maxLength: 60, allowForeignParent: false, maxAge: parseDuration('2d') };
    expect(plan({ with: { chain } })).toBe('full: chain-age');
    expect(plan({ with: { chain }, cloudNow: new Date(SLOT.getTime() - 1) })).toBe('incremental');
  });

  it('a person who asks for an incremental gets it in place of a planned full, but not of a necessary one', () => {
    const always = { with: { full: { kind: 'always' } } } as const;
    expect(plan(always)).toBe('full: planned');
    expect(plan({ ...always, requestedType: 'incremental' })).toBe('incremental');
    expect(plan({ volumeSizeGib: 11, requestedType: 'incremental' })).toBe('full: volume-grew');
  });
});

describe('planBackup: maxAge of the policy', () => {
  const within = (days: string, full: FullPlacement, chain: VolumeChain, strict = false) =>
    plan({
      chain,
      with: { keep: { last: 7 }, maxAge: parseDuration(days), maxAgeStrict: strict, full },
    });
  const by: FullPlacement = { kind: 'everyCount', count: 50 };

  it('begins a chain early enough that the full need not be held beyond it', () => {
    // The incremental stays for 7 days: with a full of two days before, 9 days is just enough.
    expect(within('9d', by, aChain())).toBe('incremental');
    expect(within('8d', by, aChain())).toBe('full: chain-age');
  });

  it('where the rules keep as long as it allows only fulls will do; the config’s own placement goes first', () => {
    expect(within('7d', by, aChain())).toBe('incremental');
    expect(within('7d', { kind: 'auto' }, aChain())).toBe('full: chain-age');
  });

  it('unless it is a duty', () => {
    expect(within('7d', by, aChain(), true)).toBe('full: chain-age');
  });
});

describe('planBackup: planned fulls', () => {
  const by = (full: FullPlacement, head: Partial<ChainHead>, slotAt = SLOT) =>
    plan({ slotAt, chain: aChain(head), with: { full } });

  it('every so many backups', () => {
    expect(by({ kind: 'everyCount', count: 3 }, { length: 2 })).toBe('incremental');
    expect(by({ kind: 'everyCount', count: 3 }, { length: 3 })).toBe('full: planned');
  });

  it.each<[string, Date, string]>([
    ['a full of a day less', daysBefore(29), 'incremental'],
    ['one of just that long ago', daysBefore(30), 'full: planned'],
    ['one that took a while to begin', new Date(daysBefore(30).getTime() + 600_000), 'full: planned'],
  ])('every 30 days: %s', (_case, fullAt, expected) => {
    expect(by({ kind: 'everyDuration', duration: parseDuration('30d') }, { fullAt })).toBe(expected);
  });

  it.each<[string, Date, string]>([
    ['made in it', new Date('2026-11-15T03:30:20Z'), 'incremental'],
    ['stamped a little before it, by another clock', new Date('2026-11-15T03:29:50Z'), 'incremental'],
    ['missed, though the one before was made', new Date('2026-11-08T03:30:20Z'), 'full: planned'],
    ['missed, and a full of the day before', new Date('2026-11-14T03:30:20Z'), 'full: planned'],
  ])('by cron, on Sundays: %s', (_case, fullAt, expected) => {
    expect(by({ kind: 'cron', cron: '30 3 * * 0' }, { fullAt })).toBe(expected);
  });

  it('by cron, in the slot itself', () => {
    const sunday = new Date('2026-11-22T03:30:00Z');
    expect(by({ kind: 'cron', cron: '30 3 * * 0' }, { fullAt: daysBefore(3) }, sunday)).toBe('full: planned');
  });
});

describe('planBackup: auto, with weekly backups kept longer than daily ones', () => {
  it.each<[string, string, string, string]>([
    ['the last slot of a week is a full', '2026-11-22T03:30:00Z', '2026-11-15T03:30:10Z', 'full: planned'],
    ['the slots between are not', '2026-11-21T03:30:00Z', '2026-11-15T03:30:10Z', 'incremental'],
    [
      'a full that was missed is made up for',
      '2026-11-23T03:30:00Z',
      '2026-11-15T03:30:10Z',
      'full: planned',
    ],
    ['once', '2026-11-24T03:30:00Z', '2026-11-23T03:30:10Z', 'incremental'],
    [
      'a backup by hand after a missed full is that full',
      '2026-11-22T09:12:00Z',
      '2026-11-15T03:30:10Z',
      'full: planned',
    ],
    ['one by hand after the full is not', '2026-11-22T09:12:00Z', '2026-11-22T03:30:10Z', 'incremental'],
  ])('%s', (_rule, slot, fullAt, expected) => {
    const slotAt = new Date(slot);
    expect(plan({ slotAt, cloudNow: slotAt, chain: aChain({ fullAt: new Date(fullAt) }) })).toBe(expected);
  });

  it('makes a full where the backup would hold a chain of others’ that go sooner', () => {
    const hourly = aPolicy({
      name: 'hourly',
      keep: { last: 24 },
      schedule: { ...aPolicy().schedule, cron: '0 * * * *' },
    });
    expect(plan({ alongside: [hourly] })).toBe('full: planned');
    expect(plan({ alongside: [hourly], chain: aChain({ length: 1 }) })).toBe('incremental');
    expect(plan({ alongside: [hourly], with: { billedBy: 'stored' } })).toBe('incremental');
    expect(plan({ alongside: [aPolicy({ name: 'other' })] })).toBe('incremental');
  });
});

function withoutHead(): VolumeChain {
  return {
    newestStampAt: daysBefore(1),
    newestStatus: 'error',
    chainIsComplete: false,
    hasForeignInChain: false,
  };
}
