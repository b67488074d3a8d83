import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../lambdas/domain/duration.ts';
import { canonicalTerms, parseTerms, termsOf, withTerms } from '../../../lambdas/domain/retention-terms.ts';
import { somePolicy } from '../../support/arbitrary-volumes.ts';
import { aPolicy } from '../../support/backups.ts';

describe('canonicalTerms', () => {
  it('says everything that decides what stays', () => {
    const policy = aPolicy({ keep: { last: 3, within: parseDuration('48h') }, maxAge: parseDuration('2y') });
    expect(canonicalTerms(termsOf(policy))).toBe(
      'last=3 within=48h; maxAge=2y; atLeast=1; onVolumeGone=keep; timezone=UTC',
    );
  });

  it('reads back as the same terms, and makes the policy that they were of', () => {
    fc.assert(
      fc.property(somePolicy('nightly'), somePolicy('nightly'), (was, is) => {
        const terms = parseTerms(canonicalTerms(termsOf(was)));
        expect(canonicalTerms(terms)).toBe(canonicalTerms(termsOf(was)));
        expect(canonicalTerms(termsOf(withTerms(is, terms)))).toBe(canonicalTerms(termsOf(was)));
      }),
    );
  });

  it.each([
    '',
    'last=3',
    'last=3; atLeast=1; onVolumeGone=stay; timezone=UTC',
    'sometimes; atLeast=1; onVolumeGone=keep; timezone=UTC',
  ])('refuses "%s"', (text) => {
    expect(() => parseTerms(text)).toThrow(/no retention terms|not a duration/);
  });
});
