import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CinderCloudOptions, createCinderCloud } from '../../lambdas/adapters/cinder/cinder-cloud.ts';
import type { CloudCredentials } from '../../lambdas/adapters/cinder/credentials.ts';
import type { Clock, Cloud } from '../../lambdas/app/ports.ts';

export const PROJECT = '0123456789abcdef0123456789abcdef';
export const PASSWORD = 'pässword-of-the-test';

export interface TestClock extends Clock {
  /** What was slept, in ms; sleeping takes no real time. */
  readonly sleeps: number[];
  pass(ms: number): void;
}

export function createTestClock(startAt = new Date('2026-11-23T12:00:00Z')): TestClock {
  let nowMs = startAt.getTime();
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => new Date(nowMs),
    async sleep(ms) {
      sleeps.push(ms);
      nowMs += ms;
    },
    pass(ms) {
      nowMs += ms;
    },
  };
}

export interface ScriptedRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ScriptedAnswer {
  readonly status?: number;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What to say to a request; a function writes to the connection itself. */
export type Reply = ScriptedAnswer | ((response: ServerResponse, request: IncomingMessage) => void);

export interface ScriptedCinder {
  readonly origin: string;
  readonly server: Server;
  /** All but those to Keystone. */
  readonly requests: ScriptedRequest[];
  /** What Keystone was sent. */
  readonly authentications: ScriptedRequest[];
  /** The tokens that were given out, oldest first. */
  readonly tokens: string[];
  readonly credentials: CloudCredentials;
  cloud(options?: Partial<CinderCloudOptions>): Cloud;
  close(): Promise<void>;
}

export interface Script {
  /** Everything below `/v3/PROJECT`, and whatever else is asked for. */
  readonly cinder: (request: ScriptedRequest, count: number) => Reply | Promise<Reply>;
  /** Default: the token below. */
  readonly keystone?: (request: ScriptedRequest, token: object, count: number) => Reply | undefined;
  /** Default: 3.71. */
  readonly versions?: Reply;
  /** Endpoint in the catalog, after the origin. */
  readonly endpointPath?: string;
  readonly clock?: TestClock;
  readonly tokenSeconds?: number;
}

/** A server that plays Keystone and, as the test says, a Cinder that may behave as badly as it likes. */
export async function startScriptedCinder(script: Script): Promise<ScriptedCinder> {
  const clock = script.clock ?? createTestClock();
  const requests: ScriptedRequest[] = [];
  const authentications: ScriptedRequest[] = [];
  const tokens: string[] = [];
  const clouds: Cloud[] = [];
  let origin = '';

  function answerKeystone(request: ScriptedRequest): Reply {
    authentications.push(request);
    const token = tokenBody(origin, script, clock);
    const own = script.keystone?.(request, token, authentications.length);
    if (own !== undefined) return own;
    tokens.push(`gAAAAA-token-${tokens.length + 1}`);
    return { status: 201, json: { token }, headers: { 'x-subject-token': tokens.at(-1) ?? '' } };
  }

  async function replyTo(request: ScriptedRequest): Promise<Reply> {
    if (request.path === '/identity/v3/auth/tokens') return answerKeystone(request);
    requests.push(request);
    if (request.path === '/') return script.versions ?? versionDocument('3.71');
    return script.cinder(request, requests.filter(isBelowProject).length);
  }

  const server = createServer(async (incoming, response) => {
    send(response, incoming, await replyTo(await readRequest(incoming, origin)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const credentials = passwordCredentials(`${origin}/identity`);

  return {
    origin,
    server,
    requests,
    authentications,
    tokens,
    credentials,
    cloud(options = {}) {
      const cloud = createCinderCloud({
        name: 'scripted',
        credentials,
        requestsPerSecond: 'unlimited',
        clock,
        random: () => 0.5,
        log: { info() {}, warn() {} },
        ...options,
      });
      clouds.push(cloud);
      return cloud;
    },
    async close() {
      server.closeAllConnections();
      await Promise.all(clouds.map((cloud) => cloud.close()));
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function versionDocument(version: string, status = 300): ScriptedAnswer {
  return { status, json: { versions: [{ id: 'v3.0', status: 'CURRENT', version, min_version: '3.0' }] } };
}

export function passwordCredentials(authUrl: string): CloudCredentials {
  return {
    type: 'password',
    authUrl,
    user: { name: 'keeper', domain: { name: 'Default' } },
    password: PASSWORD,
    project: { name: 'demo', domain: { name: 'Default' } },
  };
}

/** Cinder's form of an error. */
export function fault(status: number, name: string, message: string): ScriptedAnswer {
  return { status, json: { [name]: { code: status, message } } };
}

/** A row as Cinder 21.3.1 shows it; `n` makes id and time, the greater the older. */
export function backupRow(n: number, changes: object = {}): Record<string, unknown> {
  const createdAt = new Date(Date.UTC(2026, 10, 22) - n * 60_000).toISOString().replace('.000Z', '.000000');
  return {
    id: `46bc0983-f1bc-4c8d-a492-${String(n).padStart(12, '0')}`,
    status: 'available',
    size: 1,
    object_count: 4,
    availability_zone: null,
    container: 'flowbox',
    created_at: createdAt,
    updated_at: createdAt,
    name: `backup ${n}`,
    description: 'first',
    fail_reason: null,
    volume_id: '8ddb28b9-6294-491a-ad13-1f68f0fa2282',
    links: [],
    is_incremental: false,
    has_dependent_backups: false,
    snapshot_id: null,
    data_timestamp: createdAt,
    metadata: { tier: 'daily' },
    ...changes,
  };
}

export async function collect<Item>(pages: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  return (await Array.fromAsync(pages)).flat();
}

function isBelowProject({ path }: ScriptedRequest): boolean {
  return path.includes(PROJECT);
}

function tokenBody(origin: string, script: Script, clock: Clock): object {
  const now = clock.now();
  const stamp = (instant: Date) => instant.toISOString().replace('.000Z', '.000000Z');
  return {
    methods: ['password'],
    issued_at: stamp(now),
    expires_at: stamp(new Date(now.getTime() + (script.tokenSeconds ?? 3_600) * 1_000)),
    project: { id: PROJECT, name: 'demo', domain: { id: 'default', name: 'Default' } },
    catalog: [
      { type: 'identity', endpoints: [] },
      {
        type: 'block-storage',
        endpoints: [
          {
            interface: 'public',
            region_id: 'RegionOne',
            region: 'RegionOne',
            url: `${origin}${script.endpointPath ?? `/v3/${PROJECT}`}`,
          },
        ],
      },
    ],
  };
}

async function readRequest(incoming: IncomingMessage, origin: string): Promise<ScriptedRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? '/', origin);
  const token = incoming.headers['x-auth-token'];
  return {
    method: incoming.method ?? '',
    url: incoming.url ?? '',
    path: url.pathname,
    query: url.searchParams,
    token: typeof token === 'string' ? token : undefined,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function send(response: ServerResponse, incoming: IncomingMessage, reply: Reply): void {
  if (typeof reply === 'function') {
    reply(response, incoming);
    return;
  }
  const { status = 200, json, text, headers = {} } = reply;
  const type = json === undefined ? 'text/plain' : 'application/json';
  response.sendDate = false;
  response.writeHead(status, { 'content-type': type, ...headers });
  response.end(json === undefined ? (text ?? '') : JSON.stringify(json));
}
