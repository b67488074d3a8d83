import { describe, expect, it } from 'vitest';
import { warnOfCredentials } from '../../../lambdas/app/check-credentials.ts';
import type { CredentialCheck } from '../../../lambdas/app/ports.ts';
import { OPERATIONS, type Operation } from '../../../lambdas/domain/operation.ts';

function aCheck(changes: Partial<CredentialCheck> = {}): CredentialCheck {
  return {
    operations: OPERATIONS,
    roles: ['member', 'reader'],
    hasAccessRules: false,
    missingCalls: [],
    isUnrestricted: false,
    ...changes,
  };
}

const separate = OPERATIONS.map((operation: Operation) =>
  aCheck({ operations: [operation], hasAccessRules: true }),
);

describe('credentials', () => {
  it('that do all and no more need no word', () => {
    expect(warnOfCredentials('prod', [aCheck()])).toEqual([]);
    expect(warnOfCredentials('prod', separate)).toEqual([]);
  });

  it.each([
    [
      'cannot make a call',
      aCheck({
        operations: ['create'],
        hasAccessRules: true,
        missingCalls: ['POST /v3/*/backups', 'POST /v3/*/snapshots'],
      }),
      'clouds.prod.auth.create: the credential has access rules that do not allow POST /v3/*/backups, POST /v3/*/snapshots',
    ],
    [
      'may only read',
      aCheck({ roles: ['reader'] }),
      'clouds.prod.auth: the credential has no role but reader, with which most clouds do not let it create, prune, restore',
    ],
    [
      'can make further ones',
      aCheck({ isUnrestricted: true }),
      'clouds.prod.auth: the credential is unrestricted: whoever has it can make further credentials of its owner',
    ],
  ])('that %s are warned of', (_what, check, warning) => {
    expect(warnOfCredentials('prod', [check])).toEqual([warning]);
  });

  it('that only read need no more than that role', () => {
    const [read, ...others] = separate;
    expect(warnOfCredentials('prod', [{ ...aCheck(read), roles: ['reader'] }, ...others])).toEqual([]);
  });

  it('of their own that may do everything are warned of', () => {
    const [read, create, prune = aCheck(), restore] = separate;
    const checks = [read, create, { ...prune, hasAccessRules: false }, restore].filter(
      (each) => each !== undefined,
    );
    expect(warnOfCredentials('prod', checks)).toEqual([
      'clouds.prod.auth.prune: the credential has no access rules: it may do everything that its roles allow, not just prune',
    ]);
  });
});
