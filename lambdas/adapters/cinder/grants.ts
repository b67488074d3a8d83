import type { AccessRule } from './access-rules.ts';
import type { Row } from './fields.ts';

/** What a token says that its owner may do. */
export interface Grants {
  /** Names of the roles in the project. */
  readonly roles: readonly string[];
  /** The only calls that an application credential may make; absent: whatever its roles allow. */
  readonly accessRules?: readonly AccessRule[];
  /** An application credential that may make further ones, with any of its user's roles. */
  readonly isUnrestricted: boolean;
}

/**
 * Reads what is there: a Keystone that says less is no reason to refuse its token.
 *
 * @see keystone/common/render_token.py render_token_response_from_model (22.0.2)
 */
export function readGrants(token: Row): Grants {
  const credential = asRow(token.application_credential);
  const rules = credential.access_rules;
  return {
    roles: asRows(token.roles).map(({ name }) => String(name)),
    ...(Array.isArray(rules) && { accessRules: asRows(rules).map(toRule) }),
    isUnrestricted: credential.restricted === false,
  };
}

function toRule({ method, path, service }: Row): AccessRule {
  return { method: String(method), path: String(path), service: String(service) };
}

function asRows(value: unknown): Row[] {
  return Array.isArray(value) ? value.map(asRow) : [];
}

function asRow(value: unknown): Row {
  return typeof value === 'object' && value !== null ? (value as Row) : {};
}
