import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../lambdas/domain/duration.ts';
import { nextDecisionAt } from '../../../lambdas/domain/next-decision.ts';
import type { Policy } from '../../../lambdas/domain/policy.ts';
import { type PrunePlanInput, planPrune } from '../../../lambdas/domain/prune-plan.ts';
import { termsOf } from '../../../lambdas/domain/retention-terms.ts';
import { aPolicy, DAY_MS, NOW, planned, policiesOf } from '../../support/backups.ts';

/** In days from now; undefined: nothing is foreseen. */
function nextInDays(history: string, policy: Partial<Policy>, input: Partial<PrunePlanInput> = {}) {
  const all = { backups: planned(history), policies: policiesOf(aPolicy(policy)), now: NOW, ...input };
  const nextAt = nextDecisionAt(planPrune(all), all);
  return nextAt && (nextAt.getTime() - NOW.getTime()) / DAY_MS;
}

describe('nextDecisionAt', () => {
  it('foresees nothing where only a new backup can change a verdict', () => {
    expect(nextInDays('F40 F30 F1', { keep: { last: 2, within: parseDuration('9d') } })).toBeUndefined();
  });

  it('foresees the first backup to reach maxAge', () => {
    expect(nextInDays('F20 F10 F1', { keep: { last: 9 }, maxAge: parseDuration('30d') })).toBe(10);
  });

  it('but not of what is deleted anyway, nor a second time of what stays beyond it', () => {
    expect(nextInDays('F20 F10', { keep: { last: 1 }, maxAge: parseDuration('30d') })).toBe(20);
    expect(nextInDays('F40', { keep: { last: 1 }, maxAge: parseDuration('30d') })).toBeUndefined();
  });

  it('foresees the end of a pin', () => {
    const until = new Date(NOW.getTime() + 3 * DAY_MS);
    const backups = planned('F20 F10').map((each) => ({ ...each, pin: { reason: 'audit', until } }));
    expect(nextInDays('', { keep: { last: 1 } }, { backups })).toBe(3);
  });

  it('foresees the end of the days of grace', () => {
    const terms = termsOf(aPolicy({ keep: { last: 9 } }));
    const formerTerms = new Map([['nightly', [{ terms, until: new Date(NOW.getTime() + 5 * DAY_MS) }]]]);
    expect(nextInDays('F20 F10', { keep: { last: 1 } }, { formerTerms })).toBe(5);
  });

  it('foresees when what only former terms keep reaches their maxAge', () => {
    const was = aPolicy({ keep: { last: 9 }, maxAge: parseDuration('12d') });
    const until = new Date(NOW.getTime() + 5 * DAY_MS);
    const formerTerms = new Map([['nightly', [{ terms: termsOf(was), until }]]]);
    expect(nextInDays('F20 F10 F1', { keep: { last: 1 } }, { formerTerms })).toBe(2);
    expect(nextInDays('F20 F4 F1', { keep: { last: 2 } }, { formerTerms })).toBeUndefined();
  });

  it('foresees when a stamp is no longer in the future', () => {
    expect(nextInDays('F10 F-2', { keep: { last: 1 } })).toBe(2);
  });
});
