import type * as z from 'zod';
import * as aws from './aws-fields.ts';
import * as field from './fields.ts';

const shape = field.mapping(
  {
    account: aws.account.exactOptional().meta({
      description: 'Account to deploy to; without it, the one whose credentials deploy.',
    }),
    region: aws.region.exactOptional().meta({
      description: 'Region to deploy to; without it, the one that the AWS command line uses.',
    }),
    name: aws.namePrefix.exactOptional().meta({
      description: 'How the names of stacks and functions begin; by default cinderkeep-<deployment>.',
    }),
    tags: aws.tags.prefault({}).meta({ description: 'Tags of everything that is deployed.' }),
    onRemoval: field.oneOf(['keep', 'delete']).prefault('keep').meta({
      description: 'What becomes of catalog, secrets and logs when their stack is deleted.',
    }),
    vpc: aws.vpc.exactOptional().meta({ description: 'VPC in which the functions run; needs subnets.' }),
    subnets: aws.subnets.exactOptional().meta({ description: 'Subnets in which the functions run.' }),
    securityGroup: aws.securityGroups.exactOptional().meta({
      description:
        'Security groups of the functions; by default one of their own, which lets everything out.',
    }),
    kmsKey: aws.kmsKey
      .exactOptional()
      .meta({ description: 'Key for whatever is encrypted; by default keys of AWS.' }),
    permissionsBoundary: aws.managedPolicy
      .exactOptional()
      .meta({ description: 'Managed policy that bounds what any role here may do.' }),
    alarmsTo: aws.receivers
      .exactOptional()
      .meta({ description: 'Who is told of alarms: e-mail addresses or ARNs of SNS topics.' }),
    runbook: aws.pageUrl.exactOptional().meta({
      description: 'Where this team reads docs/runbook.md; alarms link to its headings.',
    }),
    dashboard: field.flag().prefault(false).meta({ description: 'Whether there is a CloudWatch dashboard.' }),
    metrics: field
      .flag()
      .prefault(false)
      .meta({ description: 'Whether each policy has CloudWatch metrics of its own.' }),
    tracing: field.flag().prefault(false).meta({ description: 'Whether X-Ray traces the functions.' }),
    memoryMib: aws.memoryMib.prefault(256).meta({
      description: 'The least memory of a function, in MiB; more for more than 10,000 volumes in a slot.',
    }),
    testEvents: field.flag().prefault(true).meta({
      description: 'Whether the functions have test events in the Lambda console.',
    }),
    logRetention: aws.logRetention
      .prefault('90d')
      .meta({ description: 'How long the logs of the functions stay.' }),
  },
  'settings of AWS',
);

/** Half a network is none: each key with what it needs beside it. */
const NETWORK_NEEDS = [
  [
    'vpc',
    'subnets',
    'is there without subnets; should have the subnets in which the functions run beside it',
  ],
  ['subnets', 'vpc', 'is there without vpc; should have the VPC that they are in beside it'],
  [
    'securityGroup',
    'vpc',
    'is there without vpc; should have the VPC that it is in, and its subnets, beside it',
  ],
] as const;

export const awsSchema = shape
  .superRefine((settings, context) => {
    for (const [key, needed, message] of NETWORK_NEEDS) {
      if (settings[key] !== undefined && settings[needed] === undefined) {
        context.addIssue({ code: 'custom', path: [key], message });
      }
    }
  })
  .transform(({ vpc, subnets, securityGroup, ...rest }) => ({
    ...rest,
    ...(vpc !== undefined &&
      subnets !== undefined && {
        network: { vpcId: vpc, subnetIds: subnets, securityGroupIds: securityGroup ?? [] },
      }),
  }));

export type AwsSection = z.output<typeof awsSchema>;
