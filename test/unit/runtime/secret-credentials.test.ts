import { describe, expect, it } from 'vitest';
import { resolveFromSecrets } from '../../../lambdas/runtime/secret-credentials.ts';

const ENTRY = {
  auth: {
    auth_url: 'https://keystone.example.org:5000/v3',
    application_credential_id: '0123',
    application_credential_secret: 'hunter2',
  },
  region_name: 'RegionOne',
};

const CREDENTIALS = {
  type: 'application-credential',
  authUrl: 'https://keystone.example.org:5000/v3',
  credential: { id: '0123' },
  secret: 'hunter2',
};

const SECRETS = { read: 'cinderkeep/prod', create: 'cinderkeep/prod' };
const read = (text: string) => resolveFromSecrets({ name: 'prod', secrets: SECRETS }, async () => text);

async function refusalOf(text: string): Promise<string> {
  const error = await read(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error('it was taken');
  expect(error.cause).toBeUndefined();
  return error.message;
}

describe('credentials in a secret', () => {
  it('are an entry of clouds.yaml as JSON', async () => {
    const { credentials, ...around } = await read(JSON.stringify(ENTRY));
    expect(around).toEqual({ region: 'RegionOne' });
    expect(await credentials.read.get()).toEqual(CREDENTIALS);
  });

  it('may be flat, as the console makes them of keys and values', async () => {
    const { auth, ...rest } = ENTRY;
    const { credentials } = await read(JSON.stringify({ ...auth, ...rest }));
    expect(await credentials.read.get()).toEqual(CREDENTIALS);
  });

  it('may bring the certificates along as text, not as the path of a file', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    expect(await read(JSON.stringify({ ...ENTRY, cacert: pem }))).toMatchObject({ ca: pem });
    expect(await refusalOf(JSON.stringify({ ...ENTRY, cacert: '/etc/ssl/ca.pem' }))).toBe(
      'cacert of secret cinderkeep/prod is not PEM text; a function has no file to find it in',
    );
  });

  it('are known by the certificates of the config, if there are any', async () => {
    const own = JSON.stringify({ ...ENTRY, cacert: '-----BEGIN CERTIFICATE-----\nown' });
    const certificates = '-----BEGIN CERTIFICATE-----\nconfig';
    const resolved = await resolveFromSecrets(
      { name: 'prod', secrets: SECRETS, certificates },
      async () => own,
    );
    expect(resolved.ca).toBe(certificates);
  });

  it.each([
    ['no JSON', 'password: hunter2', 'secret cinderkeep/prod is not JSON'],
    ['JSON that is cut', JSON.stringify(ENTRY).slice(0, -3), 'secret cinderkeep/prod is not JSON'],
    ['no entry', '"hunter2"', 'auth of secret cinderkeep/prod is missing'],
    [
      'a key too few',
      JSON.stringify({ auth: { ...ENTRY.auth, auth_url: undefined } }),
      'auth.auth_url of secret cinderkeep/prod is missing',
    ],
  ])('are refused by name and never quoted: %s', async (_what, text, refusal) => {
    const message = await refusalOf(text);
    expect(message).toContain(refusal);
    expect(message).not.toContain('hunter2');
  });
});

describe('credentials in several secrets', () => {
  const places = { read: 'looking', create: 'making', prune: 'making' };

  it('are read when they are first needed, and once for operations that share one', async () => {
    const asked: string[] = [];
    const { credentials } = await resolveFromSecrets({ name: 'prod', secrets: places }, async (name) => {
      asked.push(name);
      return JSON.stringify(ENTRY);
    });
    expect(asked).toEqual(['looking']);
    await credentials.create?.get();
    await credentials.prune?.get();
    expect(asked).toEqual(['looking', 'making']);
    expect(credentials.restore).toBeUndefined();
  });

  it('are read again when they were refused, and are others only if they changed', async () => {
    let secret = 'hunter2';
    const { credentials } = await resolveFromSecrets({ name: 'prod', secrets: SECRETS }, async () =>
      JSON.stringify({ auth: { ...ENTRY.auth, application_credential_secret: secret } }),
    );
    const first = await credentials.read.get();
    expect(await credentials.read.renew(first)).toBeUndefined();
    secret = 'hunter3';
    expect(await credentials.read.renew(first)).toMatchObject({ secret: 'hunter3' });
    expect(await credentials.read.get()).toMatchObject({ secret: 'hunter3' });
  });
});
