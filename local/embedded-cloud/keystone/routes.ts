import { listRules, removeRule, showRule } from './access-rules.ts';
import {
  listCredentials,
  postCredential,
  removeCredential,
  showCredential,
} from './application-credentials.ts';
import { callerOf, type KeystoneHandler, type KeystoneRoute, linkTo } from './call.ts';
import { listDomains, showDomain } from './domains.ts';
import {
  listOwnProjects,
  listProjects,
  listUserProjects,
  postProject,
  removeProject,
  showProject,
} from './projects.ts';
import {
  checkGrant,
  listAssignments,
  listGrants,
  listRoles,
  putGrant,
  removeGrant,
  showRole,
} from './roles.ts';
import { postToken, revokeToken, showCatalog, showToken } from './tokens.ts';
import { listUsers, postUser, removeUser, showUser } from './users.ts';
import { describeKeystone } from './version-documents.ts';

type Operation = KeystoneRoute['operation'];

const route = (
  method: string,
  path: string,
  handle: KeystoneHandler,
  operation: Operation = 'other-identity',
): KeystoneRoute => ({ method, path, operation, handle });

/** Nobody has a role on a domain or on the system. */
const listNothing =
  (name: 'domains' | 'system'): KeystoneHandler =>
  (call) => {
    callerOf(call);
    const links = { self: linkTo(call, `auth/${name}`) };
    const paging = name === 'domains' ? { next: null, previous: null } : {};
    return { status: 200, body: { [name]: [], links: { ...links, ...paging } } };
  };

const CREDENTIALS = '/users/:user/application_credentials';
const GRANTS = '/projects/:project/users/:user/roles';

/** Everything of Keystone's API that the embedded cloud knows, below `/identity/v3`. */
export const KEYSTONE_ROUTES: readonly KeystoneRoute[] = [
  route('GET', '', (call) => describeKeystone(call.origin), 'discover'),

  route('POST', '/auth/tokens', postToken, 'authenticate'),
  route('GET', '/auth/tokens', showToken, 'show-token'),
  route('DELETE', '/auth/tokens', revokeToken, 'revoke-token'),
  route('GET', '/auth/catalog', showCatalog),
  route('GET', '/auth/projects', listOwnProjects),
  route('GET', '/auth/domains', listNothing('domains')),
  route('GET', '/auth/system', listNothing('system')),

  route('GET', CREDENTIALS, listCredentials),
  route('POST', CREDENTIALS, postCredential),
  route('GET', `${CREDENTIALS}/:id`, showCredential),
  route('DELETE', `${CREDENTIALS}/:id`, removeCredential),
  route('GET', '/users/:user/access_rules', listRules),
  route('GET', '/users/:user/access_rules/:id', showRule),
  route('DELETE', '/users/:user/access_rules/:id', removeRule),

  route('GET', '/projects', listProjects),
  route('POST', '/projects', postProject),
  route('GET', '/projects/:id', showProject),
  route('DELETE', '/projects/:id', removeProject),
  route('GET', '/users', listUsers),
  route('POST', '/users', postUser),
  route('GET', '/users/:id', showUser),
  route('DELETE', '/users/:id', removeUser),
  route('GET', '/users/:id/projects', listUserProjects),
  route('GET', '/domains', listDomains),
  route('GET', '/domains/:id', showDomain),

  route('GET', '/roles', listRoles),
  route('GET', '/roles/:id', showRole),
  route('GET', '/role_assignments', listAssignments),
  route('GET', GRANTS, listGrants),
  route('HEAD', `${GRANTS}/:role`, checkGrant),
  route('PUT', `${GRANTS}/:role`, putGrant),
  route('DELETE', `${GRANTS}/:role`, removeGrant),
];
