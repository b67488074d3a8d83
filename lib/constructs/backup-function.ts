import { ArnFormat, Duration, Stack, Validations } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  CfnFunction,
  Code,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AwsSettings } from '../../config/aws-settings.ts';
import { SETTING } from '../../lambdas/runtime/settings.ts';
import { BUNDLE_HANDLER, type FunctionName } from '../function-bundle.ts';
import type { FunctionDefinition } from '../functions.ts';
import type { CloudCredential } from './cloud-credential.ts';
import { FunctionLog } from './function-log.ts';
import { FunctionRole } from './function-role.ts';

/** What all functions of a deployment share. */
export interface FunctionSurroundings {
  readonly aws: AwsSettings;
  readonly catalog: Table;
  /** Of every cloud. */
  readonly credentials: readonly CloudCredential[];
  /** Functions that policies name as hooks, by name or ARN. */
  readonly hooks: readonly string[];
  /** Where an invocation by an event that failed is kept. */
  readonly failedRuns: Queue;
  readonly encryptionKey: IKey | undefined;
  /** Absent: the functions reach the clouds over the internet. */
  readonly vpcConfig: CfnFunction.VpcConfigProperty | undefined;
}

export interface BackupFunctionProps extends FunctionSurroundings {
  readonly name: FunctionName;
  readonly definition: FunctionDefinition;
  /** The directory with its bundle. */
  readonly bundle: string;
}

/**
 * One function with its role and its log. An event that fails is not repeated by AWS: repeating is the catalog's business, which knows
 * what was done already.
 */
export class BackupFunction extends Construct {
  readonly lambda: LambdaFunction;

  constructor(scope: Construct, id: string, props: BackupFunctionProps) {
    super(scope, id);
    const { name, definition, aws, credentials, encryptionKey, failedRuns, vpcConfig } = props;
    const { logGroup } = new FunctionLog(this, 'Log', { ...aws, encryptionKey });
    const { role } = new FunctionRole(this, 'Access', {
      ...props,
      description: `${aws.name}: what ${name} may do`,
      access: definition.catalog,
      credentialArns: credentials
        .filter((credential) => credential.servesAny(definition.operations))
        .map(({ policyArn }) => policyArn),
      hookArns: definition.asksHooks ? props.hooks.map((hook) => this.#arnOf(hook)) : [],
      logGroup,
      isInNetwork: vpcConfig !== undefined,
    });
    this.lambda = new LambdaFunction(this, 'Function', {
      functionName: `${aws.name}-${name}`,
      description: definition.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(props.bundle),
      handler: BUNDLE_HANDLER,
      memorySize: Math.max(definition.memoryMib, aws.memoryMib),
      timeout: Duration.minutes(definition.timeoutMinutes),
      role,
      logGroup,
      tracing: aws.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      environment: { [SETTING.catalogTable]: props.catalog.tableName },
      ...(encryptionKey && { environmentEncryption: encryptionKey }),
      retryAttempts: 0,
      maxEventAge: Duration.minutes(definition.maxEventAgeMinutes),
      // Not CDK's own destination, which would let the function read the queue too.
      onFailure: { bind: () => ({ destination: failedRuns.queueArn }) },
    });
    if (vpcConfig && this.lambda.node.defaultChild instanceof CfnFunction) {
      this.lambda.node.defaultChild.vpcConfig = vpcConfig;
    }
    if (vpcConfig || aws.tracing) {
      Validations.of(role).acknowledge({
        id: 'AwsSolutions-IAM5[Resource::*]',
        reason:
          'Lambda makes network interfaces in the role’s name, which have no name before; X-Ray’s traces are no resources that a policy could name.',
      });
    }
  }
  /** One that has only a name is in the account and region of the deployment. */
  #arnOf(hook: string): string {
    if (hook.startsWith('arn:')) return hook;
    return Stack.of(this).formatArn({
      service: 'lambda',
      resource: 'function',
      resourceName: hook,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }
}
