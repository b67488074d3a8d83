import { describe, expect, it } from 'vitest';
import { aCloud, NOON, refusal, type TestCloud } from './a-cloud.ts';

const GENERIC = {
  error: {
    code: 401,
    message: 'The request you have made requires authentication.',
    title: 'Unauthorized',
  },
};

const password = (user: object) => ({ identity: { methods: ['password'], password: { user } } });
const credential = (fields: object) => ({
  identity: { methods: ['application_credential'], application_credential: fields },
});
const byName = { name: 'demo', domain: { name: 'Default' }, password: 'demo-secret' };

const scopes = (cloud: TestCloud) => [
  { project: { id: cloud.credentials.projectId } },
  { project: { name: 'demo', domain: { id: 'default' } } },
];

describe('POST /v3/auth/tokens', () => {
  it('issues a token for a project by id or by name, with the catalog in it', async () => {
    const cloud = await aCloud();
    for (const scope of scopes(cloud)) {
      const got = await cloud.authenticate({ ...password(byName), scope });
      expect(got.status).toBe(201);
      expect(got.headers.get('x-subject-token')).toMatch(/^gAAAAA/);
      expect(got.body.token).toMatchObject({
        methods: ['password'],
        user: { name: 'demo', domain: { id: 'default', name: 'Default' } },
        project: { id: cloud.credentials.projectId, name: 'demo' },
        issued_at: '2026-11-23T12:00:00.000000Z',
        expires_at: '2026-11-23T13:00:00.000000Z',
        roles: [{ name: 'member' }, { name: 'reader' }],
      });
      const types = got.body.token.catalog.map((service: { type: string }) => service.type);
      expect(types).toEqual(['identity', 'volumev3', 'block-storage', 'compute', 'image']);
      for (const endpoint of got.body.token.catalog[1].endpoints) {
        expect(endpoint).toMatchObject({
          region: 'RegionOne',
          url: `${cloud.cinderUrl}/${cloud.credentials.projectId}`,
        });
      }
    }
  });

  it('issues one without scope, which has neither project nor catalog', async () => {
    const cloud = await aCloud();
    const got = await cloud.authenticate(password(byName));
    expect(got.status).toBe(201);
    expect(got.body.token).not.toHaveProperty('catalog');
    const token = got.headers.get('x-subject-token') ?? '';
    expect(refusal(await cloud.ask('GET', '/backups', { as: 'nobody', token }))).toBe(
      '400 Malformed request url',
    );
    const bare = await cloud.ask('GET', '/v3/backups', { as: 'nobody', token });
    expect(refusal(bare)).toBe('403 Not authorized.');
  });

  it('takes an application credential by id, and by name with its user', async () => {
    const cloud = await aCloud();
    const { applicationCredentialId: id, applicationCredentialSecret: secret } = cloud.credentials;
    const user = { name: 'demo', domain: { id: 'default' } };
    for (const fields of [
      { id, secret },
      { name: 'cinderkeep', secret, user },
    ]) {
      const got = await cloud.authenticate(credential(fields));
      expect(got.status).toBe(201);
      expect(got.body.token).toMatchObject({
        methods: ['application_credential'],
        project: { id: cloud.credentials.projectId },
        application_credential: { id, name: 'cinderkeep', restricted: true },
      });
    }
  });

  it('refuses everything that does not fit with one and the same 401', async () => {
    const cloud = await aCloud();
    const { applicationCredentialId: id, applicationCredentialSecret: secret } = cloud.credentials;
    const wrong = [
      password({ ...byName, password: 'no' }),
      password({ ...byName, name: 'nobody' }),
      password({ ...byName, domain: { name: 'Elsewhere' } }),
      { ...password(byName), scope: { project: { id: 'nonsuch' } } },
      { ...password(byName), scope: { project: { name: 'other', domain: { id: 'default' } } } },
      { ...password(byName), scope: { domain: { id: 'default' } } },
      { ...password(byName), scope: { system: { all: true } } },
      credential({ id, secret: 'x' }),
      credential({ name: 'nonsuch', secret, user: { name: 'demo', domain: { id: 'default' } } }),
      { identity: { methods: [] } },
    ];
    for (const auth of wrong) {
      const got = await cloud.authenticate(auth);
      expect([got.status, got.body]).toEqual([401, GENERIC]);
    }
  });

  it('refuses an application credential with a scope', async () => {
    const cloud = await aCloud();
    const { applicationCredentialId: id, applicationCredentialSecret: secret, projectId } = cloud.credentials;
    const got = await cloud.authenticate({
      ...credential({ id, secret }),
      scope: { project: { id: projectId } },
    });
    expect(got.status).toBe(401);
    expect(got.body).toEqual({
      error: {
        code: 401,
        identity: {},
        message:
          'Error authenticating with application credential: Application credentials cannot request a scope.',
        title: 'Unauthorized',
      },
    });
  });

  it.each([
    [undefined, 'Expecting to find auth in request body.'],
    [{ identity: {} }, "Invalid input for field 'identity': 'methods' is a required property"],
    [{ identity: { methods: ['password'] } }, 'Expecting to find password in identity.'],
    [{ identity: { methods: ['password'], password: {} } }, 'Expecting to find user in None.'],
    [password({ name: 'demo', password: 'x' }), 'Expecting to find domain in user.'],
    [{ ...password(byName), scope: { project: { name: 'demo' } } }, 'Expecting to find domain in project.'],
    [credential({ name: 'cinderkeep', secret: 'x' }), 'Expecting to find user in application credential.'],
  ])('answers 400 to %j', async (auth, complaint) => {
    const cloud = await aCloud();
    const got = await cloud.authenticate(auth);
    expect(got.status).toBe(400);
    expect(got.body.error.title).toBe('Bad Request');
    expect(got.message?.startsWith(complaint)).toBe(true);
  });

  it('says which methods there are when it is asked for another', async () => {
    const cloud = await aCloud();
    const got = await cloud.authenticate({ identity: { methods: ['totp'], totp: {} } });
    expect(refusal(got)).toBe('401 Attempted to authenticate with an unsupported method.');
    expect(got.body.error.identity.methods).toContain('application_credential');
  });

  it('makes a token of a token, which does not outlive it and remembers it', async () => {
    const cloud = await aCloud();
    const unscoped = await cloud.authenticate(password(byName));
    cloud.pass(60);
    const token = { id: unscoped.headers.get('x-subject-token') };
    const got = await cloud.authenticate({
      identity: { methods: ['token'], token },
      scope: scopes(cloud)[0],
    });
    expect(got.status).toBe(201);
    expect(got.body.token).toMatchObject({
      methods: ['password', 'token'],
      expires_at: unscoped.body.token.expires_at,
      audit_ids: [expect.any(String), unscoped.body.token.audit_ids[0]],
      roles: [{ name: 'member' }, { name: 'reader' }],
    });
    const again = await cloud.authenticate({ identity: { methods: ['token'], token: { id: 'garbage' } } });
    expect(refusal(again)).toBe('404 Could not recognize Fernet token');
  });

  it('leaves the catalog out when asked to', async () => {
    const cloud = await aCloud();
    const body = { auth: { ...password(byName), scope: scopes(cloud)[0] } };
    const got = await cloud.ask('POST', '/identity/v3/auth/tokens?nocatalog', { as: 'nobody', body });
    expect(got.status).toBe(201);
    expect(got.body.token).not.toHaveProperty('catalog');
  });
});

describe('a token', () => {
  it('is shown to its user and to an administrator, and to nobody else', async () => {
    const cloud = await aCloud();
    const headers = { 'x-subject-token': await cloud.tokenOf('member') };
    const show = (as: 'member' | 'admin' | 'reader') =>
      cloud.ask('GET', '/identity/v3/auth/tokens', { as, headers });
    expect((await show('member')).body.token.issued_at).toBe(NOON.replace('Z', '.000000Z'));
    expect((await show('admin')).headers.get('x-subject-token')).toBe(headers['x-subject-token']);
    expect(refusal(await show('reader'))).toBe(
      '403 You are not authorized to perform the requested action: identity:validate_token.',
    );
    const head = await cloud.ask('HEAD', '/identity/v3/auth/tokens', { headers });
    expect([head.status, head.text]).toEqual([200, '']);
    const none = await cloud.ask('GET', '/identity/v3/auth/tokens', { as: 'nobody', headers });
    expect(none.body).toEqual(GENERIC);
  });

  it('that is revoked opens nothing more at Keystone', async () => {
    const cloud = await aCloud();
    const token = await cloud.tokenOf('member');
    const headers = { 'x-subject-token': token };
    const path = '/identity/v3/auth/tokens';
    expect((await cloud.ask('DELETE', path, { as: 'reader', headers })).status).toBe(403);
    expect((await cloud.ask('DELETE', path, { headers })).status).toBe(204);
    expect((await cloud.ask('GET', path, { token, headers })).status).toBe(401);
    expect(refusal(await cloud.ask('GET', path, { as: 'admin', headers }))).toBe(
      '404 Failed to validate token',
    );
  });

  it('has a catalog of its own address', async () => {
    const cloud = await aCloud();
    const got = await cloud.ask('GET', '/identity/v3/auth/catalog');
    const token = await cloud.ask('GET', '/identity/v3/auth/tokens', {
      headers: { 'x-subject-token': await cloud.tokenOf('member') },
    });
    expect(got.body.catalog).toEqual(token.body.token.catalog);
  });
});

describe('the way to Keystone', () => {
  it('is told at the root and at its version', async () => {
    const cloud = await aCloud();
    const root = await cloud.ask('GET', '/identity/', { as: 'nobody' });
    expect(root.status).toBe(300);
    const links = [{ rel: 'self', href: `${cloud.authUrl}/` }];
    expect(root.body.versions.values).toMatchObject([{ id: 'v3.14', status: 'stable', links }]);
    for (const path of ['/identity/v3', '/identity/v3/']) {
      const document = await cloud.ask('GET', path, { as: 'nobody' });
      expect([document.status, document.body.version.links]).toEqual([200, links]);
    }
  });

  it('leads nowhere else', async () => {
    const cloud = await aCloud();
    for (const path of ['/identity/v2.0', '/identity/v3/nonsuch']) {
      const got = await fetch(`http://127.0.0.1:${cloud.port}${path}`);
      expect([got.status, got.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    }
    const put = await fetch(`${cloud.authUrl}/auth/tokens`, { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'OPTIONS, GET, POST, DELETE, HEAD']);
    // To Cinder, which does not speak without a token, Keystone's routes are none.
    expect((await cloud.ask('GET', '/v3/', { as: 'nobody' })).status).toBe(401);
    expect((await cloud.ask('POST', '/v3/auth/tokens', { body: {} })).status).toBe(404);
  });
});
