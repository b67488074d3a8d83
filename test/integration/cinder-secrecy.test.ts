import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { CinderCloudOptions } from '../../lambdas/adapters/cinder/cinder-cloud.ts';
import type { CloudCredentials } from '../../lambdas/adapters/cinder/credentials.ts';
import type { Cloud } from '../../lambdas/app/ports.ts';
import {
  backupRow,
  createTestClock,
  fault,
  PASSWORD,
  type Reply,
  type Script,
  type ScriptedCinder,
  startScriptedCinder,
} from '../support/scripted-cinder.ts';

const TOKEN = 'gAAAAA-token';
const SECRETS = [PASSWORD, TOKEN, 'proxy-password', 'credential-secret'];

let cinder: ScriptedCinder | undefined;
afterEach(() => cinder?.close());

const echoToken: Script['cinder'] = ({ token, body, headers }) =>
  fault(403, 'forbidden', `refused ${token} ${body} ${JSON.stringify(headers)}`);

const cut: Reply = (response) => response.destroy();

const CALLS: readonly (readonly [string, (cloud: Cloud) => Promise<unknown>])[] = [
  ['identify', (cloud) => cloud.identify()],
  ['list', (cloud) => Array.fromAsync(cloud.listBackups())],
  ['get', (cloud) => cloud.getBackup('b1')],
  ['create', (cloud) => cloud.createBackup({ volumeId: 'v1', name: 'n', type: 'full' })],
  ['delete', (cloud) => cloud.deleteBackup('b1')],
  ['restore', (cloud) => cloud.restoreBackup('b1', { volumeId: 'v1' })],
  ['limits', (cloud) => cloud.getLimits()],
];

const FAILURES: readonly (readonly [string, Omit<Script, 'clock'>])[] = [
  ['Cinder repeats our token', { cinder: echoToken }],
  [
    'Cinder repeats our token as text',
    { cinder: ({ token }) => ({ status: 400, text: `${token} ${token}` }) },
  ],
  [
    'Cinder repeats our token as the id of the request',
    { cinder: ({ token }) => ({ status: 400, headers: { 'x-openstack-request-id': String(token) } }) },
  ],
  [
    'Cinder repeats our token as its content type',
    { cinder: ({ token }) => ({ text: 'x', headers: { 'content-type': String(token) } }) },
  ],
  [
    'Cinder redirects with our token',
    { cinder: ({ token }) => ({ status: 302, headers: { location: `http://x/?t=${token}` } }) },
  ],
  ['Cinder cuts the connection', { cinder: () => cut }],
  ['Cinder refuses the token', { cinder: ({ token }) => fault(401, 'error', `no ${token}`) }],
  [
    'Cinder answers our token as a row',
    { cinder: ({ token }) => ({ json: { backups: [token], backup: token, limits: token } }) },
  ],
  [
    'Keystone repeats our password',
    { cinder: echoToken, keystone: ({ body }) => fault(401, 'error', `no: ${body}`) },
  ],
  [
    'Keystone fails with our password',
    { cinder: echoToken, keystone: ({ body }) => fault(400, 'error', `no: ${body}`) },
  ],
  [
    'Keystone fails with our password in a page',
    { cinder: echoToken, keystone: ({ body }) => ({ status: 502, text: body }) },
  ],
  ['Keystone cuts the connection', { cinder: echoToken, keystone: () => cut }],
  [
    'Keystone sends no JSON',
    {
      cinder: echoToken,
      keystone: ({ body }) => ({ status: 201, text: body, headers: { 'x-subject-token': TOKEN } }),
    },
  ],
  [
    'Keystone sends a token of another shape',
    {
      cinder: echoToken,
      keystone: () => ({
        status: 201,
        json: { token: { expires_at: TOKEN, project: {} } },
        headers: { 'x-subject-token': TOKEN },
      }),
    },
  ],
];

/** Everything that a logger could make of it. */
function shown(value: unknown): string {
  const parts = [
    String(value),
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    JSON.stringify(value),
  ];
  if (value instanceof Error) parts.push(value.stack ?? '', shown(value.cause ?? null));
  return parts.join('\n');
}

async function everythingSaid(
  script: Omit<Script, 'clock'>,
  options: Partial<CinderCloudOptions> = {},
): Promise<string> {
  const clock = createTestClock();
  cinder = await startScriptedCinder({ ...script, clock });
  const said: string[] = [];
  const log = {
    info: (message: string, fields?: object) => said.push(message, shown(fields)),
    warn: (message: string, fields?: object) => said.push(message, shown(fields)),
  };
  const cloud = cinder.cloud({ log, onExchange: (event) => said.push(shown(event)), ...options });
  for (const [, call] of CALLS) {
    said.push(shown(await call(cloud).catch((error: unknown) => error)));
  }
  return said.join('\n');
}

describe('no secret is in an error, an outcome, a log or a metric', () => {
  it.each(FAILURES)('when %s', async (_name, script) => {
    const said = await everythingSaid(script);
    for (const secret of SECRETS) expect(said).not.toContain(secret);
    expect(said).toMatch(/Error|outcome/);
  });

  it('when an application credential is refused', async () => {
    const script: Script = { cinder: echoToken, keystone: ({ body }) => fault(401, 'error', `no: ${body}`) };
    const credentials: CloudCredentials = {
      type: 'application-credential',
      authUrl: 'http://127.0.0.1:9/v3',
      credential: { id: 'ac1' },
      secret: 'credential-secret',
    };
    cinder = await startScriptedCinder(script);
    const authUrl = `${cinder.origin}/identity`;
    const error = await cinder
      .cloud({ credentials: { ...credentials, authUrl } })
      .identify()
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('refused the application credential ac1');
    expect(shown(error)).not.toContain('credential-secret');
  });

  it('when the proxy that has a password cannot be reached', async () => {
    const said = await everythingSaid(
      { cinder: echoToken },
      { proxyUrl: 'http://keeper:proxy-password@127.0.0.1:9' },
    );
    for (const secret of SECRETS) expect(said).not.toContain(secret);
    expect(said).not.toContain(Buffer.from('keeper:proxy-password').toString('base64'));
  });

  it('when a row has them nowhere, but is wrong', async () => {
    const said = await everythingSaid({
      cinder: () => ({ json: { backups: [backupRow(1, { size: null, status: null })] } }),
    });
    for (const secret of SECRETS) expect(said).not.toContain(secret);
  });
});
