import { RemovalPolicy } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { AwsSettings } from '../../config/aws-settings.ts';

export interface FunctionLogProps extends Pick<AwsSettings, 'logRetentionDays' | 'onRemoval'> {
  readonly encryptionKey: IKey | undefined;
}

/**
 * Where a function logs. Its name is CloudFormation's choice: a log that was kept when its stack was deleted is not in the way of the next one.
 */
export class FunctionLog extends Construct {
  readonly logGroup: LogGroup;

  constructor(
    scope: Construct,
    id: string,
    { logRetentionDays, onRemoval, encryptionKey }: FunctionLogProps,
  ) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Group', {
      retention: logRetentionDays,
      removalPolicy: onRemoval === 'keep' ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY,
      ...(encryptionKey && { encryptionKey }),
    });
  }
}
