import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BackupId } from '../../../lambdas/domain/backup.ts';
import { type ChainLink, inferChains } from '../../../lambdas/domain/backup-chain.ts';
import type { Decision } from '../../../lambdas/domain/decision.ts';
import { nextDecisionAt } from '../../../lambdas/domain/next-decision.ts';
import { type PlannedBackup, type PrunePlanInput, planPrune } from '../../../lambdas/domain/prune-plan.ts';
import { termsOf } from '../../../lambdas/domain/retention-terms.ts';
import { someBackups, somePolicy } from '../../support/arbitrary-volumes.ts';
import { aBackup, DAY_MS, NOW, policiesOf } from '../../support/backups.ts';

const someInput: fc.Arbitrary<PrunePlanInput> = fc
  .record({
    backups: someBackups,
    nightly: somePolicy('nightly'),
    hourly: somePolicy('hourly'),
    volumeGone: fc.boolean(),
    former: fc.option(
      fc.array(fc.tuple(somePolicy('nightly'), fc.integer({ min: -9, max: 9 })), { maxLength: 3 }),
    ),
  })
  .map(({ backups, nightly, hourly, volumeGone, former }) => ({
    backups,
    policies: policiesOf(nightly, hourly),
    now: NOW,
    volumeGone,
    ...(former && {
      formerTerms: new Map([
        [
          'nightly',
          former.map(([policy, days]) => ({
            terms: termsOf(policy),
            until: new Date(NOW.getTime() + days * DAY_MS),
          })),
        ],
      ]),
    }),
  }));

function deletedOf(decisions: readonly Decision[]): Set<BackupId> {
  return new Set(decisions.filter(({ verdict }) => verdict === 'delete').map(({ backup }) => backup.id));
}

function linksOf(backups: readonly PlannedBackup[]): readonly ChainLink[] {
  return [...inferChains(backups.map(({ backup }) => backup)).values()];
}

function check(property: (input: PrunePlanInput, decisions: readonly Decision[]) => void): void {
  fc.assert(
    fc.property(someInput, (input) => property(input, planPrune(input))),
    { numRuns: 400 },
  );
}

describe('planPrune, whatever is on the volume', () => {
  it('decides on each backup once', () => {
    check(({ backups }, decisions) => {
      const decided = decisions.map(({ backup }) => backup.id).sort();
      expect(decided).toEqual(backups.map(({ backup }) => backup.id).sort());
    });
  });

  it('deletes no possible ancestor of anything that stays', () => {
    check(({ backups }, decisions) => {
      const deleted = deletedOf(decisions);
      for (const { backup, parents } of linksOf(backups)) {
        if (deleted.has(backup.id)) continue;
        expect(parents.filter((parent) => deleted.has(parent.backup.id))).toEqual([]);
      }
    });
  });

  it('gives an order in which deletions can be stopped anywhere', () => {
    check(({ backups }, decisions) => {
      const links = new Map(linksOf(backups).map((link) => [link.backup.id, link]));
      const gone = new Set<BackupId>();
      for (const { backup, verdict } of decisions) {
        if (verdict !== 'delete') continue;
        expect(links.get(backup.id)?.parents.some((parent) => gone.has(parent.backup.id))).toBe(false);
        gone.add(backup.id);
      }
    });
  });

  it('has nothing more to delete once it was carried out', () => {
    check((input, decisions) => {
      const deleted = deletedOf(decisions);
      const left = input.backups.filter(({ backup }) => !deleted.has(backup.id));
      expect(deletedOf(planPrune({ ...input, backups: left }))).toEqual(new Set());
    });
  });

  it('does not depend on the order of the input', () => {
    check((input, decisions) => {
      expect(planPrune({ ...input, backups: input.backups.toReversed() })).toEqual(decisions);
    });
  });

  it('deletes only what is ours, available, not pinned and not from the future', () => {
    check(({ backups, policies }, decisions) => {
      const deleted = deletedOf(decisions);
      for (const { backup, policy, pin } of backups) {
        if (!deleted.has(backup.id)) continue;
        expect(policies.has(policy ?? '')).toBe(true);
        expect(backup.status).toBe('available');
        expect(pin === undefined || (pin.until !== undefined && pin.until <= NOW)).toBe(true);
        expect(backup.dataTimestampAt <= NOW).toBe(true);
      }
    });
  });

  it('keeps the newest good backup of the volume, unless it is a duty to delete it', () => {
    check((input, decisions) => {
      const newest = goodOf(input)[0];
      if (newest === undefined) return;
      const decision = decisions.find(({ backup }) => backup.id === newest.backup.id);
      const isDuty = input.policies.get(newest.policy ?? '')?.maxAgeStrict && decision?.beyondMaxAge;
      if (!isDuty) expect(decision?.verdict).not.toBe('delete');
    });
  });

  it('leaves at least as many good backups of a policy as `atLeast` says, if there are so many', () => {
    check((input, decisions) => {
      const deleted = deletedOf(decisions);
      for (const { name, atLeast, maxAgeStrict } of input.policies.values()) {
        if (maxAgeStrict) continue;
        const good = goodOf(input).filter(({ policy }) => policy === name);
        const staying = good.filter(({ backup }) => !deleted.has(backup.id));
        expect(staying.length).toBeGreaterThanOrEqual(Math.min(atLeast, good.length));
      }
    });
  });

  it('keeps a newer good backup that comes, every pinned one, and never deletes the only good one', () => {
    check((input) => {
      const policy = [...input.policies.keys()][0] ?? '';
      const added = { backup: aBackup({ id: 'added', createdAt: NOW }), policy };
      const deleted = deletedOf(planPrune({ ...input, backups: [...input.backups, added] }));
      expect(deleted.has('added')).toBe(false);
      for (const { backup, pin } of input.backups) {
        if (pin?.until !== undefined && pin.until > NOW) expect(deleted.has(backup.id)).toBe(false);
      }
    });
  });

  it('changes no verdict before the instant that `nextDecisionAt` foresees', () => {
    check((input, decisions) => {
      const nextAt = nextDecisionAt(decisions, input);
      if (nextAt !== undefined) expect(nextAt.getTime()).toBeGreaterThan(NOW.getTime());
      const deleted = deletedOf(decisions);
      const backups = input.backups.filter(({ backup }) => !deleted.has(backup.id));
      const until = nextAt ?? new Date(NOW.getTime() + 9_000 * DAY_MS);
      const settled = planPrune({ ...input, backups });
      const justBefore = planPrune({ ...input, backups, now: new Date(until.getTime() - 1) });
      expect(justBefore.map(toVerdict)).toEqual(settled.map(toVerdict));
    });
  });
});

function toVerdict({ backup, verdict, beyondMaxAge }: Decision) {
  return { id: backup.id, verdict, beyondMaxAge };
}

/** Newest first, ties by greater id. */
function goodOf({ backups, policies }: PrunePlanInput): PlannedBackup[] {
  const restorable = new Set(linksOf(backups).flatMap((link) => (link.isRestorable ? [link.backup.id] : [])));
  return backups
    .filter(({ backup, policy }) => policies.has(policy ?? '') && restorable.has(backup.id))
    .filter(({ backup }) => backup.dataTimestampAt <= NOW)
    .sort(
      (a, b) =>
        b.backup.dataTimestampAt.getTime() - a.backup.dataTimestampAt.getTime() ||
        (a.backup.id < b.backup.id ? 1 : -1),
    );
}
