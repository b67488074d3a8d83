import { type StackProps, Tags } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { Config } from '../config/config.ts';

/** What the config says of everything below a scope: its tags, and what bounds its roles. */
export function applyToAll(scope: IConstruct, { deployment, aws }: Config): void {
  for (const [key, value] of Object.entries({ ...aws.tags, 'cinderkeep:deployment': deployment.name })) {
    Tags.of(scope).add(key, value);
  }
  if (aws.permissionsBoundaryArn !== undefined) {
    const boundary = ManagedPolicy.fromManagedPolicyArn(scope, 'Boundary', aws.permissionsBoundaryArn);
    PermissionsBoundary.of(scope).apply(boundary);
  }
}

/** The id of one of the deployment's stacks, which is its name, and where it is deployed. */
export function toStack(part: string, { aws: { name, account, region } }: Config): [id: string, StackProps] {
  const env = { ...(account !== undefined && { account }), ...(region !== undefined && { region }) };
  return [`${name}-${part}`, { env }];
}
