import type { Asked, Script, Stage } from '../script.ts';

/** Application credentials and access rules. */
export const keystoneCredentials: Script = {
  name: 'keystone-credentials',
  async play(stage) {
    const credentials = new Credentials(stage);
    await plain(stage, credentials);
    await refusals(stage, credentials);
    await restricted(stage, credentials);
  },
};

class Credentials {
  readonly #stage: Stage;
  readonly path: string;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.path = `keystone:/v3/users/${stage.userIdOf('member')}/application_credentials`;
  }

  make(name: string, fields: Readonly<Record<string, unknown>>, asked: Asked = {}) {
    const body = { application_credential: fields };
    return this.#stage.ask(name, 'POST', this.path, { body, ...asked });
  }

  logIn(name: string, credential: object, more: object = {}) {
    const identity = { methods: ['application_credential'], application_credential: credential };
    const body = { auth: { identity, ...more } };
    return this.#stage.ask(name, 'POST', 'keystone:/v3/auth/tokens?nocatalog', { as: 'nobody', body });
  }
}

const nothing = '0'.repeat(32);

async function plain(stage: Stage, credentials: Credentials): Promise<void> {
  const { path } = credentials;
  const name = 'plain';
  const made = await credentials.make('make one', { name, secret: 's3cret' });
  const id = made.text('application_credential.id');
  await stage.ask('list by name', 'GET', `${path}?name=${name}`);
  await stage.ask('list by a name of none', 'GET', `${path}?name=nope`);
  await stage.ask('show', 'GET', `${path}/${id}`);
  await stage.ask('show none', 'GET', `${path}/nope`);
  await stage.ask('show as admin', 'GET', `${path}/${id}`, { as: 'admin' });
  await stage.ask('show as reader', 'GET', `${path}/${id}`, { as: 'reader' });
  await stage.ask('list as reader', 'GET', path, { as: 'reader' });
  const { user } = stage.passwordOf('member') as { user: { name: string; domain: object } };
  const owner = { name: user.name, domain: user.domain };
  const token =
    (await credentials.logIn('log in', { id, secret: 's3cret' })).headers.get('x-subject-token') ?? '';
  stage.call(token, 'credential token');
  await credentials.logIn('log in by name', { name, secret: 's3cret', user: owner });
  await credentials.logIn('log in by name, unknown', { name: 'nope', secret: 's3cret', user: owner });
  await credentials.logIn('log in by name without a user', { name, secret: 's3cret' });
  await credentials.logIn('log in, wrong secret', { id, secret: 'x' });
  await credentials.logIn('log in, no secret', { id });
  await credentials.logIn('log in, unknown', { id: nothing, secret: 's3cret' });
  await credentials.logIn(
    'log in for a project',
    { id, secret: 's3cret' },
    { scope: { project: { id: stage.projectId } } },
  );
  await credentials.logIn('log in for no project', { id, secret: 's3cret' }, { scope: 'unscoped' });
  await stage.ask('Cinder with its token', 'GET', '/backups', { token });
  const again = { identity: { methods: ['token'], token: { id: token } } };
  await stage.ask('a token of its token', 'POST', 'keystone:/v3/auth/tokens', {
    as: 'nobody',
    body: { auth: again },
  });
  await credentials.make('make another with its token', { name: 'child' }, { token });
  await stage.ask('delete with its token', 'DELETE', `${path}/${id}`, { token });
  await credentials.make('make it again', { name });
  await stage.ask('delete', 'DELETE', `${path}/${id}`);
  await stage.ask('delete again', 'DELETE', `${path}/${id}`);
  await credentials.logIn('log in with one deleted', { id, secret: 's3cret' });
  await stage.ask('ask with its token', 'GET', path, { token });
}

async function refusals(stage: Stage, credentials: Credentials): Promise<void> {
  const name = 'refused';
  const rule = { path: '/v3/x', method: 'GET', service: 'volumev3' };
  const wrong: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['make one without a name', {}],
    ['a role that the user has not', { name, roles: [{ name: 'admin' }] }],
    ['a role that there is not', { name, roles: [{ name: 'nope' }] }],
    ['a rule of an unknown method', { name, access_rules: [{ ...rule, method: 'FETCH' }] }],
    ['a rule of a path without a slash', { name, access_rules: [{ ...rule, path: 'v3' }] }],
    ['expired before it was made', { name, expires_at: '2020-01-01T00:00:00' }],
    ['expires never', { name, expires_at: 'never' }],
  ];
  for (const [what, fields] of wrong) await credentials.make(what, fields);
  await credentials.make('make one as somebody else', { name }, { as: 'reader' });
  await stage.ask('make one, no key', 'POST', credentials.path, { body: {} });
}

async function restricted(stage: Stage, credentials: Credentials): Promise<void> {
  const { path } = credentials;
  const rules = `keystone:/v3/users/${stage.userIdOf('member')}/access_rules`;
  const access_rules = [
    { path: `/v3/*/backups/detail`, method: 'GET', service: 'volumev3' },
    { path: `/v3/${stage.projectId}/limits`, method: 'GET', service: 'volumev3' },
  ];
  const made = await credentials.make('make one with everything', {
    name: 'restricted',
    secret: 's3cret',
    description: 'told',
    unrestricted: true,
    expires_at: '2037-01-01T00:00:00.000000Z',
    roles: [{ name: 'reader' }],
    access_rules,
  });
  const id = made.text('application_credential.id');
  const ruleIds = [0, 1].map((at) => made.text(`application_credential.access_rules.${at}.id`));
  for (const [at, rule] of ruleIds.entries()) stage.call(rule, `rule ${at}`);
  await stage.ask('show it', 'GET', `${path}/${id}`);
  const login = await credentials.logIn('log in with rules', { id, secret: 's3cret' });
  const token = login.headers.get('x-subject-token') ?? '';
  stage.call(token, 'restricted token');
  for (const allowed of ['/backups/detail', '/limits', '/backups', '/volumes']) {
    await stage.ask(`GET ${allowed} under rules`, 'GET', allowed, { token });
  }
  await stage.ask('POST /backups/detail under rules', 'POST', '/backups/detail', { token, body: {} });
  await stage.ask('its token, to who does not heed rules', 'GET', 'keystone:/v3/auth/tokens?nocatalog', {
    headers: { 'x-subject-token': token },
  });
  await stage.ask('its token, to who heeds rules', 'GET', 'keystone:/v3/auth/tokens?nocatalog', {
    headers: { 'x-subject-token': token, 'openstack-identity-access-rules': '1.0' },
  });
  await stage.ask('rule', 'GET', `${rules}/${ruleIds[0]}`);
  await stage.ask('rule of none', 'GET', `${rules}/nope`);
  await stage.ask('delete a rule in use', 'DELETE', `${rules}/${ruleIds[0]}`);
  const child = await credentials.make(
    'make another as an unrestricted one',
    { name: 'child', secret: 'x' },
    { token },
  );
  await stage.ask('delete the one it made', 'DELETE', `${path}/${child.text('application_credential.id')}`);
  await stage.ask('delete it', 'DELETE', `${path}/${id}`);
  for (const rule of ruleIds) await stage.ask('delete a rule', 'DELETE', `${rules}/${rule}`);
  await stage.ask('rules that are left', 'GET', rules);
}
