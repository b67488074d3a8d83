import type { Deployment } from '../../lambdas/domain/deployment.ts';
import type { Policy } from '../../lambdas/domain/policy.ts';
import { UsageError } from './usage-error.ts';

/** The policy that `--policy` names. @throws {UsageError} naming those that there are. */
export function findConfigPolicy(name: string, { policies }: Deployment, file: string): Policy {
  const policy = policies.get(name);
  if (policy !== undefined) return policy;
  const known = [...policies.keys()].join(', ') || 'none';
  throw new UsageError(`--policy: there is no policy "${name}" in ${file}; there is ${known}`);
}
