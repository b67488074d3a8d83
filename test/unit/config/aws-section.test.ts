import { describe, expect, it } from 'vitest';
import { secretsOf } from '../../../config/cloud-secret.ts';
import { ConfigError, parseConfig } from '../../../config/config.ts';
import { OPERATIONS } from '../../../lambdas/domain/operation.ts';

const KMS_KEY = 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f';
const TOPIC = 'arn:aws:sns:eu-central-1:111122223333:ops';

/** A config whose `aws` section, from line 4 on, is these lines. */
function withAws(...lines: readonly string[]): string {
  return `version: 1\ndeployment: acme_test\nclouds: { prod: { auth: env }, lab: { auth: { secret: lab/key } } }\naws:\n  ${lines.join('\n  ')}\n`;
}

function messagesOf(...lines: readonly string[]): string[] {
  try {
    parseConfig(withAws(...lines), 'p.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('the aws section', () => {
  it('says where and how everything is deployed', () => {
    const { aws } = parseConfig(
      withAws(
        'account: "012345678901"',
        'region: us-gov-west-1',
        'name: backups-test',
        'tags: { team: "storage", cost-centre: "4711" }',
        'onRemoval: delete',
        'vpc: vpc-0abc',
        'subnets: [subnet-0abc, subnet-0def]',
        'securityGroup: sg-0abc',
        `kmsKey: "${KMS_KEY}"`,
        'permissionsBoundary: "arn:aws:iam::111122223333:policy/bounds/developers"',
        `alarmsTo: [ops@example.com, "${TOPIC}"]`,
        'runbook: https://git.example.com/cinderkeep/docs/runbook.md',
        'dashboard: true',
        'metrics: true',
        'tracing: true',
        'testEvents: false',
        'memoryMib: 512',
        'logRetention: 1096d',
      ),
      'p.yaml',
    );
    expect(aws).toEqual({
      account: '012345678901',
      region: 'us-gov-west-1',
      name: 'backups-test',
      tags: { team: 'storage', 'cost-centre': '4711' },
      onRemoval: 'delete',
      network: {
        vpcId: 'vpc-0abc',
        subnetIds: ['subnet-0abc', 'subnet-0def'],
        securityGroupIds: ['sg-0abc'],
      },
      kmsKeyArn: KMS_KEY,
      permissionsBoundaryArn: 'arn:aws:iam::111122223333:policy/bounds/developers',
      alarmsTo: ['ops@example.com', TOPIC],
      runbook: 'https://git.example.com/cinderkeep/docs/runbook.md',
      dashboard: true,
      metrics: true,
      tracing: true,
      testEvents: false,
      memoryMib: 512,
      logRetentionDays: 1096,
    });
  });

  it('takes one where a list may be', () => {
    const { aws } = parseConfig(withAws('alarmsTo: ops@example.com'), 'p.yaml');
    expect(aws.alarmsTo).toEqual(['ops@example.com']);
    const text = withAws('vpc: vpc-0abc', 'subnets: [subnet-0abc]', 'securityGroup: [sg-0abc, sg-0def]');
    expect(parseConfig(text, 'p.yaml').aws.network?.securityGroupIds).toEqual(['sg-0abc', 'sg-0def']);
  });

  it('names what it deploys by the deployment, in letters that every name on AWS may have', () => {
    expect(parseConfig(withAws('dashboard: false'), 'p.yaml').aws.name).toBe('cinderkeep-acme-test');
  });

  it.each([
    [
      'account: 111122223333',
      'p.yaml:5:12: aws.account: is the number 111122223333; should be the 12 digits of an AWS account, in quotes',
    ],
    [
      'region: Frankfurt',
      'p.yaml:5:11: aws.region: is "Frankfurt"; should be an AWS region, such as eu-central-1',
    ],
    [
      'name: my_backups',
      'p.yaml:5:9: aws.name: is "my_backups"; should be 2 to 40 of a-z, 0-9 and hyphen, beginning with a letter and not ending with a hyphen',
    ],
    [
      'tags: { cost: 4711 }',
      'p.yaml:5:17: aws.tags.cost: is the number 4711; should be text of letters, digits, spaces and _.:/=+-@; put it in quotes',
    ],
    [
      'tags: { "aws:x": y }',
      'p.yaml:5:11: aws.tags.aws:x: is "aws:x"; should be 1 to 128 of letters, digits, spaces and _.:/=+-@, and not begin with aws:',
    ],
    ['onRemoval: destroy', 'p.yaml:5:14: aws.onRemoval: is "destroy"; should be keep or delete'],
    [
      'vpc: vpc-0abc',
      'p.yaml:5:8: aws.vpc: is there without subnets; should have the subnets in which the functions run beside it',
    ],
    [
      'subnets: [subnet-0abc]',
      'p.yaml:5:3: aws.subnets: is there without vpc; should have the VPC that they are in beside it',
    ],
    [
      'securityGroup: sg-0abc',
      'p.yaml:5:18: aws.securityGroup: is there without vpc; should have the VPC that it is in, and its subnets, beside it',
    ],
    [
      'subnets: subnet-0abc',
      'p.yaml:5:12: aws.subnets: is "subnet-0abc"; should be a list of subnet ids; leave the key out if there is nothing to list',
    ],
    [
      'securityGroup: default',
      'p.yaml:5:18: aws.securityGroup: is "default"; should be the id of a security group, such as sg-0a1b2c3d',
    ],
    [
      'kmsKey: alias/backups',
      'p.yaml:5:11: aws.kmsKey: is "alias/backups"; should be the ARN of a KMS key, arn:aws:kms:…:key/… (not of an alias)',
    ],
    [
      'permissionsBoundary: developers',
      'p.yaml:5:24: aws.permissionsBoundary: is "developers"; should be the ARN of a managed policy, arn:aws:iam::…:policy/…',
    ],
    [
      'alarmsTo: ops',
      'p.yaml:5:13: aws.alarmsTo: is "ops"; should be an e-mail address or the ARN of an SNS topic',
    ],
    [
      'alarmsTo: [ops@example.com, ops]',
      'p.yaml:5:31: aws.alarmsTo.1: is "ops"; should be an e-mail address or the ARN of an SNS topic',
    ],
    [
      'runbook: docs/runbook.md',
      'p.yaml:5:12: aws.runbook: is "docs/runbook.md"; should be a URL without a heading, such as https://git.example.com/cinderkeep/docs/runbook.md',
    ],
    [
      'logRetention: 100d',
      'p.yaml:5:17: aws.logRetention: should be a duration that CloudWatch knows, in days: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653',
    ],
    [
      'memoryMib: 128',
      'p.yaml:5:14: aws.memoryMib: is the number 128; should be a whole number of MiB from 256 to 10240',
    ],
    ['dashbord: true', 'p.yaml:5:3: aws.dashbord: is not a key here; did you mean dashboard?'],
  ])('refuses %s', (line, message) => {
    expect(messagesOf(line)).toEqual([message]);
  });
});

describe('the credential of a cloud on AWS', () => {
  const config = parseConfig(withAws('name: backups'), 'p.yaml');

  it('is in the secret that the config names', () => {
    expect(secretsOf('lab', config)).toEqual([{ id: 'lab/key', isOurs: false, operations: OPERATIONS }]);
  });

  it('is in a secret of the deployment where the config names a place that only one machine has', () => {
    const secret = { id: 'cinderkeep/acme_test/prod', isOurs: true, operations: OPERATIONS };
    expect(secretsOf('prod', config)).toEqual([secret]);
  });

  it('is in several secrets where operations have their own', () => {
    const auth = '{ read: env, create: { secret: w }, prune: { secret: w } }';
    const separate = parseConfig(withAws('name: backups').replace('auth: env', `auth: ${auth}`), 'p.yaml');
    expect(secretsOf('prod', separate)).toEqual([
      { id: 'cinderkeep/acme_test/prod/read', isOurs: true, operations: ['read'] },
      { id: 'w', isOurs: false, operations: ['create', 'prune'] },
    ]);
  });

  it('is nowhere for a cloud that is not in the config', () => {
    expect(() => secretsOf('prd', config)).toThrow('cloud prd is not in the config');
  });
});
