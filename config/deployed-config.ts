import type { CloudBounds, Deployment } from '../lambdas/domain/deployment.ts';
import type { Operation } from '../lambdas/domain/operation.ts';
import type { Policy } from '../lambdas/domain/policy.ts';
import type { CloudSettings } from './config.ts';

/** What a function knows of the config: nothing that only means something on the machine that deployed it. */
export interface DeployedConfig {
  readonly deployment: Deployment;
  readonly clouds: ReadonlyMap<string, DeployedCloud>;
  /** Whether runs write metrics. */
  readonly metrics: boolean;
}

export interface DeployedCloud extends Omit<CloudSettings, 'auth' | 'ca'> {
  /** Name or ARN of the secret with the credential for each operation; what is missing cannot be done. */
  readonly secrets: { readonly [Each in Operation]?: string };
  /** PEM text. */
  readonly certificates?: string;
}

/** Of the text below. Functions and config are bundled together: another one means that a bundle was put together by hand. */
const FORM = 1;

interface Content {
  readonly form: number;
  readonly deployment: string;
  readonly clouds: readonly DeployedCloud[];
  readonly bounds: readonly CloudBounds[];
  readonly policies: readonly Policy[];
  readonly metrics: boolean;
}

/** As text for a function's bundle. The same config always gives the same text. */
export function formatDeployedConfig({ deployment, clouds, metrics }: DeployedConfig): string {
  const content: Content = {
    form: FORM,
    deployment: deployment.name,
    clouds: [...clouds.values()],
    bounds: [...deployment.clouds.values()],
    policies: [...deployment.policies.values()],
    metrics,
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** Reads what `formatDeployedConfig` wrote. @throws when a program of another version wrote it. */
export function parseDeployedConfig(text: string): DeployedConfig {
  const content = JSON.parse(text) as Content;
  if (content.form !== FORM) {
    throw new Error(`the bundled config has form ${content.form}, but this program reads form ${FORM}`);
  }
  const deployment: Deployment = {
    name: content.deployment,
    clouds: byName(content.bounds),
    policies: byName(content.policies),
  };
  return { deployment, clouds: byName(content.clouds), metrics: content.metrics };
}

function byName<Named extends { readonly name: string }>(items: readonly Named[]): Map<string, Named> {
  return new Map(items.map((item) => [item.name, item]));
}
