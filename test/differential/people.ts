import type { Login } from './backend.ts';
import type { Who } from './script.ts';

export type Somebody = Exclude<Who, 'nobody'>;
export const PEOPLE: readonly Somebody[] = ['member', 'reader', 'admin', 'other', 'cloudadmin'];

/** A cloud's first administrator, who makes the others. */
export interface Founder {
  /** Ends in `/v3`. */
  readonly authUrl: string;
  readonly name: string;
  readonly password: string;
  /** The name of the project that `cloudadmin` works in. */
  readonly project: string;
}

export interface People {
  passwordOf(who: Somebody): Readonly<Record<string, unknown>>;
  logIn(who: Somebody): Promise<Login>;
}

const DOMAIN = { id: 'default' };

/** Makes projects and users of their own for one script, through Keystone, so that nothing else is to be seen there. */
export async function makePeople(founder: Founder, run: string): Promise<People> {
  const { authUrl } = founder;
  const adminPassword = passwordFor(founder.name, founder.password);
  const admin = await logIn(authUrl, adminPassword, { name: founder.project, domain: DOMAIN });
  const ask = (method: string, path: string, body?: object) =>
    askKeystone(authUrl, admin.token, method, path, body);

  const projectIds = {
    own: await makeProject('own'),
    other: await makeProject('other'),
    admin: admin.projectId,
  };
  const { roles } = await ask('GET', '/roles');
  await makeUser('member', 'own', 'member');
  await makeUser('reader', 'own', 'reader');
  await makeUser('other', 'other', 'member');
  await grant(admin.userId, projectIds.own, 'admin');

  async function makeProject(name: string): Promise<string> {
    return (await ask('POST', '/projects', { project: { name: `${name}-${run}` } })).project.id;
  }

  async function makeUser(name: string, project: 'own' | 'other', role: string): Promise<void> {
    const user = { name: `${name}-${run}`, password: `${name}-secret` };
    await grant((await ask('POST', '/users', { user })).user.id, projectIds[project], role);
  }

  async function grant(userId: string, projectId: string, role: string): Promise<void> {
    const { id } = roles.find(({ name }: { name: string }) => name === role);
    await ask('PUT', `/projects/${projectId}/users/${userId}/roles/${id}`);
  }

  const passwordOf = (who: Somebody) =>
    who === 'admin' || who === 'cloudadmin' ? adminPassword : passwordFor(`${who}-${run}`, `${who}-secret`);
  const projectOf = (who: Somebody): string => {
    if (who === 'cloudadmin') return projectIds.admin;
    return who === 'other' ? projectIds.other : projectIds.own;
  };
  return { passwordOf, logIn: (who) => logIn(authUrl, passwordOf(who), { id: projectOf(who) }) };
}

const passwordFor = (name: string, password: string) => ({ user: { name, domain: DOMAIN, password } });

async function logIn(authUrl: string, password: object, project: object): Promise<Login> {
  const auth = { identity: { methods: ['password'], password }, scope: { project } };
  const response = await send(authUrl, 'POST', '/auth/tokens', { auth });
  const { user, project: scope } = JSON.parse(await response.text()).token;
  const token = response.headers.get('x-subject-token') ?? '';
  return { token, userId: String(user.id), projectId: String(scope.id) };
}

async function askKeystone(authUrl: string, token: string, method: string, path: string, body?: object) {
  const text = await (await send(authUrl, method, path, body, { 'x-auth-token': token })).text();
  return text === '' ? undefined : JSON.parse(text);
}

async function send(
  authUrl: string,
  method: string,
  path: string,
  body?: object,
  headers = {},
): Promise<Response> {
  const response = await fetch(authUrl + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.ok) return response;
  throw new Error(`${method} ${authUrl}${path}: ${response.status} ${await response.text()}`);
}
