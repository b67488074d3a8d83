import { describe, expect, it } from 'vitest';
import { aCloud, refusal } from './a-cloud.ts';

const NOT_SUPPORTED = (version: string, max: string) =>
  `406 Version ${version} is not supported by the API. Minimum is 3.0 and maximum is ${max}.`;
const MALFORMED =
  '400 The server could not comply with the request since it is either malformed or otherwise incorrect.';

describe('the version header', () => {
  it.each([
    [undefined, 'volume 3.0'],
    ['volume 3.43', 'volume 3.43'],
    ['volume latest', 'volume 3.70'],
    ['compute 2.1, volume 3.45', 'volume 3.45'],
  ])('%s is answered with %s', async (sent, answered) => {
    const cloud = await aCloud({ release: 'zed' });
    const got = await cloud.ask('GET', '/backups', {
      headers: sent === undefined ? {} : { 'OpenStack-API-Version': sent },
    });
    expect(got.status).toBe(200);
    expect(got.headers.get('openstack-api-version')).toBe(answered);
    expect(got.headers.get('vary')).toBe('OpenStack-API-Version');
  });

  it.each([
    ['volume 3.71', NOT_SUPPORTED('3.71', '3.70')],
    ['volume 4.0', NOT_SUPPORTED('4.0', '3.70')],
    ['volume 2.0', NOT_SUPPORTED('2.0', '3.70')],
    ['volume 3', '400 API Version String 3 is of invalid format. Must be of format MajorNum.MinorNum.'],
    ['volume abc', '400 API Version String abc is of invalid format. Must be of format MajorNum.MinorNum.'],
    [
      'volume 3.1.2',
      '400 API Version String 3.1.2 is of invalid format. Must be of format MajorNum.MinorNum.',
    ],
    ['compute 2.1', MALFORMED],
    ['3.45', MALFORMED],
  ])('%s is refused: %s', async (sent, expected) => {
    const cloud = await aCloud({ release: 'zed' });
    const got = await cloud.ask('GET', '/backups', { headers: { 'OpenStack-API-Version': sent } });
    expect(refusal(got)).toBe(expected);
  });

  it('is bounded by what the cloud is told to support', async () => {
    const old = await aCloud({ maxMicroversion: '3.0' });
    expect(refusal(await old.ask('GET', '/backups', { version: '3.43' }))).toBe(NOT_SUPPORTED('3.43', '3.0'));
    const newest = await aCloud();
    expect((await newest.ask('GET', '/backups', { version: '3.71' })).status).toBe(200);
    await expect(aCloud({ maxMicroversion: '4.1' })).rejects.toThrow('max microversion 4.1: must be 3.N');
  });
});

describe('urls', () => {
  it('may leave the project out; links then leave it out too', async () => {
    const cloud = await aCloud();
    const id = await cloud.backUp(cloud.control.addVolume());
    const got = await cloud.ask('GET', `/v3/backups/${id}`);
    expect(got.body.backup.links[0].href).toBe(`${cloud.cinderUrl}/backups/${id}`);
  });

  it.each(['a154bed02e384611995710d1cbf23c6b', '00000000000000000000000000000000'])(
    "with a project that is not the token's are malformed: %s",
    async (project) => {
      const cloud = await aCloud();
      expect(refusal(await cloud.ask('GET', `/v3/${project}/backups`))).toBe('400 Malformed request url');
    },
  );

  it.each([
    ['GET', '/nonsuch'],
    ['GET', '/backups/'],
    ['PUT', '/backups'],
    ['DELETE', '/limits'],
  ])('%s %s is no route, with a code that is a string', async (method, path) => {
    const cloud = await aCloud();
    const got = await cloud.ask(method, path);
    expect(got.status).toBe(404);
    expect(got.body).toEqual({
      message: 'The resource could not be found.<br /><br />\n\n\n',
      code: '404 Not Found',
      title: 'Not Found',
    });
  });

  it('may end in .json', async () => {
    const cloud = await aCloud();
    expect((await cloud.ask('GET', '/backups.json?limit=1')).body).toEqual({ backups: [] });
  });

  it("answer with request ids, and with the date of the cloud's own clock", async () => {
    const cloud = await aCloud();
    const got = await cloud.ask('GET', '/backups');
    expect(got.headers.get('x-openstack-request-id')).toMatch(/^req-[0-9a-f-]{36}$/);
    expect(got.headers.get('x-compute-request-id')).toBe(got.headers.get('x-openstack-request-id'));
    expect(got.headers.get('date')).toBe('Mon, 23 Nov 2026 12:00:00 GMT');
  });

  it('at the root list the versions with 300, without a token', async () => {
    const cloud = await aCloud({ release: 'zed' });
    const got = await cloud.ask('GET', '/', { as: 'nobody' });
    expect(got.status).toBe(300);
    expect(got.body.versions[0]).toMatchObject({
      id: 'v3.0',
      status: 'CURRENT',
      version: '3.70',
      min_version: '3.0',
      links: [{ rel: 'describedby' }, { rel: 'self', href: `${cloud.cinderUrl}/` }],
    });
    expect((await cloud.ask('GET', '/v3/')).body).toEqual(got.body);
  });
});

describe('tokens', () => {
  const body = {
    error: {
      code: 401,
      title: 'Unauthorized',
      message: 'The request you have made requires authentication.',
    },
  };

  it('missing, made up, expired or forgotten are all the same 401', async () => {
    const cloud = await aCloud({ tokenSeconds: 60 });
    const token = await cloud.tokenOf('member');
    expect((await cloud.ask('GET', '/backups', { token })).status).toBe(200);
    const answers = [
      await cloud.ask('GET', '/backups', { as: 'nobody' }),
      await cloud.ask('GET', '/backups', { token: 'gAAAAAmadeup' }),
    ];
    cloud.pass(60);
    answers.push(await cloud.ask('GET', '/backups', { token }));
    cloud.pass(-60);
    cloud.control.revokeTokens();
    answers.push(await cloud.ask('GET', '/backups', { token }));
    for (const got of answers) {
      expect(got.status).toBe(401);
      expect(got.body).toEqual(body);
      expect(got.headers.get('www-authenticate')).toBe(
        `Keystone uri="http://127.0.0.1:${cloud.port}/identity/"`,
      );
    }
  });

  it('revoked work on for 300 s where Cinder has seen them, and not where it has not', async () => {
    const cloud = await aCloud();
    const seen = await cloud.tokenOf('member');
    const unseen = await cloud.tokenOf('reader');
    await cloud.ask('GET', '/backups', { token: seen });
    for (const token of [seen, unseen]) {
      const headers = { 'x-subject-token': token };
      const got = await cloud.ask('DELETE', '/identity/v3/auth/tokens', { as: 'admin', headers });
      expect(got.status).toBe(204);
    }
    expect((await cloud.ask('GET', '/backups', { token: seen })).status).toBe(200);
    expect((await cloud.ask('GET', '/backups', { token: unseen })).status).toBe(401);
    cloud.pass(300);
    expect((await cloud.ask('GET', '/backups', { token: seen })).status).toBe(401);
  });

  it('of a reader read; they change backups in Zed only', async () => {
    for (const [release, status] of [
      ['zed', 202],
      ['latest', 403],
    ] as const) {
      const cloud = await aCloud({ release });
      const volumeId = cloud.control.addVolume();
      expect((await cloud.ask('GET', '/backups', { as: 'reader' })).status).toBe(200);
      const got = await cloud.ask('POST', '/backups', {
        as: 'reader',
        body: { backup: { volume_id: volumeId } },
      });
      expect(got.status).toBe(status);
    }
  });

  it('of a project that was replaced are void, and the new one is empty', async () => {
    const cloud = await aCloud({ volumes: 2 });
    const before = cloud.credentials.projectId;
    const token = await cloud.tokenOf('member');
    const project = cloud.control.useProject();
    expect(project.id).not.toBe(before);
    expect(cloud.credentials).toMatchObject({ projectId: project.id, projectName: 'demo' });
    expect((await cloud.ask('GET', '/volumes', { token })).status).toBe(401);
    const got = await cloud.authenticate({
      identity: {
        methods: ['application_credential'],
        application_credential: {
          id: cloud.credentials.applicationCredentialId,
          secret: cloud.credentials.applicationCredentialSecret,
        },
      },
    });
    expect(got.body.token.project.id).toBe(project.id);
    const fresh = got.headers.get('x-subject-token') ?? '';
    const list = await cloud.ask('GET', `/v3/${project.id}/volumes`, { as: 'nobody', token: fresh });
    expect(list.body).toEqual({ volumes: [] });
  });
});
