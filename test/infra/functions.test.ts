import { beforeAll, describe, expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../lib/function-bundle.ts';
import { KMS_KEY_ARN, minimalConfig, wholeConfig } from '../support/aws-configs.ts';
import { type Resource, resourcesOf, synthesiseStacks } from '../support/deployment-templates.ts';

const FUNCTION = 'AWS::Lambda::Function';
const LOG_GROUP = 'AWS::Logs::LogGroup';

let least: ReturnType<typeof synthesiseStacks>;
let whole: ReturnType<typeof synthesiseStacks>;
beforeAll(() => {
  least = synthesiseStacks(minimalConfig());
  whole = synthesiseStacks(wholeConfig());
}, 240_000);

/** Ours, not the helper that CDK brings. */
function functionsOf({ scheduler }: typeof least): Map<string, Resource> {
  const all = Object.values(resourcesOf(scheduler, FUNCTION));
  const named = all.map((resource) => [String(resource.Properties.FunctionName), resource] as const);
  return new Map(named.filter(([name]) => name.startsWith('cinderkeep-acme-')));
}

describe('the functions of a deployment', () => {
  it('are those that have an entry file, by names that say whose they are', () => {
    const names = FUNCTION_NAMES.map((name) => `cinderkeep-acme-${name}`);
    expect([...functionsOf(least).keys()]).toEqual(names);
  });

  it('run on Node 24 on ARM, with their code bundled beforehand', () => {
    for (const { Properties } of functionsOf(least).values()) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
      });
    }
  });

  it('have the memory that was measured, and more where the config says so', () => {
    const memoryOf = (template: typeof least) =>
      Object.fromEntries(
        [...functionsOf(template)].map(([name, { Properties }]) => [name, Properties.MemorySize]),
      );
    expect(memoryOf(least)).toMatchObject({
      'cinderkeep-acme-follow-backups': 256,
      'cinderkeep-acme-list-backups': 512,
    });
    expect(new Set(Object.values(memoryOf(whole)))).toEqual(new Set([1024]));
  });

  it('know the catalog, and of the credentials not even where they are', () => {
    for (const { Properties } of functionsOf(least).values()) {
      expect(Object.keys((Properties.Environment as { Variables: object }).Variables)).toEqual([
        'CINDERKEEP_CATALOG_TABLE',
      ]);
    }
  });

  it('are not called again by AWS when they fail, and leave a message', () => {
    const settings = Object.values(resourcesOf(least.scheduler, 'AWS::Lambda::EventInvokeConfig'));
    expect(settings.length).toBe(FUNCTION_NAMES.length);
    for (const { Properties } of settings) {
      expect(Properties.MaximumRetryAttempts).toBe(0);
      expect(Properties.MaximumEventAgeInSeconds).toBeLessThanOrEqual(300);
      expect(Properties.DestinationConfig).toMatchObject({
        OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringMatching(/FailedRunsQueue/), 'Arn'] } },
      });
    }
  });

  it('take no places of the account for themselves: small accounts have few', () => {
    for (const { Properties } of functionsOf(whole).values()) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  it('log for 90 days, to logs that stay when the stack goes', () => {
    for (const group of Object.values(resourcesOf(least.scheduler, LOG_GROUP))) {
      expect(group).toMatchObject({
        DeletionPolicy: 'RetainExceptOnCreate',
        Properties: { RetentionInDays: 90 },
      });
      expect(group.Properties).not.toHaveProperty('LogGroupName');
    }
  });

  it('log to a log of their own', () => {
    const groups = [...functionsOf(least).values()].map(({ Properties }) =>
      JSON.stringify(Properties.LoggingConfig),
    );
    expect(new Set(groups).size).toBe(FUNCTION_NAMES.length);
    expect(groups.join()).not.toContain('undefined');
  });

  it('are traced only on request', () => {
    for (const { Properties } of functionsOf(least).values())
      expect(Properties).not.toHaveProperty('TracingConfig');
    for (const { Properties } of functionsOf(whole).values()) {
      expect(Properties.TracingConfig).toEqual({ Mode: 'Active' });
    }
  });

  it('run in the network that the config names, from where they only call out', () => {
    for (const { Properties } of functionsOf(least).values())
      expect(Properties).not.toHaveProperty('VpcConfig');
    for (const { Properties } of functionsOf(whole).values()) {
      expect(Properties.VpcConfig).toEqual({
        SubnetIds: ['subnet-0a1b2c3d', 'subnet-0e4f5a6b'],
        SecurityGroupIds: [{ 'Fn::GetAtt': [expect.stringMatching(/Outbound/), 'GroupId'] }],
      });
    }
    const [group] = Object.values(resourcesOf(whole.scheduler, 'AWS::EC2::SecurityGroup'));
    expect(group?.Properties).toMatchObject({ VpcId: 'vpc-0a1b2c3d' });
    expect(group?.Properties).not.toHaveProperty('SecurityGroupIngress');
  });

  it('are encrypted with the key of the config, and so is what they leave', () => {
    for (const { Properties } of functionsOf(whole).values()) expect(Properties.KmsKeyArn).toBe(KMS_KEY_ARN);
    for (const { Properties } of Object.values(resourcesOf(whole.scheduler, LOG_GROUP))) {
      expect(Properties.KmsKeyId).toBe(KMS_KEY_ARN);
    }
    for (const { Properties } of Object.values(resourcesOf(whole.scheduler, 'AWS::SQS::Queue'))) {
      expect(Properties.KmsMasterKeyId).toBe(KMS_KEY_ARN);
    }
  });
});
