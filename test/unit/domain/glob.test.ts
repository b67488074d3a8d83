import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob } from '../../../lambdas/domain/glob.ts';

describe('globs', () => {
  it.each([
    ['scratch-*', 'scratch-1', true],
    ['scratch-*', 'scratch-', true],
    ['scratch-*', 'my-scratch-1', false],
    ['*-db', 'orders-db', true],
    ['*-db', 'orders-db2', false],
    ['db?', 'db1', true],
    ['db?', 'db', false],
    ['db?', 'db12', false],
    ['DB*', 'db1', false],
    ['a*b*c', 'aXbYbZc', true],
    ['a*b*c', 'aXcYb', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['v1.0', 'v1x0', false],
    ['[ab]', 'a', false],
    ['(a+)+', 'aaaa', false],
    ['?', '💾', true],
  ])('%s on "%s": %s', (glob, text, expected) => {
    expect(matchesGlob(glob, text)).toBe(expected);
  });

  it('agree with the regular expression that they stand for', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    const globs = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
    fc.assert(
      fc.property(globs, letters, (glob, text) => {
        const expression = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(matchesGlob(glob, text)).toBe(expression.test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('end soon on patterns that make a backtracking regular expression explode', () => {
    expect(matchesGlob(`${'a*'.repeat(60)}b`, 'a'.repeat(255))).toBe(false);
  });
});
