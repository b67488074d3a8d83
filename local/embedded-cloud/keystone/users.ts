import { DOMAIN, type User } from '../identity/identity.ts';
import { newHexId } from '../identity/identity-ids.ts';
import { type Schema, TYPES } from '../protocol/schema.ts';
import { authorize, type KeystoneAnswer, type KeystoneCall, linkTo, listAnswer } from './call.ts';
import { conflict, couldNotFind } from './errors.ts';
import { readBody } from './request-body.ts';

function userView(call: KeystoneCall, { id, name, defaultProjectId }: User) {
  return {
    id,
    name,
    domain_id: DOMAIN.id,
    enabled: true,
    ...(defaultProjectId === undefined ? {} : { default_project_id: defaultProjectId }),
    password_expires_at: null,
    options: {},
    links: { self: linkTo(call, `users/${id}`) },
  };
}

export function listUsers(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'list_users');
  return listAnswer(
    call,
    'users',
    call.cloud.identity.users.map((user) => userView(call, user)),
  );
}

export function showUser(call: KeystoneCall): KeystoneAnswer {
  const id = call.params[0] ?? '';
  authorize(call, 'get_user', ({ user }) => user.id === id);
  return { status: 200, body: { user: userView(call, findUser(call, id)) } };
}

const newUser: Schema = {
  type: 'object',
  properties: {
    name: { ...TYPES.text, type: 'string', minLength: 1 },
    password: { type: ['string', 'null'] },
    default_project_id: { type: ['string', 'null'] },
  },
  required: ['name'],
};

export function postUser(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'create_user');
  const asked = readBody<{ name: string; password?: string | null; default_project_id?: string | null }>(
    call,
    'user',
    newUser,
  );
  const { identity } = call.cloud;
  if (identity.users.some(({ name }) => name === asked.name)) {
    throw conflict('user', `Duplicate entry found with name ${asked.name} at domain ID ${DOMAIN.id}`);
  }
  const user = identity.addUser({
    name: asked.name,
    // Without one nobody can log in.
    password: asked.password ?? newHexId(),
    defaultProjectId: asked.default_project_id ?? undefined,
  });
  return { status: 201, body: { user: userView(call, user) } };
}

export function removeUser(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'delete_user');
  call.cloud.identity.removeUser(findUser(call, call.params[0] ?? ''), call.nowMs);
  return { status: 204 };
}

function findUser({ cloud }: KeystoneCall, id: string): User {
  const user = cloud.identity.getUser(id);
  if (user === undefined) throw couldNotFind('user', id);
  return user;
}
