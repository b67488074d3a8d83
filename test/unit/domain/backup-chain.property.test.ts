import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backup, BackupId } from '../../../lambdas/domain/backup.ts';
import { inferChains } from '../../../lambdas/domain/backup-chain.ts';
import { aBackup } from '../../support/backups.ts';

interface Attempt {
  readonly id: string;
  readonly wantsIncremental: boolean;
  /** Seconds after the attempt before it. */
  readonly afterSeconds: number;
  readonly lastsSeconds: number;
  readonly fails: boolean;
  /** Of a snapshot made so long before; absent: of the volume itself. */
  readonly snapshotAgeSeconds: number | undefined;
}

interface Made {
  readonly backup: Backup;
  readonly endsSeconds: number;
  readonly parentId: BackupId | undefined;
}

const EPOCH_MS = Date.UTC(2026, 0, 1);

/** Does what Cinder does with one attempt after another, and lists the result a while after the last was begun. */
function carryOut(attempts: readonly Attempt[], seconds: number): Made[] {
  const made: Made[] = [];
  let nowSeconds = 0;
  for (const attempt of attempts) {
    nowSeconds += attempt.afterSeconds;
    const isOfSnapshot = attempt.snapshotAgeSeconds !== undefined;
    const stampSeconds = nowSeconds - (attempt.snapshotAgeSeconds ?? 0);
    const candidates = made.filter(
      ({ backup, endsSeconds }) =>
        backup.status !== 'error' &&
        endsSeconds <= nowSeconds &&
        (!isOfSnapshot || secondsOf(backup) < stampSeconds),
    );
    const parent = candidates.toSorted(
      (a, b) => secondsOf(b.backup) - secondsOf(a.backup) || (a.backup.id < b.backup.id ? 1 : -1),
    )[0];
    const isIncremental = attempt.wantsIncremental && parent !== undefined;
    const backup = aBackup({
      id: attempt.id,
      isIncremental,
      status: attempt.fails ? 'error' : 'available',
      createdAt: new Date(EPOCH_MS + nowSeconds * 1000),
      dataTimestampAt: new Date(EPOCH_MS + stampSeconds * 1000),
      ...(isOfSnapshot && { snapshotId: 'a snapshot' }),
    });
    const endsSeconds = nowSeconds + attempt.lastsSeconds;
    made.push({ backup, endsSeconds, parentId: isIncremental ? parent.backup.id : undefined });
  }
  return made.map((each) => asListed(each, made, nowSeconds + seconds));
}

function asListed(each: Made, made: readonly Made[], nowSeconds: number): Made {
  const status = each.endsSeconds > nowSeconds ? 'creating' : each.backup.status;
  const hasDependentBackups = made.some(
    ({ backup, parentId, endsSeconds }) =>
      parentId === each.backup.id && backup.status === 'available' && endsSeconds <= nowSeconds,
  );
  return { ...each, backup: { ...each.backup, status, hasDependentBackups } };
}

function secondsOf({ dataTimestampAt }: Backup): number {
  return (dataTimestampAt.getTime() - EPOCH_MS) / 1000;
}

const someHistory = fc
  .tuple(
    fc.uniqueArray(
      fc.record({
        id: fc.uuid(),
        wantsIncremental: fc.boolean(),
        afterSeconds: fc.integer({ min: 1, max: 50 }),
        // Some outlast those begun after them.
        lastsSeconds: fc.integer({ min: 1, max: 90 }),
        fails: fc.nat({ max: 5 }).map((number) => number === 0),
        snapshotAgeSeconds: fc.option(fc.nat({ max: 60 }), { nil: undefined }),
      }),
      { selector: ({ id }) => id, maxLength: 14 },
    ),
    fc.nat({ max: 90 }),
  )
  .map(([attempts, seconds]) => carryOut(attempts, seconds));

describe('inferChains on what Cinder made', () => {
  it('is right whenever it says certain', () => {
    fc.assert(
      fc.property(someHistory, (made) => {
        const links = inferChains(made.map(({ backup }) => backup));
        for (const { backup, parentId } of made) {
          const link = links.get(backup.id);
          if (link?.confidence === 'certain') expect(link.parents[0]?.backup.id).toBe(parentId);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('is certain of all where nothing overlaps and nothing fails', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 12 }), (types) => {
        const attempts = types.map((wantsIncremental, index) => ({
          ...{ id: `${index}`, wantsIncremental, afterSeconds: 9, lastsSeconds: 1, fails: false },
          snapshotAgeSeconds: undefined,
        }));
        const made = carryOut(attempts, 9);
        for (const link of inferChains(made.map(({ backup }) => backup)).values()) {
          expect(link.confidence).toBe('certain');
        }
      }),
    );
  });
});
