import { afterEach, describe, expect, it } from 'vitest';
import { type Cloud, CloudRefusedCredentialsError, CloudUnreachableError } from '../../lambdas/app/ports.ts';
import {
  backupRow,
  createTestClock,
  fault,
  passwordCredentials,
  type Script,
  type ScriptedCinder,
  type ScriptedRequest,
  startScriptedCinder,
} from '../support/scripted-cinder.ts';

const UNAUTHORISED = {
  status: 401,
  json: {
    error: {
      code: 401,
      title: 'Unauthorized',
      message: 'The request you have made requires authentication.',
    },
  },
};
const BACKUP = { json: { backup: backupRow(1) } };
const ID = String(backupRow(1).id);
const CREATE = { volumeId: String(backupRow(1).volume_id), name: 'n', type: 'full' } as const;

let cinder: ScriptedCinder | undefined;
async function start(script: Script): Promise<ScriptedCinder> {
  cinder = await startScriptedCinder(script);
  return cinder;
}
afterEach(() => cinder?.close());

function authOf(request: ScriptedRequest | undefined) {
  return JSON.parse(request?.body ?? '{}').auth;
}

describe('tokens', () => {
  it('are fetched once for a hundred callers', async () => {
    const { cloud, authentications } = await start({ cinder: () => BACKUP });
    const one = cloud();
    await Promise.all(Array.from({ length: 100 }, () => one.getBackup(ID)));
    expect(authentications).toHaveLength(1);
  });

  it('are renewed once when a hundred callers find theirs refused, and every call is made again', async () => {
    const revoked = new Set<string | undefined>();
    const { cloud, authentications, tokens, requests } = await start({
      cinder: ({ token }) => (revoked.has(token) ? UNAUTHORISED : BACKUP),
    });
    const one = cloud();
    await one.getBackup(ID);
    revoked.add(tokens[0]);
    const found = await Promise.all(Array.from({ length: 100 }, () => one.getBackup(ID)));
    expect(found.every((backup) => backup?.id === ID)).toBe(true);
    expect(authentications).toHaveLength(2);
    expect(requests.filter(({ token }) => token === tokens[1])).toHaveLength(100);
  });

  it('that are refused lead to a repeated POST: a 401 proves that nothing was done', async () => {
    const { cloud, requests } = await start({
      cinder: ({ method }, count) => {
        if (method === 'POST' && count === 1) return UNAUTHORISED;
        return { status: 202, json: { backup: { id: 'b1', name: 'n', links: [] } } };
      },
    });
    expect(await cloud().createBackup(CREATE)).toEqual({ outcome: 'accepted', id: 'b1' });
    expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  it('that are refused when fresh mean that the credentials are refused', async () => {
    const { cloud, authentications } = await start({ cinder: () => UNAUTHORISED });
    await expect(cloud().getBackup(ID)).rejects.toThrow(CloudRefusedCredentialsError);
    expect(authentications).toHaveLength(2);
  });

  it('are not asked for again with a password that Keystone refused', async () => {
    const { cloud, authentications } = await start({ cinder: () => BACKUP, keystone: () => UNAUTHORISED });
    const refused = cloud().getBackup(ID);
    await expect(refused).rejects.toThrow(CloudRefusedCredentialsError);
    await expect(refused).rejects.toThrow(
      /refused the password of user "keeper".*401 The request you have made/,
    );
    expect(authentications).toHaveLength(1);
  });

  it('are not asked for again with an application credential that is gone', async () => {
    const message = 'Could not find Application Credential: 7d069376f99440919bd3ad5441f2466f.';
    const { cloud, authentications } = await start({
      cinder: () => BACKUP,
      keystone: () => ({ status: 404, json: { error: { code: 404, message, title: 'Not Found' } } }),
    });
    const refused = cloud().getBackup(ID);
    await expect(refused).rejects.toThrow(CloudRefusedCredentialsError);
    await expect(refused).rejects.toThrow(message);
    expect(authentications).toHaveLength(1);
  });

  it('are fetched after a failed attempt to fetch one', async () => {
    const { cloud } = await start({
      cinder: () => BACKUP,
      keystone: (_request, _token, count) => (count === 1 ? UNAUTHORISED : undefined),
    });
    const one = cloud();
    await expect(one.getBackup(ID)).rejects.toThrow(CloudRefusedCredentialsError);
    expect((await one.getBackup(ID))?.id).toBe(ID);
  });

  it.each([
    ['a call', 3_500, (one: Cloud) => one.getBackup(ID), 2],
    ['a call', 3_400, (one: Cloud) => one.getBackup(ID), 1],
    ['a backup, whose upload may use the token for long', 1_850, (one: Cloud) => one.createBackup(CREATE), 2],
    ['a backup', 1_700, (one: Cloud) => one.createBackup(CREATE), 1],
  ] as const)('of an hour serve %s after %d s, renewed or not', async (_what, seconds, call, fetches) => {
    const clock = createTestClock();
    const { cloud, authentications } = await start({ clock, cinder: () => BACKUP });
    const one = cloud();
    await one.identify();
    clock.pass(seconds * 1_000);
    await call(one);
    expect(authentications).toHaveLength(fetches);
  });

  it('that have expired are renewed once for a hundred callers', async () => {
    const clock = createTestClock();
    const { cloud, authentications } = await start({ clock, cinder: () => BACKUP });
    const one = cloud();
    await one.identify();
    clock.pass(4_000_000);
    await Promise.all(Array.from({ length: 100 }, () => one.getBackup(ID)));
    expect(authentications).toHaveLength(2);
  });

  it('of a minute are not renewed at every call', async () => {
    const clock = createTestClock();
    const { cloud, authentications } = await start({ clock, tokenSeconds: 60, cinder: () => BACKUP });
    const one = cloud();
    for (let seconds = 0; seconds < 50; seconds += 10) {
      await one.getBackup(ID);
      clock.pass(10_000);
    }
    expect(authentications).toHaveLength(1);
  });

  it("live by Keystone's clock, however far it is from ours", async () => {
    const clock = createTestClock();
    const { cloud, authentications, tokens } = await start({
      clock,
      cinder: () => BACKUP,
      keystone: (_request, token) => ({
        status: 201,
        headers: { 'x-subject-token': 'abc' },
        json: {
          token: {
            ...token,
            issued_at: '2020-01-01T00:00:00.000000Z',
            expires_at: '2020-01-01T01:00:00.000000Z',
          },
        },
      }),
    });
    const one = cloud();
    await one.getBackup(ID);
    clock.pass(1_000_000);
    await one.getBackup(ID);
    expect(authentications).toHaveLength(1);
    expect(tokens).toEqual([]);
    clock.pass(2_500_000);
    await one.getBackup(ID);
    expect(authentications).toHaveLength(2);
  });

  it('are used until they expire while Keystone is down', async () => {
    const clock = createTestClock();
    const warnings: string[] = [];
    const { cloud } = await start({
      clock,
      cinder: () => BACKUP,
      keystone: (_request, _token, count) => (count === 1 ? undefined : fault(503, 'error', 'down')),
    });
    const one = cloud({ log: { info() {}, warn: (message) => warnings.push(message) } });
    await one.identify();
    clock.pass(3_500_000);
    expect((await one.getBackup(ID))?.id).toBe(ID);
    expect(warnings).toContain('token could not be renewed ahead of its time, keeping it until it expires');
    clock.pass(100_000);
    await expect(one.getBackup(ID)).rejects.toThrow('POST /auth/tokens: 503 down');
  });

  it('that cannot be read leave a deletion unsent', async () => {
    const { cloud } = await start({ cinder: () => BACKUP, keystone: () => ({ status: 201, json: {} }) });
    await expect(cloud().deleteBackup(ID)).rejects.toMatchObject({
      name: 'CinderProtocolError',
      sent: false,
    });
  });

  it('that Keystone does not send leave a create unsent', async () => {
    const clock = createTestClock();
    const { cloud, authentications } = await start({
      clock,
      cinder: () => BACKUP,
      keystone: (_request, _token, count) => (count === 1 ? undefined : (response) => response.destroy()),
    });
    const one = cloud();
    await one.identify();
    clock.pass(3_700_000);
    const error = await one.createBackup(CREATE).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CloudUnreachableError);
    expect(error).toMatchObject({ sent: false });
    expect(authentications).toHaveLength(1 + 5);
  });
});

describe('what Keystone is asked', () => {
  it('is a token for a user of a domain and a project of a domain', async () => {
    const { cloud, authentications } = await start({ cinder: () => BACKUP });
    await cloud().identify();
    expect(authOf(authentications[0])).toEqual({
      identity: {
        methods: ['password'],
        password: { user: { name: 'keeper', domain: { name: 'Default' }, password: 'pässword-of-the-test' } },
      },
      scope: { project: { name: 'demo', domain: { name: 'Default' } } },
    });
  });

  it('is no scope with an application credential, which brings its own', async () => {
    const { cloud, authentications, origin } = await start({ cinder: () => BACKUP });
    const authUrl = `${origin}/identity/v3/`;
    const type = 'application-credential';
    await cloud({ credentials: { type, authUrl, credential: { id: 'ac1' }, secret: 's' } }).identify();
    expect(authOf(authentications[0])).toEqual({
      identity: { methods: ['application_credential'], application_credential: { id: 'ac1', secret: 's' } },
    });
    const user = { name: 'u', domain: { id: 'default' } };
    await cloud({ credentials: { type, authUrl, credential: { name: 'ac', user }, secret: 's' } }).identify();
    expect(authOf(authentications[1])).toEqual({
      identity: {
        methods: ['application_credential'],
        application_credential: { name: 'ac', user, secret: 's' },
      },
    });
  });

  it('is named in the error when the token has no project', async () => {
    const { cloud } = await start({
      cinder: () => BACKUP,
      keystone: (_request, { ...token }) => ({
        status: 201,
        headers: { 'x-subject-token': 'abc' },
        json: { token: { ...token, project: undefined } },
      }),
    });
    await expect(cloud().identify()).rejects.toThrow('the token has no project');
  });

  it('is at the URL of the credentials, which is at fault when it is no Keystone', async () => {
    const { cloud, origin } = await start({
      cinder: () => ({ status: 404, text: '<html>No such page</html>' }),
    });
    const lost = cloud({ credentials: passwordCredentials(`${origin}/elsewhere`) }).identify();
    await expect(lost).rejects.toThrow('POST /auth/tokens: 404 No such page');
  });
});
