import { OPERATIONS, type Operation } from '../lambdas/domain/operation.ts';
import { placeOf } from './auth-schema.ts';
import type { Config } from './config.ts';

/** A secret in AWS Secrets Manager that holds a credential of a cloud, an entry of `clouds.yaml` as JSON. */
export interface CloudSecret {
  /** Its name or, if the config gives that, its ARN. */
  readonly id: string;
  /** Whether it is the deployment's own: made empty when it is first deployed, and filled by a person. */
  readonly isOurs: boolean;
  /** What the credential is used for; not empty. */
  readonly operations: readonly Operation[];
}

/**
 * Where the credentials of a cloud are on AWS, each secret once. What has `env` or `{ cloudsYaml: … }`, which only mean something on one
 * machine, has a secret of the deployment's own there, so that one config serves both.
 *
 * @throws {Error} the cloud is not in the config.
 */
export function secretsOf(cloud: string, config: Config): readonly CloudSecret[] {
  const secrets = new Map<string, CloudSecret>();
  for (const operation of OPERATIONS) {
    const found = secretOf(cloud, operation, config);
    if (found === undefined) continue;
    const operations = [...(secrets.get(found.id)?.operations ?? []), operation];
    secrets.set(found.id, { ...found, operations });
  }
  return [...secrets.values()];
}

function secretOf(
  cloud: string,
  operation: Operation,
  { clouds, deployment }: Config,
): Omit<CloudSecret, 'operations'> | undefined {
  const auth = clouds.get(cloud)?.auth;
  if (auth === undefined) throw new Error(`cloud ${cloud} is not in the config`);
  const place = placeOf(auth, operation);
  if (place === undefined) return undefined;
  if (place.kind === 'secret') return { id: place.name, isOurs: false };
  const own = auth.kind === 'perOperation' ? `${cloud}/${operation}` : cloud;
  return { id: `cinderkeep/${deployment.name}/${own}`, isOurs: true };
}
