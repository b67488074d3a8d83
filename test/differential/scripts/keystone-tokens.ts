import type { Asked, Script, Stage } from '../script.ts';

const TOKENS = 'keystone:/v3/auth/tokens';

export const keystoneTokens: Script = {
  name: 'keystone-tokens',
  async play(stage) {
    await discovery(stage);
    await scopes(stage);
    await wrongBodies(stage);
    await tokensOfTokens(stage);
    await validation(stage);
    await others(stage);
  },
};

const nobody = { as: 'nobody' } as const;

function logIn(stage: Stage, name: string, auth: unknown, asked: Asked = {}) {
  return stage.ask(name, 'POST', TOKENS, { ...nobody, body: { auth }, ...asked });
}

const byPassword = (stage: Stage, scope?: unknown) => ({
  identity: { methods: ['password'], password: stage.passwordOf('member') },
  ...(scope === undefined ? {} : { scope }),
});

async function discovery(stage: Stage): Promise<void> {
  await stage.ask('version list', 'GET', 'keystone:/', nobody);
  await stage.ask('version', 'GET', 'keystone:/v3', nobody);
  await stage.ask('version, with a slash', 'GET', 'keystone:/v3/', nobody);
  await stage.ask('version with a token', 'GET', 'keystone:/v3');
  await stage.ask('version 2', 'GET', 'keystone:/v2.0', nobody);
  await stage.ask('no route', 'GET', 'keystone:/v3/nonsuch', nobody);
  await stage.ask('no route, with a token', 'GET', 'keystone:/v3/nonsuch');
  await stage.ask('wrong method', 'PUT', TOKENS, { body: {} });
}

async function scopes(stage: Stage): Promise<void> {
  const { projectId } = stage;
  const domain = { id: 'default' };
  const scoped: readonly (readonly [string, unknown])[] = [
    ['for a project by id', { project: { id: projectId } }],
    ['for no project', undefined],
    ['for no project, explicitly', 'unscoped'],
    ['for no project, as an object', { unscoped: {} }],
    ['for the system', { system: { all: true } }],
    ['for a domain', { domain }],
    ['for an unknown project', { project: { id: '0'.repeat(32) } }],
    ['for a project without a domain', { project: { name: 'demo' } }],
    ['for a project in which the user has no role', { project: { name: 'other', domain } }],
    ['for a project of an unknown domain', { project: { name: 'demo', domain: { name: 'nope' } } }],
    ['for a project that is not named', { project: {} }],
    ['for nothing', {}],
    ['for another word', 'nonsuch'],
    ['for another thing', { nonsuch: {} }],
    ['for a project and a domain', { project: { id: projectId }, domain }],
  ];
  for (const [name, scope] of scoped) await logIn(stage, name, byPassword(stage, scope));
  const body = { auth: byPassword(stage, { project: { id: projectId } }) };
  await stage.ask('without the catalog', 'POST', `${TOKENS}?nocatalog`, { ...nobody, body });
}

async function wrongBodies(stage: Stage): Promise<void> {
  const { user } = stage.passwordOf('member') as { user: Record<string, unknown> };
  const password = (changed: object) => ({
    identity: { methods: ['password'], password: { user: changed } },
  });
  const wrong: readonly (readonly [string, unknown])[] = [
    ['wrong password', password({ ...user, password: 'no' })],
    ['no password', password({ name: user.name, domain: user.domain })],
    ['unknown user', password({ ...user, name: 'nobody' })],
    ['unknown user id', password({ id: 'nope', password: 'x' })],
    ['user without a domain', password({ name: user.name, password: user.password })],
    ['user of an unknown domain', password({ ...user, domain: { id: 'nope' } })],
    ['user that is not named', password({ password: 'x' })],
    ['no methods', { identity: {} }],
    ['empty methods', { identity: { methods: [] } }],
    ['methods no list', { identity: { methods: 'password' } }],
    ['another method', { identity: { methods: ['totp'], totp: {} } }],
    ['method without its part', { identity: { methods: ['password'] } }],
    ['another method without its part', { identity: { methods: ['totp'] } }],
    ['password without a user', { identity: { methods: ['password'], password: {} } }],
    ['no identity', {}],
  ];
  for (const [name, auth] of wrong) await logIn(stage, name, auth);
  await stage.ask('no auth', 'POST', TOKENS, { ...nobody, body: {} });
  await stage.ask('not JSON', 'POST', TOKENS, { ...nobody, body: '{' });
  const headers = { 'content-type': 'text/plain' };
  await stage.ask('not called JSON', 'POST', TOKENS, { ...nobody, body: 'hello', headers });
  await stage.ask('empty', 'POST', TOKENS, { ...nobody, body: '' });
}

async function tokensOfTokens(stage: Stage): Promise<void> {
  const scope = { project: { id: stage.projectId } };
  const token = (id: string) => ({ identity: { methods: ['token'], token: { id } } });
  const unscoped = textOfToken(await logIn(stage, 'an unscoped token', byPassword(stage)));
  stage.call(unscoped, 'unscoped token');
  const scoped = textOfToken(await logIn(stage, 'a token of it', { ...token(unscoped), scope }));
  stage.call(scoped, 'scoped token');
  await logIn(stage, 'a token of that, without a scope', token(scoped));
  const both = {
    methods: ['token', 'password'],
    token: { id: scoped },
    password: stage.passwordOf('member'),
  };
  await logIn(stage, 'a token and a password', { identity: both, scope });
  const others = { ...both, password: stage.passwordOf('reader') };
  await logIn(stage, "a token and somebody else's password", { identity: others, scope });
  await logIn(stage, 'a token of garbage', { ...token('garbage'), scope });
  await stage.ask('Cinder with an unscoped token', 'GET', '/backups', { token: unscoped });
  await stage.ask('Cinder with an unscoped token, no project in the URL', 'GET', 'cinder:/v3/backups', {
    token: unscoped,
  });
  await stage.ask('catalog of an unscoped token', 'GET', 'keystone:/v3/auth/catalog', { token: unscoped });
  await stage.ask('projects of an unscoped token', 'GET', 'keystone:/v3/auth/projects', { token: unscoped });
}

async function validation(stage: Stage): Promise<void> {
  const scope = { project: { id: stage.projectId } };
  const token = textOfToken(await logIn(stage, 'a token to look at', byPassword(stage, scope)));
  stage.call(token, 'the token');
  const about = (text: string) => ({ headers: { 'x-subject-token': text } });
  for (const as of ['member', 'reader', 'admin', 'nobody'] as const) {
    await stage.ask(`show as ${as}`, 'GET', `${TOKENS}?nocatalog`, { as, ...about(token) });
  }
  await stage.ask('show all of it', 'GET', TOKENS, about(token));
  await stage.ask('head', 'HEAD', TOKENS, about(token));
  await stage.ask('head of garbage', 'HEAD', TOKENS, about('garbage'));
  await stage.ask('show garbage', 'GET', TOKENS, about('garbage'));
  await stage.ask('show with a garbage token', 'GET', TOKENS, { token: 'garbage', ...about(token) });
  await stage.ask('show none', 'GET', TOKENS);
  await stage.ask('delete as reader', 'DELETE', TOKENS, { as: 'reader', ...about(token) });
  await stage.ask('delete garbage', 'DELETE', TOKENS, about('garbage'));
  await stage.ask('Cinder sees it', 'GET', '/backups', { token });
  await stage.ask('delete', 'DELETE', TOKENS, about(token));
  await stage.ask('delete again', 'DELETE', TOKENS, { as: 'admin', ...about(token) });
  await stage.ask('show it, revoked', 'GET', TOKENS, { as: 'admin', ...about(token) });
  await stage.ask('ask with it, revoked', 'GET', 'keystone:/v3/auth/projects', { token });
  await stage.ask('Cinder remembers it', 'GET', '/backups', { token });
  await logIn(stage, 'a token of a revoked one', {
    identity: { methods: ['token'], token: { id: token } },
    scope,
  });
  const unseen = textOfToken(
    await logIn(stage, 'a token that Cinder does not see', byPassword(stage, scope)),
  );
  stage.call(unseen, 'unseen token');
  await stage.ask('delete it', 'DELETE', TOKENS, about(unseen));
  await stage.ask('Cinder does not know it', 'GET', '/backups', { token: unseen });
}

async function others(stage: Stage): Promise<void> {
  await stage.ask('catalog', 'GET', 'keystone:/v3/auth/catalog');
  await stage.ask('catalog without a token', 'GET', 'keystone:/v3/auth/catalog', nobody);
  await stage.ask('domains to log in to', 'GET', 'keystone:/v3/auth/domains');
  await stage.ask('systems to log in to', 'GET', 'keystone:/v3/auth/system');
}

function textOfToken(answered: { readonly headers: Headers }): string {
  return answered.headers.get('x-subject-token') ?? '';
}
