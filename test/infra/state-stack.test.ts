import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../config/config.ts';
import { StateStack } from '../../lib/state-stack.ts';
import { KMS_KEY_ARN, minimalConfig, wholeConfig } from '../support/aws-configs.ts';

const TABLE = 'AWS::DynamoDB::Table';
const SECRET = 'AWS::SecretsManager::Secret';

function synthesise(config: Config = minimalConfig()) {
  const stack = new StateStack(new App(), config);
  return { stack, template: Template.fromStack(stack) };
}

describe('the state stack', () => {
  it('keeps the catalog when the stack is deleted or the table replaced', () => {
    synthesise().template.hasResource(TABLE, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  it('refuses to delete the catalog, and to be deleted itself', () => {
    const { stack, template } = synthesise();
    template.hasResourceProperties(TABLE, { DeletionProtectionEnabled: true });
    expect(stack.terminationProtection).toBe(true);
  });

  it('goes without a trace where the config says so', () => {
    const { stack, template } = synthesise(minimalConfig('aws: { onRemoval: delete }'));
    template.hasResource(TABLE, {
      DeletionPolicy: 'Delete',
      Properties: { DeletionProtectionEnabled: false },
    });
    expect(stack.terminationProtection).toBe(false);
  });

  it('can set the catalog back to any second', () => {
    synthesise().template.hasResourceProperties(TABLE, {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });

  it('encrypts the catalog with a key of this account', () => {
    synthesise().template.hasResourceProperties(TABLE, { SSESpecification: { SSEEnabled: true } });
  });

  it('encrypts catalog and secrets with the key that the config names', () => {
    const { template } = synthesise(wholeConfig());
    template.hasResourceProperties(TABLE, {
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: KMS_KEY_ARN },
    });
    template.hasResourceProperties(SECRET, { KmsKeyId: KMS_KEY_ARN });
  });

  it('pays for requests, so that it is neither throttled by a big slot nor paid for at rest', () => {
    synthesise().template.hasResourceProperties(TABLE, {
      BillingMode: 'PAY_PER_REQUEST',
      ProvisionedThroughput: Match.absent(),
    });
  });

  it('forgets by the attribute that only records of vanished backups carry', () => {
    synthesise().template.hasResourceProperties(TABLE, {
      TimeToLiveSpecification: { AttributeName: 'forgetAtEpochSeconds', Enabled: true },
    });
  });

  it('has the indexes of work and of decisions, with whole items in them', () => {
    const index = (name: string, partitionKey: string, sortKey: string) => ({
      IndexName: name,
      KeySchema: [
        { AttributeName: partitionKey, KeyType: 'HASH' },
        { AttributeName: sortKey, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    });
    synthesise().template.hasResourceProperties(TABLE, {
      GlobalSecondaryIndexes: [
        index('work', 'workCloud', 'openedAt'),
        index('decisions', 'decisionCloud', 'decideAt'),
      ],
    });
  });

  it('makes no secret where the config names one', () => {
    synthesise().template.resourceCountIs(SECRET, 0);
  });

  it('makes an empty secret, which it keeps, where the config names a place that only one machine has', () => {
    const { template } = synthesise(wholeConfig());
    template.resourceCountIs(SECRET, 1);
    template.hasResource(SECRET, {
      DeletionPolicy: 'Retain',
      Properties: {
        Name: 'cinderkeep/acme/attic',
        SecretString: Match.absent(),
        GenerateSecretString: Match.absent(),
      },
    });
  });

  it('is named and tagged by the deployment, so that two can share an account', () => {
    const { stack, template } = synthesise();
    expect(stack.stackName).toBe('cinderkeep-acme-state');
    expect(synthesise(minimalConfig('aws: { name: backups }')).stack.stackName).toBe('backups-state');
    template.hasResourceProperties(TABLE, {
      TableName: Match.absent(),
      Tags: [{ Key: 'cinderkeep:deployment', Value: 'acme' }],
    });
  });

  it('goes where the config says, with its tags', () => {
    const { stack, template } = synthesise(wholeConfig());
    expect([stack.account, stack.region]).toEqual(['111122223333', 'eu-central-1']);
    template.hasResourceProperties(TABLE, {
      Tags: Match.arrayWith([{ Key: 'team', Value: 'storage' }]),
    });
  });
});
