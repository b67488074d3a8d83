import { onTestFinished } from 'vitest';
import {
  type EmbeddedCloud,
  type EmbeddedCloudOptions,
  startEmbeddedCloud,
} from '../../../local/embedded-cloud/embedded-cloud.ts';

export const NOON = '2026-11-23T12:00:00Z';

/** Callers log in anew after so long on the cloud's clock. */
const TOKEN_MS = 3_600_000;

type Who = 'member' | 'reader' | 'admin' | 'other' | 'cloudadmin' | 'nobody';

const PASSWORDS: Readonly<Record<Exclude<Who, 'nobody'>, readonly [string, string, string]>> = {
  member: ['demo', 'demo-secret', 'demo'],
  reader: ['reader', 'reader-secret', 'demo'],
  admin: ['admin', 'admin-secret', 'demo'],
  other: ['other', 'other-secret', 'other'],
  cloudadmin: ['admin', 'admin-secret', 'admin'],
};

export interface Asked {
  readonly as?: Who;
  /** Without it no version header is sent, which is 3.0. */
  readonly version?: string;
  /** A string is sent as it is. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Got {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer has whatever shape the test looks for
  readonly body: any;
  /** The message of an error body. */
  readonly message: string | undefined;
}

export interface TestCloud extends EmbeddedCloud {
  /** Lets so many seconds pass on the cloud's clock. */
  pass(seconds: number): void;
  now(): Date;
  /** Speaks to Cinder below the caller's project; a path that begins with `/v3` or `/identity` is taken as it is. */
  ask(method: string, path: string, asked?: Asked): Promise<Got>;
  authenticate(auth: unknown): Promise<Got>;
  tokenOf(who: Exclude<Who, 'nobody'>): Promise<string>;
  /** Creates a backup and lets it end; returns its id. */
  backUp(volumeId: string, fields?: Readonly<Record<string, unknown>>): Promise<string>;
  /** The row behind a backup. */
  rowOf(id: string): ReturnType<EmbeddedCloud['control']['backups']>[number];
}

/** A cloud of its own for the running test, with a clock that moves only when told. */
export async function aCloud(options: EmbeddedCloudOptions = {}): Promise<TestCloud> {
  let nowMs = Date.parse(NOON);
  const clock = { now: () => new Date(nowMs) };
  const cloud = await startEmbeddedCloud({ clock, ...options });
  onTestFinished(() => cloud.close());
  const tokens = new Map<string, { token: string; projectId: string; atMs: number }>();

  async function authenticate(auth: unknown): Promise<Got> {
    const response = await fetch(`${cloud.authUrl}/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ auth }),
    });
    return toGot(response);
  }

  async function login(who: Exclude<Who, 'nobody'>) {
    const known = tokens.get(who);
    if (known !== undefined && nowMs < known.atMs + TOKEN_MS) return known;
    const [name, password, project] = PASSWORDS[who];
    const got = await authenticate({
      identity: {
        methods: ['password'],
        password: { user: { name, password, domain: { id: 'default' } } },
      },
      scope: { project: { name: project, domain: { name: 'Default' } } },
    });
    const login = {
      token: got.headers.get('x-subject-token') ?? '',
      projectId: String(got.body.token.project.id),
      atMs: nowMs,
    };
    tokens.set(who, login);
    return login;
  }

  async function ask(method: string, path: string, asked: Asked = {}): Promise<Got> {
    const who = asked.as ?? 'member';
    const { token, projectId } =
      who === 'nobody' ? { token: undefined, projectId: cloud.credentials.projectId } : await login(who);
    const sent = asked.token ?? token;
    const headers: Record<string, string> = { ...asked.headers };
    if (sent !== undefined) headers['x-auth-token'] = sent;
    if (asked.version !== undefined) headers['openstack-api-version'] = `volume ${asked.version}`;
    if (asked.body !== undefined) headers['content-type'] = asked.contentType ?? 'application/json';
    const below =
      path.startsWith('/v3') || path.startsWith('/identity') || path === '/'
        ? path
        : `/v3/${projectId}${path}`;
    const response = await fetch(`http://127.0.0.1:${cloud.port}${below}`, {
      method,
      headers,
      ...(asked.body === undefined
        ? {}
        : { body: typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body) }),
    });
    return toGot(response);
  }

  const pass = (seconds: number) => {
    nowMs += seconds * 1000;
  };

  return Object.assign(cloud, {
    pass,
    ask,
    authenticate,
    now: () => new Date(nowMs),
    tokenOf: async (who: Exclude<Who, 'nobody'>) => (await login(who)).token,
    async backUp(volumeId: string, fields: Readonly<Record<string, unknown>> = {}) {
      const got = await ask('POST', '/backups', {
        version: '3.43',
        body: { backup: { volume_id: volumeId, ...fields } },
      });
      if (got.status !== 202) throw new Error(`POST /backups: ${got.status} ${got.text}`);
      pass(5);
      return String(got.body.backup.id);
    },
    rowOf(id: string) {
      const row = cloud.control.backups().find((backup) => backup.id === id);
      if (row === undefined) throw new Error(`no backup ${id}`);
      return row;
    },
  });
}

async function toGot(response: Response): Promise<Got> {
  const text = await response.text();
  const body = text === '' ? undefined : JSON.parse(text);
  const [inner] = Object.values(body ?? {}) as { message?: string }[];
  return {
    status: response.status,
    headers: response.headers,
    text,
    body,
    message: body?.message ?? inner?.message,
  };
}

export const refusal = (got: Got): string => `${got.status} ${got.message}`;
