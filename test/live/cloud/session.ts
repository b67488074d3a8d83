import type { CloudEntry } from './environment.ts';

export interface LiveAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON; `undefined` when the body is empty. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at raw answers, whatever shape those have
  readonly body: any;
}

export interface LiveSession {
  /** `path` follows the project's URL, as in `/backups/detail?limit=2`. Any status is an answer, none is an error. */
  request(method: string, path: string, body?: unknown, microversion?: string): Promise<LiveAnswer>;
}

/** The newest that Cinder 21.3.1 (Zed) speaks. */
export const NEWEST_MICROVERSION = '3.70';

function loginBody(entry: CloudEntry): unknown {
  const { auth } = entry;
  const user = {
    name: auth.username,
    domain: { name: auth.user_domain_name },
    password: auth.password,
  };
  const project = { name: auth.project_name, domain: { name: auth.project_domain_name } };
  return { auth: { identity: { methods: ['password'], password: { user } }, scope: { project } } };
}

async function logIn(entry: CloudEntry): Promise<string> {
  const response = await fetch(`${entry.auth.auth_url}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(loginBody(entry)),
  });
  const token = response.headers.get('x-subject-token');
  if (response.status === 201 && token !== null) return token;
  throw new Error(
    `log in to the live cloud as ${entry.auth.username}: ${response.status} ${await response.text()}`,
  );
}

/** Raw HTTP as one password user in one project, apart from the code under test. */
export function openSession(entry: CloudEntry, projectUrl: string): LiveSession {
  let token: string | undefined;

  async function send(method: string, path: string, body: unknown, microversion: string): Promise<Response> {
    token ??= await logIn(entry);
    return fetch(projectUrl + path, {
      method,
      headers: {
        'x-auth-token': token,
        'openstack-api-version': `volume ${microversion}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  return {
    async request(method, path, body, microversion = NEWEST_MICROVERSION) {
      let response = await send(method, path, body, microversion);
      if (response.status === 401) {
        // The token has expired, or Keystone's keys are new after `up --reset`.
        await response.body?.cancel();
        token = undefined;
        response = await send(method, path, body, microversion);
      }
      const text = await response.text();
      return {
        status: response.status,
        headers: response.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
    },
  };
}

/** The body of an answer that had to be one of `accepted`. */
export async function expectStatus(
  asked: string,
  answer: Promise<LiveAnswer>,
  ...accepted: readonly number[]
): Promise<LiveAnswer['body']> {
  const { status, body } = await answer;
  if (accepted.includes(status)) return body;
  throw new Error(`${asked}: ${status} ${JSON.stringify(body)}`);
}

/** Asks five times a second until the answer is not `undefined`. Real time: this is a real cloud. */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutMs = 120_000,
): Promise<T> {
  const endsAtMs = Date.now() + timeoutMs;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > endsAtMs) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
