import type { AccessRule, ApplicationCredential } from '../identity/application-credentials.ts';
import { ROLES, type Role } from '../identity/identity.ts';
import { newSecret } from '../identity/identity-ids.ts';
import type { Token } from '../identity/tokens.ts';
import { formatStamp } from '../protocol/cloud-text.ts';
import type { Schema } from '../protocol/schema.ts';

import { authorize, callerOf, type KeystoneAnswer, type KeystoneCall, linkTo, listAnswer } from './call.ts';
import { badRequest, conflict, couldNotFind, forbidden, KeystoneRefusal, wrongRequest } from './errors.ts';
import { readBody } from './request-body.ts';
import { findRole, roleView } from './roles.ts';

function credentialView(call: KeystoneCall, credential: ApplicationCredential) {
  const { id, expires_at_ms } = credential;
  return {
    id,
    name: credential.name,
    description: credential.description,
    user_id: credential.user_id,
    project_id: credential.project_id,
    system: null,
    expires_at: expires_at_ms === null ? null : formatStamp(Math.floor(expires_at_ms / 1000)),
    unrestricted: credential.unrestricted,
    roles: credential.roles.map(roleView),
    ...(credential.access_rules === undefined ? {} : { access_rules: credential.access_rules.map(ruleView) }),
    links: { self: linkTo(call, `application_credentials/${id}`) },
  };
}

export const ruleView = ({ id, service, path, method }: AccessRule) => ({ id, service, path, method });

export function listCredentials(call: KeystoneCall): KeystoneAnswer {
  const userId = ownerOf(call, 'list_application_credentials');
  const credentials = call.cloud.identity.applicationCredentials.ofUser(userId);
  return listAnswer(
    call,
    'application_credentials',
    credentials.map((credential) => credentialView(call, credential)),
  );
}

export function showCredential(call: KeystoneCall): KeystoneAnswer {
  ownerOf(call, 'get_application_credential');
  return { status: 200, body: { application_credential: credentialView(call, findCredential(call)) } };
}

export function removeCredential(call: KeystoneCall): KeystoneAnswer {
  refuseRestricted(callerOf(call));
  ownerOf(call, 'delete_application_credential');
  call.cloud.identity.removeApplicationCredential(findCredential(call), call.nowMs);
  return { status: 204 };
}

const NAME = '^[a-zA-Z0-9-]+$';
const newCredential: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 255 },
    description: { type: ['string', 'null'] },
    secret: { type: ['string', 'null'] },
    expires_at: { type: ['string', 'null'] },
    roles: { type: 'array', items: { type: 'object' } },
    unrestricted: { type: ['boolean', 'null'] },
    access_rules: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          service: { type: 'string', pattern: NAME, minLength: 1, maxLength: 64 },
          path: { type: 'string', pattern: '^\\/.*', minLength: 0, maxLength: 225 },
          method: { type: 'string', pattern: '^(POST|GET|HEAD|PATCH|PUT|DELETE)$' },
          id: { type: 'string', pattern: NAME, minLength: 1, maxLength: 64 },
        },
        required: ['service', 'path', 'method'],
        additionalProperties: false,
      },
    },
  },
  required: ['name'],
};

interface AskedCredential {
  readonly name: string;
  readonly description?: string | null;
  readonly secret?: string | null;
  readonly expires_at?: string | null;
  readonly roles?: readonly { readonly id?: string; readonly name?: string }[];
  readonly unrestricted?: boolean | null;
  readonly access_rules?: readonly Omit<AccessRule, 'id' | 'user_id'>[];
}

/**
 * Makes a credential for the project of the caller's token, with its roles or fewer.
 *
 * @see keystone/api/users.py UserAppCredListCreateResource.post; texts observed on Keystone 22.0.2 (Zed)
 */
export function postCredential(call: KeystoneCall): KeystoneAnswer {
  const caller = callerOf(call);
  const userId = call.params[0] ?? '';
  const asked = readBody<AskedCredential>(call, 'application_credential', newCredential);
  refuseRestricted(caller);
  // Nobody makes them for others, not even an administrator.
  if (caller.user.id !== userId) throw forbidden('identity:create_application_credential');
  const { applicationCredentials } = call.cloud.identity;
  const fields = {
    name: asked.name,
    description: asked.description ?? null,
    secret: asked.secret ?? newSecret(),
    user_id: userId,
    project_id: caller.project?.id ?? null,
    roles: readRoles(caller, asked.roles),
    expires_at_ms: readExpiry(asked.expires_at ?? null, call.nowMs),
    unrestricted: asked.unrestricted ?? null,
  };
  if (applicationCredentials.find(userId, asked.name) !== undefined) {
    throw conflict('application_credential', `Duplicate entry found with name ${asked.name}`);
  }
  const rules = asked.access_rules?.map((rule) =>
    applicationCredentials.ruleOf({ ...rule, user_id: userId }),
  );
  const credential = applicationCredentials.add({ ...fields, access_rules: rules });
  const { links, ...view } = credentialView(call, credential);
  // The one time that the secret is shown.
  return { status: 201, body: { application_credential: { ...view, secret: credential.secret, links } } };
}

function readRoles(caller: Token, asked: AskedCredential['roles']): Role[] {
  const roles = asked?.map(({ id, name }) => (id === undefined ? roleNamed(name ?? '') : findRole(id)));
  if (roles?.some((role) => !caller.roles.includes(role))) {
    throw badRequest(
      'Invalid application credential: Cannot create an application credential with unassigned role',
    );
  }
  return roles ?? [...caller.roles];
}

function roleNamed(name: string): Role {
  const role = ROLES.find((one) => one === name);
  if (role === undefined) throw new KeystoneRefusal(404, `Role ${name} is not defined`);
  return role;
}

const STAMP = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?)Z?$/;

function readExpiry(text: string | null, nowMs: number): number | null {
  if (text === null) return null;
  const stamp = STAMP.exec(text)?.[1];
  const atMs = stamp === undefined ? Number.NaN : Date.parse(`${stamp}Z`);
  if (Number.isNaN(atMs)) throw wrongRequest('Timestamp not in expected format.');
  if (atMs < nowMs) throw wrongRequest("The 'expires_at' must not be before now.");
  return atMs;
}

/** A credential cannot multiply, or remove others, unless it was made `unrestricted`. */
function refuseRestricted({ applicationCredential }: Token): void {
  if (applicationCredential === undefined || applicationCredential.unrestricted === true) return;
  throw forbidden(
    "Using method 'application_credential' is not allowed for managing additional application credentials.",
  );
}

/** The user whose credentials the URL names, if the caller may look at them. */
export function ownerOf(call: KeystoneCall, policy: string): string {
  const userId = call.params[0] ?? '';
  authorize(call, policy, ({ user }) => user.id === userId);
  return userId;
}

function findCredential({ cloud, params }: KeystoneCall): ApplicationCredential {
  const [userId, id = ''] = params;
  const credential = cloud.identity.applicationCredentials.get(id);
  if (credential?.user_id !== userId) throw couldNotFind('Application Credential', id);
  return credential as ApplicationCredential;
}
