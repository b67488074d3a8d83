import { describe, expect, it } from 'vitest';
import { aCloud, refusal, type TestCloud } from './a-cloud.ts';

const K = '/identity/v3';

async function idOf(cloud: TestCloud, kind: 'users' | 'projects' | 'roles', name: string): Promise<string> {
  const got = await cloud.ask('GET', `${K}/${kind}?name=${name}`, { as: 'admin' });
  return got.body[kind][0].id;
}

const namesOf = (rows: { name: string }[]) => rows.map(({ name }) => name);

describe('projects', () => {
  it('are shown to those who have a role in them', async () => {
    const cloud = await aCloud();
    const own = (as: 'member' | 'admin') => cloud.ask('GET', `${K}/auth/projects`, { as });
    expect(namesOf((await own('member')).body.projects)).toEqual(['demo']);
    expect(namesOf((await own('admin')).body.projects)).toEqual(['demo', 'other', 'admin']);
    const demo = await cloud.ask('GET', `${K}/projects/${cloud.credentials.projectId}`);
    expect(demo.body.project).toMatchObject({ name: 'demo', domain_id: 'default', enabled: true });
    const other = await idOf(cloud, 'projects', 'other');
    expect(refusal(await cloud.ask('GET', `${K}/projects/${other}`))).toBe(
      '403 You are not authorized to perform the requested action: identity:get_project.',
    );
    const members = `${K}/users/${await idOf(cloud, 'users', 'demo')}/projects`;
    expect(namesOf((await cloud.ask('GET', members)).body.projects)).toEqual(['demo']);
    expect((await cloud.ask('GET', members, { as: 'reader' })).status).toBe(403);
  });

  it('are made by an administrator for new users, who then work in them', async () => {
    const cloud = await aCloud();
    const as = 'admin';
    const made = await cloud.ask('POST', `${K}/projects`, { as, body: { project: { name: 'acme' } } });
    const projectId = made.body.project.id;
    const user = { name: 'alice', password: 'wonder', default_project_id: projectId };
    const userId = (await cloud.ask('POST', `${K}/users`, { as, body: { user } })).body.user.id;
    const login = () =>
      cloud.authenticate({
        identity: { methods: ['password'], password: { user: { id: userId, password: 'wonder' } } },
      });
    expect((await login()).status).toBe(401);
    const grant = `${K}/projects/${projectId}/users/${userId}/roles/${await idOf(cloud, 'roles', 'member')}`;
    expect((await cloud.ask('PUT', grant, { as })).status).toBe(204);
    expect((await cloud.ask('HEAD', grant, { as })).status).toBe(204);
    const got = await login();
    expect(got.body.token.project).toMatchObject({ id: projectId, name: 'acme' });
    const token = got.headers.get('x-subject-token') ?? '';
    const list = () => cloud.ask('GET', `/v3/${projectId}/volumes`, { as: 'nobody', token });
    expect((await list()).body).toEqual({ volumes: [] });
    expect((await cloud.ask('DELETE', grant, { as })).status).toBe(204);
    expect((await login()).status).toBe(401);
    expect((await cloud.ask('HEAD', grant, { as })).status).toBe(404);
    for (const path of [`/users/${userId}`, `/projects/${projectId}`]) {
      expect((await cloud.ask('DELETE', `${K}${path}`, { as })).status).toBe(204);
      expect((await cloud.ask('GET', `${K}${path}`, { as })).status).toBe(404);
    }
  });

  it.each([
    [
      '/projects',
      { project: { name: 'demo' } },
      /^409 Conflict occurred attempting to store project - it is not permitted/,
    ],
    [
      '/users',
      { user: { name: 'demo' } },
      /^409 Conflict .* Duplicate entry found with name demo at domain ID default\.$/,
    ],
    ['/projects', {}, /^400 'name' is a required property$/],
  ])('and users need a name of their own: POST %s %j', async (path, body, expected) => {
    const cloud = await aCloud();
    expect(refusal(await cloud.ask('POST', `${K}${path}`, { as: 'admin', body }))).toMatch(expected);
  });
});

describe('what only an administrator may see', () => {
  it.each([
    ['GET', '/projects', 'list_projects'],
    ['POST', '/projects', 'create_project'],
    ['GET', '/users', 'list_users'],
    ['POST', '/users', 'create_user'],
    ['GET', '/users/nope', 'get_user'],
    ['GET', '/domains', 'list_domains'],
    ['GET', '/roles', 'list_roles'],
    ['GET', '/role_assignments', 'list_role_assignments'],
    ['PUT', '/projects/a/users/b/roles/c', 'create_grant'],
  ])('%s %s', async (method, path, policy) => {
    const cloud = await aCloud();
    const got = await cloud.ask(method, `${K}${path}`, method === 'POST' ? { body: {} } : {});
    expect(refusal(got)).toBe(
      `403 You are not authorized to perform the requested action: identity:${policy}.`,
    );
    expect((await cloud.ask(method, `${K}${path}`, { as: 'admin' })).status).not.toBe(403);
    expect((await cloud.ask(method, `${K}${path}`, { as: 'nobody' })).status).toBe(401);
  });

  it('says who has which role where', async () => {
    const cloud = await aCloud();
    const user = await idOf(cloud, 'users', 'reader');
    const path = `${K}/role_assignments?user.id=${user}&include_names`;
    const got = await cloud.ask('GET', path, { as: 'admin' });
    expect(got.body.role_assignments).toMatchObject([
      { scope: { project: { name: 'demo' } }, user: { id: user, name: 'reader' }, role: { name: 'reader' } },
    ]);
  });
});
