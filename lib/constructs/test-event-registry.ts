import { Duration, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  AwsCustomResource,
  AwsCustomResourcePolicy,
  Logging,
  PhysicalResourceId,
} from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import type { AwsSettings } from '../../config/aws-settings.ts';
import { FunctionLog } from './function-log.ts';

/** The Lambda console's own; there is one per account and region, for everyone's functions. */
export const TEST_EVENT_REGISTRY = 'lambda-testevent-schemas';

export interface TestEventRegistryProps {
  readonly aws: AwsSettings;
  readonly encryptionKey: IKey | undefined;
}

/**
 * Sees to it that the registry exists. It is made by whoever first shares a test event, so that a template cannot simply have it: made twice, it
 * fails; deleted with this stack, it takes everyone's events along. So one call creates it, "it is there" is as good, and nothing deletes it.
 */
export class TestEventRegistry extends Construct {
  constructor(scope: Construct, id: string, { aws, encryptionKey }: TestEventRegistryProps) {
    super(scope, id);
    const arn = Stack.of(this).formatArn({
      service: 'schemas',
      resource: 'registry',
      resourceName: TEST_EVENT_REGISTRY,
    });
    const create = {
      service: 'schemas',
      action: 'CreateRegistry',
      parameters: {
        RegistryName: TEST_EVENT_REGISTRY,
        Description: 'Test events that are shared in the Lambda console',
      },
      physicalResourceId: PhysicalResourceId.of(TEST_EVENT_REGISTRY),
      ignoreErrorCodesMatching: 'ConflictException',
      logging: Logging.withDataHidden(),
    };
    const { logGroup } = new FunctionLog(this, 'Log', { ...aws, encryptionKey });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(role);
    new AwsCustomResource(this, 'Create', {
      onCreate: create,
      policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: [arn] }),
      installLatestAwsSdk: false,
      timeout: Duration.minutes(2),
      logGroup,
      role,
    });
  }
}
