import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { CatalogAccess } from '../functions.ts';

export interface FunctionRoleProps {
  readonly description: string;
  readonly catalog: Table;
  readonly access: CatalogAccess;
  /** Of the secrets that it reads, as policies name them. */
  readonly credentialArns: readonly string[];
  /** Of functions of others that it invokes. */
  readonly hookArns: readonly string[];
  readonly failedRuns: Queue;
  readonly logGroup: ILogGroup;
  readonly encryptionKey: IKey | undefined;
  readonly isInNetwork: boolean;
}

/** What a function may do on AWS, action by action; each has one of its own. What it may do in a cloud is a matter of the credential. */
export class FunctionRole extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: FunctionRoleProps) {
    super(scope, id);
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      description: props.description,
    });
    this.#allowCatalog(props);
    this.#allow(['secretsmanager:GetSecretValue'], props.credentialArns);
    this.#allow(['lambda:InvokeFunction'], props.hookArns);
    this.#allow(['logs:CreateLogStream', 'logs:PutLogEvents'], [props.logGroup.logGroupArn]);
    this.#allow(['sqs:SendMessage'], [props.failedRuns.queueArn]);
    if (props.encryptionKey) {
      this.#allow(['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'], [props.encryptionKey.keyArn]);
    }
    if (props.isInNetwork) this.#allowNetwork();
  }

  #allowCatalog({ catalog, access }: FunctionRoleProps): void {
    const actions = [...access.reads, ...access.writes].map((action) => `dynamodb:${action}`);
    this.#allow(actions, [catalog.tableArn]);
    this.#allow(
      ['dynamodb:Query'],
      access.indexes.map((index) => `${catalog.tableArn}/index/${index}`),
    );
  }

  /** What Lambda does in the role's name to get a function into a VPC. */
  #allowNetwork(): void {
    this.#allow(
      [
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ],
      ['*'],
    );
  }

  #allow(actions: readonly string[], resources: readonly string[]): void {
    if (resources.length === 0) return;
    this.role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }
}
