import { DOMAIN } from '../identity/identity.ts';
import type { Token } from '../identity/tokens.ts';
import { formatStamp } from '../protocol/cloud-text.ts';
import { authenticate, validToken } from './authentication.ts';
import { callerOf, type KeystoneAnswer, type KeystoneCall } from './call.ts';
import { forbidden, notFound } from './errors.ts';
import { roleId } from './roles.ts';
import { serviceCatalog } from './service-catalog.ts';

export function postToken(call: KeystoneCall): KeystoneAnswer {
  const token = authenticate(call.cloud, call.body, call.nowMs);
  return tokenAnswer(call, token, 201);
}

/** Also answers `HEAD`. */
export function showToken(call: KeystoneCall): KeystoneAnswer {
  const token = subjectOf(call, 'validate_token');
  // Whoever does not say that it heeds access rules might let the token do more than it may.
  if (token.applicationCredential?.access_rules !== undefined && !call.heedsAccessRules) {
    throw notFound('Failed to validate token');
  }
  return tokenAnswer(call, token, 200);
}

export function revokeToken(call: KeystoneCall): KeystoneAnswer {
  const { text } = subjectOf(call, 'revoke_token');
  call.cloud.identity.tokens.revokeWhere((token) => token.text === text, call.nowMs);
  return { status: 204 };
}

/** The token that the request is about: one of the caller's own, unless the caller is an administrator. */
function subjectOf(call: KeystoneCall, policy: string): Token {
  const caller = callerOf(call);
  if (call.subjectText === undefined) throw forbidden(`identity:${policy}`);
  const subject = validToken(call.cloud, call.subjectText, call.nowMs);
  const isAllowed = caller.roles.includes('admin') || caller.user === subject.user;
  if (!isAllowed) throw forbidden(`identity:${policy}`);
  return subject;
}

export function showCatalog(call: KeystoneCall): KeystoneAnswer {
  const { project } = callerOf(call);
  if (project === undefined) throw forbidden();
  const catalog = serviceCatalog(call.origin, project.id);
  return { status: 200, body: { catalog, links: { self: call.url } } };
}

function tokenAnswer(call: KeystoneCall, token: Token, status: number): KeystoneAnswer {
  const withCatalog = !call.query.has('nocatalog');
  return {
    status,
    headers: { 'X-Subject-Token': token.text },
    body: { token: tokenView(call.origin, token, withCatalog) },
  };
}

/** @see keystone/common/render_token.py render_token_response_from_model */
function tokenView(origin: string, token: Token, withCatalog: boolean): unknown {
  const { user, project } = token;
  const scope = project && {
    project: { domain: DOMAIN, id: project.id, name: project.name },
    is_domain: false,
    roles: token.roles.map((name) => ({ id: roleId(name), name })),
    ...(withCatalog ? { catalog: serviceCatalog(origin, project.id) } : {}),
  };
  return {
    methods: token.methods,
    user: { domain: DOMAIN, id: user.id, name: user.name, password_expires_at: null },
    audit_ids: token.auditIds,
    expires_at: `${formatStamp(Math.floor(token.expiresAtMs / 1000))}Z`,
    issued_at: `${formatStamp(Math.floor(token.issuedAtMs / 1000))}Z`,
    ...scope,
    ...credentialView(token),
  };
}

function credentialView({ applicationCredential: credential }: Token): object {
  if (credential === undefined) return {};
  const { id, name, unrestricted, access_rules } = credential;
  const rules = access_rules?.map(({ user_id: _, ...rule }) => rule);
  return {
    application_credential: {
      id,
      name,
      restricted: unrestricted !== true,
      ...(rules === undefined ? {} : { access_rules: rules }),
    },
  };
}
