import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CredentialsError, resolveCredentials } from '../../../../lambdas/adapters/cinder/credentials.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cinderkeep-credentials-'));
});
afterEach(() => rm(root, { recursive: true }));

type Env = Record<string, string | undefined>;

function resolve(auth: Parameters<typeof resolveCredentials>[0], env: Env = {}) {
  return resolveCredentials(auth, { env, cwd: join(root, 'work'), home: join(root, 'home') });
}

async function write(path: string, text: string): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

async function errorOf(resolved: Promise<unknown>): Promise<CredentialsError> {
  const error = await resolved.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CredentialsError);
  return error as CredentialsError;
}

const OPENRC: Env = {
  OS_AUTH_URL: 'https://keystone.example.org:5000/v3',
  OS_USERNAME: 'keeper',
  OS_PASSWORD: 'pa$$word',
  OS_PROJECT_NAME: 'demo',
  OS_USER_DOMAIN_NAME: 'Users',
  OS_PROJECT_DOMAIN_NAME: 'Projects',
};

describe('credentials from OS_* variables', () => {
  it('are those of an openrc file', async () => {
    const env = { ...OPENRC, OS_REGION_NAME: 'RegionOne', OS_INTERFACE: 'internal' };
    expect(await resolve('env', env)).toEqual({
      credentials: {
        type: 'password',
        authUrl: 'https://keystone.example.org:5000/v3',
        user: { name: 'keeper', domain: { name: 'Users' } },
        password: 'pa$$word',
        project: { name: 'demo', domain: { name: 'Projects' } },
      },
      region: 'RegionOne',
      interface: 'internal',
    });
  });

  it.each([
    [
      'ids outrank names',
      { OS_USER_ID: 'u1', OS_PROJECT_ID: 'p1' },
      { user: { id: 'u1' }, project: { id: 'p1' } },
    ],
    [
      'domains by id',
      {
        OS_USER_DOMAIN_NAME: '',
        OS_USER_DOMAIN_ID: 'd1',
        OS_PROJECT_DOMAIN_NAME: undefined,
        OS_PROJECT_DOMAIN_ID: 'd2',
      },
      { user: { name: 'keeper', domain: { id: 'd1' } }, project: { name: 'demo', domain: { id: 'd2' } } },
    ],
    [
      'one domain for both',
      { OS_USER_DOMAIN_NAME: '', OS_PROJECT_DOMAIN_NAME: '', OS_DEFAULT_DOMAIN: 'd1' },
      { user: { name: 'keeper', domain: { id: 'd1' } }, project: { name: 'demo', domain: { id: 'd1' } } },
    ],
    [
      'no domain at all',
      { OS_USER_DOMAIN_NAME: '', OS_PROJECT_DOMAIN_NAME: '' },
      { user: { name: 'keeper', domain: { id: 'default' } } },
    ],
    [
      'a project by its old name',
      { OS_PROJECT_NAME: '', OS_TENANT_NAME: 'old' },
      { project: { name: 'old', domain: { name: 'Projects' } } },
    ],
    [
      'an explicit type',
      { OS_AUTH_TYPE: 'v3password', OS_APPLICATION_CREDENTIAL_ID: 'left over' },
      { type: 'password' },
    ],
    ['a URL without a version', { OS_AUTH_URL: 'http://k/identity' }, { authUrl: 'http://k/identity' }],
  ])('take %s', async (_name, changes, expected) => {
    expect((await resolve('env', { ...OPENRC, ...changes })).credentials).toMatchObject(expected);
  });

  it('take an application credential by id, or by name and user', async () => {
    const authUrl = 'https://k/v3';
    const base = { OS_AUTH_URL: authUrl, OS_APPLICATION_CREDENTIAL_SECRET: 's3cret' };
    expect(
      (
        await resolve('env', {
          ...base,
          OS_AUTH_TYPE: 'v3applicationcredential',
          OS_APPLICATION_CREDENTIAL_ID: 'ac1',
        })
      ).credentials,
    ).toEqual({
      type: 'application-credential',
      authUrl,
      credential: { id: 'ac1' },
      secret: 's3cret',
    });
    expect(
      (await resolve('env', { ...base, OS_APPLICATION_CREDENTIAL_NAME: 'ac', OS_USER_ID: 'u1' })).credentials,
    ).toMatchObject({
      credential: { name: 'ac', user: { id: 'u1' } },
    });
  });

  it.each([
    ['OS_ENDPOINT_TYPE', 'internalURL', 'internal'],
    ['OS_INTERFACE', 'admin', 'admin'],
  ])('take the interface from %s', async (name, value, expected) => {
    expect((await resolve('env', { ...OPENRC, [name]: value })).interface).toBe(expected);
  });

  it('read the file of OS_CACERT, from the working directory or the home', async () => {
    await write('work/ca.pem', 'CERTIFICATE A');
    await write('home/certs/ca.pem', 'CERTIFICATE B');
    expect((await resolve('env', { ...OPENRC, OS_CACERT: 'ca.pem' })).ca).toBe('CERTIFICATE A');
    expect((await resolve('env', { ...OPENRC, OS_CACERT: '~/certs/ca.pem' })).ca).toBe('CERTIFICATE B');
    const error = await errorOf(resolve('env', { ...OPENRC, OS_CACERT: 'none.pem' }));
    expect(error.message).toBe(
      `OS_CACERT: cannot read ${join(root, 'work/none.pem')} (ENOENT); it must be a file of PEM certificates`,
    );
  });

  it.each([
    [
      { OS_AUTH_URL: '' },
      'OS_AUTH_URL is missing: the URL of Keystone, such as https://keystone.example.org:5000/v3',
    ],
    [{ OS_USERNAME: undefined }, 'OS_USERNAME is missing: the name of the user'],
    [{ OS_PASSWORD: '' }, 'OS_PASSWORD is missing: the password of the user'],
    [
      { OS_PROJECT_NAME: '' },
      'OS_PROJECT_NAME is missing: the name of the project that holds the volumes (or its id)',
    ],
    [{ OS_AUTH_URL: 'keystone:5000' }, 'OS_AUTH_URL is not a plain http(s) URL'],
    [{ OS_AUTH_URL: 'https://u:pa$$word@k/v3' }, 'OS_AUTH_URL is not a plain http(s) URL'],
    [{ OS_AUTH_URL: 'https://k/v2.0/' }, 'OS_AUTH_URL names Keystone v2.0, which is gone: use /v3'],
    [
      { OS_AUTH_TYPE: 'v3oidcpassword' },
      'auth type "v3oidcpassword" is not supported: use "password" or "v3applicationcredential"',
    ],
    [{ OS_INTERFACE: 'outside' }, 'OS_INTERFACE is "outside": it must be public, internal or admin'],
    [
      { OS_APPLICATION_CREDENTIAL_SECRET: 's3cret' },
      'OS_APPLICATION_CREDENTIAL_ID is missing: the id of the application credential (or its name together with its user)',
    ],
    [
      { OS_APPLICATION_CREDENTIAL_ID: 'ac1' },
      'OS_APPLICATION_CREDENTIAL_SECRET is missing: the secret of the application credential',
    ],
  ])('with %j say what is wrong', async (changes, message) => {
    const error = await errorOf(resolve('env', { ...OPENRC, ...changes }));
    expect(error.message).toContain(message);
    const shown = `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(error)}`;
    expect(shown).not.toMatch(/pa\$\$word|s3cret/);
  });

  it('that are not there at all say where to begin', async () => {
    expect((await errorOf(resolve('env'))).message).toMatch(/^OS_AUTH_URL is missing/);
  });
});

const CLOUDS = `
clouds:
  prod: &prod
    auth:
      auth_url: https://keystone.example.org:5000
      username: keeper
      password: 0123
      project_name: demo
    region_name: RegionOne
    interface: internal
  other:
    <<: *prod
    region_name: RegionTwo
`;

describe('credentials from clouds.yaml', () => {
  it('are those of the entry; digits stay as they are written', async () => {
    await write('work/clouds.yaml', CLOUDS);
    expect(await resolve({ cloudsYaml: 'prod' })).toEqual({
      credentials: {
        type: 'password',
        authUrl: 'https://keystone.example.org:5000',
        user: { name: 'keeper', domain: { id: 'default' } },
        password: '0123',
        project: { name: 'demo', domain: { id: 'default' } },
      },
      region: 'RegionOne',
      interface: 'internal',
    });
    expect((await resolve({ cloudsYaml: 'other' })).region).toBe('RegionTwo');
  });

  it('are sought in the working directory, then in the home, and where OS_CLIENT_CONFIG_FILE says before all', async () => {
    const at = (user: string) => CLOUDS.replace('keeper', user);
    const userOf = async (env: Env = {}) => (await resolve({ cloudsYaml: 'prod' }, env)).credentials;
    await write('home/.config/openstack/clouds.yml', at('home'));
    expect(await userOf()).toMatchObject({ user: { name: 'home' } });
    await write('xdg/openstack/clouds.yaml', at('xdg'));
    expect(await userOf({ XDG_CONFIG_HOME: join(root, 'xdg') })).toMatchObject({ user: { name: 'xdg' } });
    await write('work/clouds.yaml', at('work'));
    expect(await userOf()).toMatchObject({ user: { name: 'work' } });
    const named = await write('elsewhere/c.yaml', at('named'));
    expect(await userOf({ OS_CLIENT_CONFIG_FILE: named })).toMatchObject({ user: { name: 'named' } });
  });

  it('have their secrets merged over from secure.yaml', async () => {
    await write('work/clouds.yaml', CLOUDS);
    await write(
      'home/.config/openstack/secure.yaml',
      'clouds: { prod: { auth: { password: "from secure" } } }',
    );
    expect((await resolve({ cloudsYaml: 'prod' })).credentials).toMatchObject({
      user: { name: 'keeper' },
      password: 'from secure',
    });
  });

  it('stand on the profile that they name', async () => {
    await write(
      'work/clouds-public.yaml',
      'public-clouds: { acme: { auth: { auth_url: "https://acme/v3", project_name: base }, region_name: Acme } }',
    );
    await write(
      'work/clouds.yaml',
      'clouds: { prod: { profile: acme, auth: { username: u, password: p, project_name: mine } } }',
    );
    expect(await resolve({ cloudsYaml: 'prod' })).toMatchObject({
      credentials: { authUrl: 'https://acme/v3', project: { name: 'mine' } },
      region: 'Acme',
    });
  });

  it.each([
    [
      'an application credential',
      '{ auth_type: v3applicationcredential, auth: { auth_url: "https://k", application_credential_id: ac1, application_credential_secret: s } }',
      { credentials: { type: 'application-credential', credential: { id: 'ac1' } } },
    ],
    [
      'keys beside auth',
      '{ auth_url: "https://k", username: u, auth: { password: p, project_id: p1 } }',
      { credentials: { user: { name: 'u' }, project: { id: 'p1' } } },
    ],
    [
      'keys with hyphens',
      '{ region-name: R, auth: { auth-url: "https://k", user-id: u1, password: p, project-id: p1 } }',
      { region: 'R', credentials: { user: { id: 'u1' } } },
    ],
    [
      'the first of several regions',
      '{ regions: [{ name: A }, B], auth: { auth_url: "https://k", user_id: u1, password: p, project_id: p1 } }',
      { region: 'A' },
    ],
    [
      'the old name of the interface',
      '{ endpoint_type: publicURL, auth: { auth_url: "https://k", user_id: u1, password: p, project_id: p1 } }',
      { interface: 'public' },
    ],
    [
      'no check of certificates where there are none',
      '{ verify: false, auth: { auth_url: "http://k", user_id: u1, password: p, project_id: p1 } }',
      {},
    ],
  ])('take %s', async (_name, entry, expected) => {
    await write('work/clouds.yaml', `clouds: { prod: ${entry} }`);
    expect(await resolve({ cloudsYaml: 'prod' })).toMatchObject(expected);
  });

  it('are overlaid with the variables when OS_CLOUD names them', async () => {
    await write('work/clouds.yaml', CLOUDS);
    const env = { OS_CLOUD: 'prod', OS_PASSWORD: 'typed in', OS_REGION_NAME: 'Three' };
    expect(await resolve('env', env)).toMatchObject({
      credentials: { user: { name: 'keeper' }, password: 'typed in' },
      region: 'Three',
    });
    expect((await resolve({ cloudsYaml: 'prod' }, env)).region).toBe('RegionOne');
  });

  it('that are not there are named, with what is', async () => {
    const missing = await errorOf(resolve({ cloudsYaml: 'prod' }));
    expect(missing.message).toContain('no clouds.yaml to find cloud "prod" in; looked for');
    expect(missing.message).toContain(join(root, 'home/.config/openstack/clouds.yaml'));
    const file = await write('work/clouds.yaml', CLOUDS);
    expect((await errorOf(resolve({ cloudsYaml: 'prdo' }))).message).toBe(
      `${file} has no cloud "prdo"; it has: other, prod`,
    );
    await write('work/clouds.yaml', '');
    expect((await errorOf(resolve({ cloudsYaml: 'prod' }))).message).toContain('it has: none');
  });

  it.each([
    ['{ auth: { username: u, password: topsecret } }', 'auth.auth_url of cloud "prod" in'],
    ['{ auth: { auth_url: "https://k", username: u, project_id: p } }', 'auth.password of cloud "prod" in'],
    ['{ auth: topsecret }', 'auth.auth_url of cloud "prod" in'],
    [
      '{ auth: { auth_url: "https://k", username: u, password: [topsecret], project_id: p } }',
      'auth.password of cloud "prod" in',
    ],
    [
      '{ verify: false, auth: { auth_url: "https://k", username: u, password: topsecret, project_id: p } }',
      "false is not supported: name the cloud's certificate authority with cacert",
    ],
  ])('with %s say which key is at fault', async (entry, message) => {
    await write('work/clouds.yaml', `clouds: { prod: ${entry} }`);
    const error = await errorOf(resolve({ cloudsYaml: 'prod' }));
    expect(error.message).toContain(message);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('topsecret');
  });

  it('in a broken file are an error with its line, without the text of the line', async () => {
    const file = await write('work/clouds.yaml', 'clouds:\n  prod:\n    auth:\n      password: "topsecret\n');
    const error = await errorOf(resolve({ cloudsYaml: 'prod' }));
    expect(error.message).toMatch(new RegExp(`^${file}, line \\d: not valid YAML \\([A-Z_]+\\)$`));
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('topsecret');
  });
});
