import { describe, expect, it } from 'vitest';
import {
  findMissingCalls,
  matchesPath,
  NEEDED_CALLS,
} from '../../../../lambdas/adapters/cinder/access-rules.ts';
import { OPERATIONS, type Operation } from '../../../../lambdas/domain/operation.ts';

const EXAMPLES = '../../../../docs/examples/access-rules';

describe('a pattern of an access rule', () => {
  it.each([
    ['/v3/*/backups', '/v3/p1/backups', true],
    ['/v3/*/backups', '/v3/p1/backups/b1', false],
    ['/v3/*/backups', '/v3/p1/x/backups', false],
    ['/v3/{project_id}/backups/{id}', '/v3/p1/backups/b1', true],
    ['/v3/**', '/v3/p1/backups/b1/restore', true],
    ['/v3/*/backups/*', '/v3/p1/backups/', false],
    ['/v3.*', '/v3xp1', false],
    ['/volume/v3/*/limits', '/v3/p1/limits', false],
  ])('%s: %s %s', (pattern, path, isMatch) => {
    expect(matchesPath(path, pattern)).toBe(isMatch);
  });
});

describe('the calls that are missing', () => {
  const all = (operation: Operation, service: string) =>
    NEEDED_CALLS[operation].map((rule) => ({ ...rule, service }));

  it.each(OPERATIONS)('are none with the rules for %s, whichever of its names Cinder has', (operation) => {
    for (const service of ['volumev3', 'block-storage', 'volume']) {
      expect(findMissingCalls(all(operation, service), [operation], { rootPath: '' })).toEqual([]);
    }
  });

  it('are none with one rule for everything', () => {
    const rules = ['GET', 'POST', 'PUT', 'DELETE'].map((method) => ({
      method,
      path: '/**',
      service: 'volumev3',
    }));
    expect(findMissingCalls(rules, OPERATIONS, { rootPath: '/volume' })).toEqual([]);
  });

  it('are those of other methods, other services and other paths', () => {
    const rules = [
      { method: 'GET', path: '/v3/*/backups/*', service: 'volumev3' },
      { method: 'DELETE', path: '/v3/*/backups/*', service: 'compute' },
    ];
    expect(findMissingCalls(rules, ['prune'], { rootPath: '' })).toEqual(['DELETE /v3/*/backups/*']);
  });

  it('are all where the catalog has a path before the version and the rules have not', () => {
    expect(findMissingCalls(all('prune', 'volumev3'), ['prune'], { rootPath: '/volume' })).toEqual([
      'DELETE /volume/v3/*/backups/*',
    ]);
  });
});

/** Files for `openstack application credential create --access-rules`; `npx vitest run --update=all` writes them anew. */
describe('the examples of access rules', () => {
  const file = (operations: readonly Operation[]) => {
    const rules = operations.flatMap((operation) => NEEDED_CALLS[operation]);
    const lines = new Set(
      rules.map(({ method, path }) => `{ "service": "volumev3", "method": "${method}", "path": "${path}" }`),
    );
    return `[\n${[...lines].map((line) => `  ${line}`).join(',\n')}\n]\n`;
  };

  it.each(OPERATIONS)('are all that it takes to %s', async (operation) => {
    await expect(file([operation])).toMatchFileSnapshot(`${EXAMPLES}/${operation}.json`);
  });

  it('are all that it takes for everything', async () => {
    await expect(file(OPERATIONS)).toMatchFileSnapshot(`${EXAMPLES}/everything.json`);
  });
});
