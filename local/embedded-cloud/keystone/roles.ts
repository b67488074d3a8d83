import { DOMAIN, type Grant, ROLES, type Role } from '../identity/identity.ts';
import { authorize, type KeystoneAnswer, type KeystoneCall, linkTo, listAnswer } from './call.ts';
import { couldNotFind, notFound } from './errors.ts';

/** The id of a role: the same in every cloud, and 32 hexadecimal digits as any. */
export const roleId = (name: Role): string => Buffer.from(name.padEnd(16, '.')).toString('hex');

/** A role as lists and application credentials show it. */
export function roleView(name: Role) {
  return { id: roleId(name), name, domain_id: null, description: null, options: { immutable: true } };
}

const linkedView = (call: KeystoneCall, name: Role) => ({
  ...roleView(name),
  links: { self: linkTo(call, `roles/${roleId(name)}`) },
});

export function listRoles(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'list_roles');
  return listAnswer(
    call,
    'roles',
    ROLES.map((name) => linkedView(call, name)),
  );
}

export function showRole(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'get_role');
  return { status: 200, body: { role: linkedView(call, findRole(call.params[0] ?? '')) } };
}

export function findRole(id: string): Role {
  const role = ROLES.find((name) => roleId(name) === id);
  if (role === undefined) throw couldNotFind('role', id);
  return role;
}

/** The grant that `/projects/:project/users/:user/roles/:role` names. */
function grantOf({ cloud, params }: KeystoneCall): Grant {
  const [projectId = '', userId = '', role = ''] = params;
  if (cloud.identity.getUser(userId) === undefined) throw couldNotFind('user', userId);
  if (cloud.identity.getProject(projectId) === undefined) throw couldNotFind('project', projectId);
  return { projectId, userId, role: findRole(role) };
}

export function putGrant(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'create_grant');
  call.cloud.identity.grant(grantOf(call));
  return { status: 204 };
}

export function checkGrant(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'check_grant');
  return givenGrant(call) && { status: 204 };
}

export function removeGrant(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'revoke_grant');
  call.cloud.identity.revoke(givenGrant(call), call.nowMs);
  return { status: 204 };
}

function givenGrant(call: KeystoneCall): Grant {
  const grant = grantOf(call);
  if (call.cloud.identity.hasGrant(grant)) return grant;
  throw notFound(
    `Could not find role assignment with role: ${roleId(grant.role)}, user or group: ${grant.userId}, project, ` +
      `domain, or system: ${grant.projectId}.`,
  );
}

export function listGrants(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'list_grants');
  const [projectId, userId] = call.params;
  const granted = call.cloud.identity.grants.filter(
    (grant) => grant.projectId === projectId && grant.userId === userId,
  );
  return listAnswer(
    call,
    'roles',
    granted.map(({ role }) => linkedView(call, role)),
  );
}

/** `GET /role_assignments`, with filters of user, project and role, and with names if they are wanted. */
export function listAssignments(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'list_role_assignments');
  const { query, cloud } = call;
  const filters = [
    ['user.id', (grant: Grant) => grant.userId],
    ['scope.project.id', (grant: Grant) => grant.projectId],
    ['role.id', (grant: Grant) => roleId(grant.role)],
  ] as const;
  const grants = cloud.identity.grants.filter((grant) =>
    filters.every(([key, read]) => !query.has(key) || query.get(key) === read(grant)),
  );
  return listAnswer(
    call,
    'role_assignments',
    grants.map((grant) => assignmentView(call, grant)),
  );
}

function assignmentView(call: KeystoneCall, { userId, projectId, role }: Grant) {
  const { identity } = call.cloud;
  const isNamed = call.query.has('include_names');
  const named = (id: string, name: string | undefined) =>
    isNamed ? { id, name: name ?? '', domain: DOMAIN } : { id };
  return {
    links: { assignment: linkTo(call, `projects/${projectId}/users/${userId}/roles/${roleId(role)}`) },
    scope: { project: named(projectId, identity.getProject(projectId)?.name) },
    user: named(userId, identity.getUser(userId)?.name),
    role: isNamed ? { id: roleId(role), name: role } : { id: roleId(role) },
  };
}
