import type { AwsSection } from './aws-schema.ts';

/** Where the functions run when their clouds are reached from a private network only. */
export interface NetworkSettings {
  readonly vpcId: string;
  /** Not empty. */
  readonly subnetIds: readonly string[];
  /** Empty: one is made that lets everything out. */
  readonly securityGroupIds: readonly string[];
}

/** Where and how a deployment runs on AWS. */
export interface AwsSettings {
  /** How the names of stacks and functions begin; no two deployments in one account and region share it. */
  readonly name: string;
  readonly account?: string;
  readonly region?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** What becomes of catalog, secrets and logs when their stack is deleted. */
  readonly onRemoval: 'keep' | 'delete';
  readonly network?: NetworkSettings;
  readonly kmsKeyArn?: string;
  readonly permissionsBoundaryArn?: string;
  /** E-mail addresses and ARNs of SNS topics. */
  readonly alarmsTo: readonly string[];
  /** The page to which alarms link. */
  readonly runbook: string;
  readonly dashboard: boolean;
  readonly metrics: boolean;
  readonly tracing: boolean;
  readonly testEvents: boolean;
  /** The least of a function. */
  readonly memoryMib: number;
  readonly logRetentionDays: number;
}

/** Where the runbook is for who has the project at hand. */
const RUNBOOK = 'docs/runbook.md';

/** A deployment's name has no hyphen and a stack's no underscore, so that different deployments have different names here too. */
export function toAwsSettings(deployment: string, section: AwsSection): AwsSettings {
  const { name, kmsKey, permissionsBoundary, alarmsTo, runbook, logRetention, ...same } = section;
  return {
    ...same,
    name: name ?? `cinderkeep-${deployment.replaceAll('_', '-')}`,
    ...(kmsKey !== undefined && { kmsKeyArn: kmsKey }),
    ...(permissionsBoundary !== undefined && { permissionsBoundaryArn: permissionsBoundary }),
    alarmsTo: alarmsTo ?? [],
    runbook: runbook ?? RUNBOOK,
    logRetentionDays: logRetention,
  };
}
