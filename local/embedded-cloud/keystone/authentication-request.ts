import { isObject, type Schema } from '../protocol/schema.ts';
import { badRequest, KeystoneRefusal, missing } from './errors.ts';
import { checkBody } from './request-body.ts';

export interface AskedDomain {
  readonly id?: string;
  readonly name?: string;
}

export interface AskedUser extends AskedDomain {
  readonly domain?: AskedDomain;
  readonly password?: string;
}

export interface AskedProject extends AskedDomain {
  readonly domain?: AskedDomain;
}

export interface AskedCredential extends AskedDomain {
  readonly secret?: string;
  readonly user?: AskedUser;
}

export interface AskedIdentity {
  readonly methods: readonly string[];
  readonly password?: { readonly user?: AskedUser };
  readonly token?: { readonly id: string };
  readonly application_credential?: AskedCredential;
}

export type AskedScope = 'unscoped' | { readonly project?: AskedProject } | undefined;

const text: Schema = { type: 'string' };
const domain: Schema = { type: 'object', properties: { id: text, name: text } };
const user: Schema = { type: 'object', properties: { id: text, name: text, domain, password: text } };
const project: Schema = { type: 'object', properties: { id: text, name: text, domain } };

/** @see keystone/auth/schema.py token_issue; the part on application credentials is checked by their plugin */
const auth: Schema = {
  type: 'object',
  properties: {
    identity: {
      type: 'object',
      properties: {
        methods: { type: 'array', items: text },
        password: { type: 'object', properties: { user } },
        token: { type: 'object', properties: { id: text }, required: ['id'] },
        application_credential: {
          type: 'object',
          properties: { id: text, name: text, secret: text, user },
        },
      },
      required: ['methods'],
    },
    scope: { type: ['object', 'string'], properties: { project, domain } },
  },
  required: ['identity'],
};

/** Those that Keystone names by default, of which the embedded one knows three. */
const METHODS = ['external', 'password', 'token', 'oauth1', 'mapped', 'application_credential'];
const SUPPORTED = new Set(['password', 'token', 'application_credential']);

/**
 * What a `POST /auth/tokens` asks for, in the order in which Keystone finds fault with it.
 *
 * @throws {KeystoneRefusal} 400 for what is missing; 401 for a method that it does not know.
 * @see keystone/api/_shared/authentication.py and keystone/auth/core.py AuthInfo; observed on Keystone 22.0.2 (Zed)
 */
export function readAuthentication(body: unknown): { identity: AskedIdentity; scope: AskedScope } {
  const asked = isObject(body) ? body.auth : undefined;
  if (asked === undefined || asked === null) throw missing('auth', 'request body');
  checkBody(asked, auth);
  const { identity, scope } = asked as { identity: AskedIdentity; scope?: AskedScope };
  checkMethods(identity);
  // An application credential cannot choose, and says so later.
  if (!identity.methods.includes('application_credential')) checkScope(scope);
  return { identity, scope };
}

function checkMethods(asked: AskedIdentity): void {
  for (const method of asked.methods) {
    if (!Object.hasOwn(asked, method)) throw missing(method, 'identity');
  }
  if (asked.methods.some((method) => !SUPPORTED.has(method))) {
    const message = 'Attempted to authenticate with an unsupported method.';
    throw new KeystoneRefusal(401, message, { methods: METHODS });
  }
  if (asked.methods.includes('password')) checkUser(asked.password?.user);
  if (asked.methods.includes('application_credential')) checkCredential(asked.application_credential);
}

function checkUser(asked: AskedUser | undefined): void {
  // The text is Keystone's own.
  if (asked === undefined) throw missing('user', 'None');
  checkNamed(asked, 'user', 'identity/password/user');
}

function checkCredential(asked: AskedCredential | undefined): void {
  if (asked?.id !== undefined) return;
  if (asked?.name === undefined) throw missing('id or name', 'application credential');
  if (asked.user === undefined) throw missing('user', 'application credential');
}

const SCOPES = ['system', 'project', 'domain', 'OS-TRUST:trust', 'unscoped'];

function checkScope(asked: AskedScope): void {
  if (asked === undefined || asked === 'unscoped') return;
  if (SCOPES.filter((scope) => Object.hasOwn(asked, scope)).length !== 1) {
    throw missing('system, project, domain, OS-TRUST:trust or unscoped', 'scope');
  }
  if (asked.project !== undefined) checkNamed(asked.project, 'project', 'scope/project');
}

/** An id says it all; a name is one of a domain. */
function checkNamed(asked: AskedUser | AskedProject, what: string, field: string): void {
  if (asked.id !== undefined) return;
  if (asked.name === undefined)
    throw badRequest(`Invalid input for field ${field}: id or name must be present.`);
  if (asked.domain === undefined) throw missing('domain', what);
}
