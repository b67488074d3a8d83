import type { Operation } from '../../domain/operation.ts';
import type { ServiceEndpoint } from './service-endpoint.ts';
import { SERVICE_TYPES } from './service-endpoint.ts';

/** One call that an application credential may make, as Keystone writes access rules: `*` is one part of the path. */
export interface AccessRule {
  readonly method: string;
  readonly path: string;
  /** A service's type in the catalog. */
  readonly service: string;
}

/** Everything that the adapter asks of Cinder, by what it is done for. Whoever makes a new call adds it here. */
export const NEEDED_CALLS: Readonly<Record<Operation, readonly Omit<AccessRule, 'service'>[]>> = {
  read: [
    { method: 'GET', path: '/v3/' },
    { method: 'GET', path: '/v3/*/backups/*' },
    { method: 'GET', path: '/v3/*/volumes/*' },
    { method: 'GET', path: '/v3/*/snapshots/*' },
    { method: 'GET', path: '/v3/*/limits' },
    { method: 'GET', path: '/v3/*/messages' },
  ],
  create: [
    { method: 'GET', path: '/v3/' },
    { method: 'POST', path: '/v3/*/backups' },
    { method: 'PUT', path: '/v3/*/backups/*' },
    { method: 'POST', path: '/v3/*/snapshots' },
    { method: 'DELETE', path: '/v3/*/snapshots/*' },
  ],
  prune: [
    { method: 'GET', path: '/v3/' },
    { method: 'DELETE', path: '/v3/*/backups/*' },
  ],
  restore: [
    { method: 'GET', path: '/v3/' },
    { method: 'POST', path: '/v3/*/volumes' },
    { method: 'DELETE', path: '/v3/*/volumes/*' },
    { method: 'POST', path: '/v3/*/backups/*/restore' },
  ],
};

/** Asked only of clouds that do not show their versions at the root, which needs no token. */
const VERSIONS = '/v3/';

/**
 * The calls of these operations that access rules do not allow, such as `POST /v3/{project}/backups`. Which of Cinder's types a cloud's rules
 * must name is a setting of its own and cannot be seen: any of them will do here.
 *
 * @see keystonemiddleware/auth_token/__init__.py BaseAuthProtocol.validate_allowed_request (10.1.0)
 */
export function findMissingCalls(
  rules: readonly AccessRule[],
  operations: readonly Operation[],
  { rootPath }: Pick<ServiceEndpoint, 'rootPath'>,
): string[] {
  const needed = operations
    .flatMap((operation) => NEEDED_CALLS[operation])
    .filter(({ path }) => path !== VERSIONS);
  const missing = needed.filter(({ method, path }) => {
    const asked = rootPath + path.replaceAll('*', 'x');
    return !rules.some((rule) => {
      return rule.method === method && SERVICE_TYPES.includes(rule.service) && matchesPath(asked, rule.path);
    });
  });
  return missing.map(({ method, path }) => `${method} ${rootPath}${path}`);
}

/**
 * `*` and `{name}` are one part of a path, `**` is any number of them.
 *
 * @see keystonemiddleware/auth_token/__init__.py _path_matches (10.1.0)
 */
export function matchesPath(path: string, pattern: string): boolean {
  const source = pattern.replaceAll(/\{[^}]*\}|\*\*|\*|[.+^$()|[\]\\?{}]/g, (found) => {
    if (found === '**') return '.*';
    if (found === '*' || found.length > 1) return '[^/]+';
    return `\\${found}`;
  });
  return new RegExp(`^${source}$`).test(path);
}
