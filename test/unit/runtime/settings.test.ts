import { expect, it } from 'vitest';
import { readFunctionSettings } from '../../../lambdas/runtime/settings.ts';

it('a function is told the table of its catalog', () => {
  expect(readFunctionSettings({ CINDERKEEP_CATALOG_TABLE: 't' })).toEqual({ catalogTable: 't' });
});

it.each([{}, { CINDERKEEP_CATALOG_TABLE: '' }])('and does not run without: %j', (env) => {
  expect(() => readFunctionSettings(env)).toThrow('CINDERKEEP_CATALOG_TABLE is missing');
});
