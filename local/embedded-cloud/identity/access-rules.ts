import type { AccessRule } from './application-credentials.ts';

/** Of a path pattern: a `{name}` or a lone `*` stands for one segment, `**` for any text. */
const PATTERN_PART = /(?<segment>\{[^}]*\}|\*(?=$|[^*]))|(?<anything>\*\*)|(?<literal>[^{}*])/g;

/**
 * Whether one of the rules allows the request.
 *
 * @param services the names that the service asked goes by.
 * @see keystonemiddleware/auth_token/__init__.py validate_allowed_request and _path_matches (10.1.0)
 */
export function isAllowed(
  rules: readonly AccessRule[],
  services: readonly string[],
  method: string,
  path: string,
): boolean {
  return rules.some(
    (rule) => rule.method === method && services.includes(rule.service) && matchesPath(rule.path, path),
  );
}

function matchesPath(pattern: string, path: string): boolean {
  let expression = '';
  for (const { groups } of pattern.matchAll(PATTERN_PART)) {
    if (groups?.segment !== undefined) expression += '[^/]+';
    else if (groups?.anything !== undefined) expression += '.*';
    else expression += (groups?.literal ?? '').replace(/[\\^$.|?+()[\]]/, '\\$&');
  }
  return new RegExp(`^${expression}$`).test(path);
}
