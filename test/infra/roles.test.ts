import { beforeAll, describe, expect, it } from 'vitest';
import { FUNCTION_NAMES, type FunctionName } from '../../lib/function-bundle.ts';
import { BOUNDARY_ARN, KMS_KEY_ARN, minimalConfig, SECRET_ARN, wholeConfig } from '../support/aws-configs.ts';
import { resourcesOf, synthesiseStacks } from '../support/deployment-templates.ts';
import { allowedTo, type Permission } from '../support/permissions.ts';

let least: ReturnType<typeof synthesiseStacks>;
let whole: ReturnType<typeof synthesiseStacks>;
beforeAll(() => {
  least = synthesiseStacks(minimalConfig());
  whole = synthesiseStacks(wholeConfig());
}, 240_000);

const actionsOf = (permissions: readonly Permission[]): string[] =>
  [...new Set(permissions.map(({ action }) => action))].sort();

const writes = ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];

describe('what a function may do on AWS', () => {
  it.each(FUNCTION_NAMES)(
    '%s: items of the catalog by their keys, never a scan, never the table itself',
    (name) => {
      const onTable = actionsOf(allowedTo(least.scheduler, name)).filter((action) =>
        action.startsWith('dynamodb:'),
      );
      const known = [...writes, 'dynamodb:GetItem', 'dynamodb:Query'];
      expect(onTable.filter((action) => !known.includes(action))).toEqual([]);
    },
  );

  it.each<FunctionName>(['list-backups', 'report-coverage'])('%s writes nothing, anywhere', (name) => {
    expect(actionsOf(allowedTo(least.scheduler, name))).toEqual([
      'dynamodb:GetItem',
      'dynamodb:Query',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      'secretsmanager:GetSecretValue',
      'sqs:SendMessage',
    ]);
  });

  it.each<[FunctionName, string[]]>([
    ['create-backups', ['work']],
    ['follow-backups', ['work']],
    ['prune-backups', ['decisions', 'work']],
    ['restore-backup', ['work']],
    ['test-restores', ['work']],
    ['list-backups', ['work']],
    ['pin-backup', []],
    ['report-coverage', []],
  ])('%s queries the indexes %j, and writes to none', (name, indexes) => {
    const onIndexes = allowedTo(least.scheduler, name).filter(({ resource }) => resource.includes('/index/'));
    expect(actionsOf(onIndexes)).toEqual(indexes.length === 0 ? [] : ['dynamodb:Query']);
    expect(onIndexes.map(({ resource }) => resource.split('/').at(-1)).sort()).toEqual(indexes);
  });

  it('invokes no function but the hooks of the policies, where tests of restores are brought to their end', () => {
    const invoked = (name: FunctionName) =>
      allowedTo(whole.scheduler, name).filter(({ action }) => action.startsWith('lambda:'));
    for (const name of FUNCTION_NAMES) {
      const expected = ['test-restores', 'follow-backups'].includes(name)
        ? [
            {
              action: 'lambda:InvokeFunction',
              resource: expect.stringMatching(/:lambda:eu-central-1:111122223333:function:check-restored$/),
            },
          ]
        : [];
      expect(invoked(name)).toEqual(expected);
      expect(actionsOf(allowedTo(least.scheduler, name)).join()).not.toContain('lambda:');
    }
  });

  const secretsOf = (name: FunctionName) =>
    allowedTo(whole.scheduler, name)
      .filter(({ action }) => action === 'secretsmanager:GetSecretValue')
      .map(({ resource }) => resource);

  it('reads the secrets of the config’s clouds and no others', () => {
    const secrets = secretsOf('follow-backups');
    expect(secrets).toHaveLength(5);
    expect(secrets).toContain(SECRET_ARN);
    expect(secrets.join()).toContain('eu-central-1:111122223333:secret:cinderkeep/prod-??????');
    expect(secrets.join()).toContain('Credentialattic');
  });

  it.each<FunctionName>(['list-backups', 'report-coverage'])(
    '%s reads no secret of an operation that changes anything',
    (name) => {
      expect(secretsOf('create-backups').join()).toContain('secret:lab/changes-??????');
      expect(secretsOf(name).join()).not.toContain('lab/changes');
      expect(secretsOf(name)).toContain(SECRET_ARN);
    },
  );

  it('restore-backup reads the secrets for looking and for restoring, and no other', () => {
    expect(secretsOf('restore-backup').join()).not.toContain('lab/changes');
    expect(secretsOf('restore-backup').join()).toContain('lab/restores-??????');
    expect(secretsOf('follow-backups').join()).toContain('lab/restores-??????');
    for (const name of ['create-backups', 'prune-backups', 'list-backups', 'pin-backup'] as const) {
      expect(secretsOf(name).join()).not.toContain('lab/restores');
    }
  });

  it('has no wildcard but for what has no name: network interfaces and traces', () => {
    for (const name of FUNCTION_NAMES) {
      const wild = allowedTo(whole.scheduler, name).filter(({ resource }) => resource === '*');
      expect(
        actionsOf(wild).filter(
          (action) => !/^(ec2:.*(NetworkInterface|Subnets|Addresses)|xray:Put)/.test(action),
        ),
      ).toEqual([]);
      expect(allowedTo(least.scheduler, name).filter(({ resource }) => resource === '*')).toEqual([]);
      expect(actionsOf(allowedTo(whole.scheduler, name)).filter((action) => action.includes('*'))).toEqual(
        [],
      );
    }
  });

  it('uses the key of the config, if there is one, and no other', () => {
    const keys = allowedTo(whole.scheduler, 'follow-backups').filter(({ action }) =>
      action.startsWith('kms:'),
    );
    expect(new Set(keys.map(({ resource }) => resource))).toEqual(new Set([KMS_KEY_ARN]));
    expect(actionsOf(allowedTo(least.scheduler, 'follow-backups')).join()).not.toContain('kms:');
  });

  it('is a role of its own for each function', () => {
    const roles = Object.values(resourcesOf(least.scheduler, 'AWS::Lambda::Function')).map(({ Properties }) =>
      JSON.stringify(Properties.Role),
    );
    expect(new Set(roles).size).toBe(roles.length);
  });
});

describe('every role', () => {
  const rolesOf = () =>
    [whole.state, whole.scheduler, whole.operations].flatMap((template) =>
      Object.values(resourcesOf(template, 'AWS::IAM::Role')),
    );

  it('has the boundary that the config names', () => {
    expect(rolesOf().length).toBeGreaterThan(FUNCTION_NAMES.length);
    for (const { Properties } of rolesOf()) expect(Properties.PermissionsBoundary).toBe(BOUNDARY_ARN);
  });

  it('has no policy that AWS wrote, which allow more', () => {
    for (const { Properties } of rolesOf()) expect(Properties).not.toHaveProperty('ManagedPolicyArns');
  });

  it('may be taken by one service, of this account', () => {
    const schedules = rolesOf().filter(({ Properties }) =>
      JSON.stringify(Properties.AssumeRolePolicyDocument).includes('scheduler.amazonaws.com'),
    );
    expect(schedules).toHaveLength(1);
    expect(JSON.stringify(schedules[0]?.Properties.AssumeRolePolicyDocument)).toContain(
      '"aws:SourceAccount":"111122223333"',
    );
  });
});
