import { request } from 'undici';
import type { CloudCredentials } from '../../local/embedded-cloud/embedded-cloud.ts';
import { type Child, startChild } from './processes/child.ts';
import type { CloudHandlers } from './processes/cloud.ts';
import type { PostsHandlers, Spent } from './processes/posts.ts';

/** `CALLS_AT_ONCE` of the worker. */
export const POSTS_AT_ONCE = 64;

export interface BenchCloud {
  readonly child: Child<CloudHandlers>;
  readonly credentials: CloudCredentials;
  readonly port: number;
  readonly volumeIds: readonly string[];
}

/** An embedded cloud in a process of its own, new for each measurement, as a volume that is being backed up is busy. */
export async function withCloud<Answer>(
  options: Parameters<CloudHandlers['start']>[0],
  task: (cloud: BenchCloud) => Promise<Answer>,
  nodeOptions: readonly string[] = [],
): Promise<Answer> {
  const child = startChild<CloudHandlers>('cloud.ts', nodeOptions);
  try {
    const { port, volumeIds, ...credentials } = await child.ask('start', options);
    return await task({ child, credentials, port, volumeIds });
  } finally {
    await child.stop();
  }
}

/** How long a bare loop takes to POST a backup of each volume, and what it costs. */
export async function timeBarePosts(
  cloud: Pick<BenchCloud, 'credentials' | 'port' | 'volumeIds'>,
): Promise<Spent> {
  const { credentials, port, volumeIds } = cloud;
  const token = await fetchToken(credentials);
  const client = startChild<PostsHandlers>('posts.ts');
  try {
    return await client.ask('runPosts', {
      origin: `http://127.0.0.1:${port}`,
      path: `/v3/${credentials.projectId}/backups`,
      token,
      volumeIds,
      atOnce: POSTS_AT_ONCE,
    });
  } finally {
    await client.stop();
  }
}

export async function fetchToken(credentials: CloudCredentials): Promise<string> {
  const { authUrl, username, password, projectName, userDomainName, projectDomainName } = credentials;
  const user = { name: username, password, domain: { name: userDomainName } };
  const project = { name: projectName, domain: { name: projectDomainName } };
  const auth = { identity: { methods: ['password'], password: { user } }, scope: { project } };
  const { statusCode, headers, body } = await request(`${authUrl}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth }),
  });
  await body.dump();
  const token = headers['x-subject-token'];
  if (typeof token !== 'string')
    throw new Error(`POST ${authUrl}/auth/tokens: ${statusCode} without a token`);
  return token;
}
