import { describe, expect, it } from 'vitest';
import { aCloud, refusal, type TestCloud } from './a-cloud.ts';

async function userIdOf(cloud: TestCloud, as: 'member' | 'reader' = 'member'): Promise<string> {
  const headers = { 'x-subject-token': await cloud.tokenOf(as) };
  return (await cloud.ask('GET', '/identity/v3/auth/tokens', { as, headers })).body.token.user.id;
}

/** Speaks of the member's application credentials. */
async function keeper(cloud: TestCloud) {
  const path = `/identity/v3/users/${await userIdOf(cloud)}`;
  return {
    path,
    ask: (method: string, below = '', asked: Parameters<TestCloud['ask']>[2] = {}) =>
      cloud.ask(method, `${path}/application_credentials${below}`, asked),
    create: (application_credential: object, token?: string) =>
      cloud.ask('POST', `${path}/application_credentials`, {
        body: { application_credential },
        ...(token === undefined ? {} : { token }),
      }),
    async tokenOf({ id, secret }: { id: string; secret: string }): Promise<string> {
      const identity = { methods: ['application_credential'], application_credential: { id, secret } };
      return (await cloud.authenticate({ identity })).headers.get('x-subject-token') ?? '';
    },
  };
}

describe('an application credential', () => {
  it('is made with the roles of its maker or fewer, and opens what they open', async () => {
    const cloud = await aCloud();
    const { create, tokenOf, ask } = await keeper(cloud);
    const got = await create({ name: 'all' });
    expect(got.status).toBe(201);
    expect(got.body.application_credential).toMatchObject({
      project_id: cloud.credentials.projectId,
      roles: [{ name: 'member' }, { name: 'reader' }],
      expires_at: null,
      unrestricted: null,
    });
    const { secret, ...shown } = got.body.application_credential;
    const token = await tokenOf({ id: shown.id, secret });
    expect((await cloud.ask('GET', '/backups', { token })).status).toBe(200);
    const fewer = await create({ name: 'fewer', roles: [{ name: 'reader' }], secret: 's3cret' });
    expect(fewer.body.application_credential).toMatchObject({
      roles: [{ name: 'reader' }],
      secret: 's3cret',
    });
    expect((await ask('GET', `/${shown.id}`)).body.application_credential).toEqual(shown);
    const names = (await ask('GET')).body.application_credentials.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['cinderkeep', 'all', 'fewer']);
    expect((await ask('GET', '?name=fewer')).body.application_credentials).toHaveLength(1);
  });

  it.each([
    [{}, "400 'name' is a required property"],
    [
      { name: 'cinderkeep' },
      '409 Conflict occurred attempting to store application_credential - Duplicate entry found with name cinderkeep.',
    ],
    [
      { name: 'x', roles: [{ name: 'admin' }] },
      '400 Invalid application credential: Cannot create an application credential with unassigned role',
    ],
    [{ name: 'x', roles: [{ name: 'nope' }] }, '404 Role nope is not defined'],
    [
      { name: 'x', access_rules: [{ path: '/v3', method: 'FETCH', service: 'volumev3' }] },
      "400 Invalid input for field 'access_rules/0/method': 'FETCH' does not match '^(POST|GET|HEAD|PATCH|PUT|DELETE)$'",
    ],
  ])('as %j is refused', async (asked, expected) => {
    const { create } = await keeper(await aCloud());
    expect(refusal(await create(asked))).toBe(expected);
  });

  it.each([
    ['never', 'Timestamp not in expected format.'],
    ['2026-11-23T11:59:59', "The 'expires_at' must not be before now."],
  ])('that expires %s is refused', async (expires_at, complaint) => {
    const { create } = await keeper(await aCloud());
    const got = await create({ name: 'x', expires_at });
    expect([got.status, got.message?.startsWith(complaint)]).toEqual([400, true]);
  });

  it('opens nothing once it has expired', async () => {
    const cloud = await aCloud();
    const { create, tokenOf } = await keeper(cloud);
    const got = await create({ name: 'x', expires_at: '2026-11-23T12:01:00Z' });
    expect(await tokenOf(got.body.application_credential)).not.toBe('');
    cloud.pass(61);
    expect(await tokenOf(got.body.application_credential)).toBe('');
  });

  it('makes and removes none itself, unless it was made unrestricted', async () => {
    const cloud = await aCloud();
    const { create, tokenOf, ask } = await keeper(cloud);
    const { applicationCredentialId: id, applicationCredentialSecret: secret } = cloud.credentials;
    const restricted = await tokenOf({ id, secret });
    const why =
      "403 You are not authorized to perform the requested action: Using method 'application_credential' is not allowed for managing additional application credentials..";
    expect(refusal(await create({ name: 'child' }, restricted))).toBe(why);
    expect(refusal(await ask('DELETE', `/${id}`, { token: restricted }))).toBe(why);
    const free = await create({ name: 'free', unrestricted: true });
    const child = await create({ name: 'child' }, await tokenOf(free.body.application_credential));
    expect(child.status).toBe(201);
  });

  it('is shown to its user and to an administrator, and made by its user alone', async () => {
    const cloud = await aCloud();
    const { ask } = await keeper(cloud);
    expect((await ask('GET', '', { as: 'admin' })).status).toBe(200);
    expect((await ask('GET', '', { as: 'reader' })).status).toBe(403);
    const body = { application_credential: { name: 'x' } };
    expect((await ask('POST', '', { as: 'admin', body })).status).toBe(403);
    expect(refusal(await ask('GET', '/nope'))).toBe('404 Could not find Application Credential: nope.');
  });

  it('that is removed takes its tokens with it', async () => {
    const cloud = await aCloud();
    const { ask, tokenOf } = await keeper(cloud);
    const { applicationCredentialId: id, applicationCredentialSecret: secret } = cloud.credentials;
    const token = await tokenOf({ id, secret });
    expect((await ask('DELETE', `/${id}`)).status).toBe(204);
    expect((await cloud.ask('GET', '/backups', { token })).status).toBe(401);
    const identity = { methods: ['application_credential'], application_credential: { id, secret } };
    expect(refusal(await cloud.authenticate({ identity }))).toBe(
      `404 Could not find Application Credential: ${id}.`,
    );
  });
});

describe('access rules', () => {
  const rule = (method: string, path: string, service = 'volumev3') => ({ method, path, service });

  async function restrict(cloud: TestCloud, ...access_rules: object[]) {
    const { create, tokenOf, ...rest } = await keeper(cloud);
    const got = await create({ name: 'restricted', access_rules });
    return {
      ...rest,
      credential: got.body.application_credential,
      token: await tokenOf(got.body.application_credential),
    };
  }

  it.each([
    [
      '*',
      '/v3/*/backups/detail',
      ['GET /backups/detail'],
      ['GET /backups', 'GET /backups/x', 'GET /volumes'],
    ],
    [
      '*',
      '/v3/*/backups/*',
      ['GET /backups/detail', 'GET /backups/x'],
      ['GET /backups', 'GET /backups/x/export_record'],
    ],
    ['**', '/v3/**', ['GET /backups', 'GET /backups/x/export_record', 'GET /volumes'], ['DELETE /backups/x']],
    ['{}', '/v3/{project_id}/backups', ['GET /backups'], ['GET /backups/x']],
    ['.', '/v3/./backups', [], ['GET /backups']],
  ])('with %s let pass what fits %s', async (_wildcard, path, allowed, refused) => {
    const cloud = await aCloud();
    const { token } = await restrict(cloud, rule('GET', path));
    const isLetIn = async (request: string) => {
      const [method = '', below = ''] = request.split(' ');
      return (await cloud.ask(method, below, { token })).status !== 401;
    };
    for (const request of allowed) expect([request, await isLetIn(request)]).toEqual([request, true]);
    for (const request of refused) expect([request, await isLetIn(request)]).toEqual([request, false]);
  });

  it("speak of Cinder by either of the catalog's names, and of no other service", async () => {
    for (const [service, status] of [
      ['volumev3', 200],
      ['block-storage', 200],
      ['compute', 401],
    ] as const) {
      const cloud = await aCloud();
      const { token } = await restrict(cloud, rule('GET', '/v3/*/backups', service));
      expect((await cloud.ask('GET', '/backups', { token })).status).toBe(status);
    }
  });

  it('show in the token to who heeds them', async () => {
    const cloud = await aCloud();
    const { token } = await restrict(cloud, rule('GET', '/v3/*/backups'));
    const show = (headers: Record<string, string>) =>
      cloud.ask('GET', '/identity/v3/auth/tokens', {
        as: 'admin',
        headers: { 'x-subject-token': token, ...headers },
      });
    expect((await show({})).status).toBe(404);
    const got = await show({ 'openstack-identity-access-rules': '1.0' });
    expect(got.body.token.application_credential.access_rules).toMatchObject([rule('GET', '/v3/*/backups')]);
  });

  it('of the same wording are one, and stay until nobody needs them and they are removed', async () => {
    const cloud = await aCloud();
    const asked = rule('GET', '/v3/*/backups');
    const { path, credential, ask } = await restrict(cloud, asked, asked);
    const [{ id }] = credential.access_rules;
    const list = async () => (await cloud.ask('GET', `${path}/access_rules`)).body.access_rules;
    expect(await list()).toMatchObject([{ id, ...asked }]);
    const remove = () => cloud.ask('DELETE', `${path}/access_rules/${id}`);
    expect(refusal(await remove())).toBe('403 May not delete access rule in use');
    await ask('DELETE', `/${credential.id}`);
    expect((await cloud.ask('GET', `${path}/access_rules/${id}`)).status).toBe(200);
    expect((await remove()).status).toBe(204);
    expect(await list()).toEqual([]);
  });
});
