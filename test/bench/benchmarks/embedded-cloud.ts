import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import type { Benchmark, Figure } from '../benchmark.ts';
import { type BenchCloud, fetchToken, timeBarePosts, withCloud } from '../clouds.ts';
import { startChild } from '../processes/child.ts';
import type { IdleServerHandlers } from '../processes/idle-server.ts';
import { measurePairs, median, timeMs } from '../statistics.ts';

const POSTS = 5_000;
const ROUNDS = 3;
const VOLUMES = 1_000;
const BACKUPS_PER_VOLUME = 100;
const PAGES = 40;
const BACKUP_SECONDS = 300;
const MIB = 1024 * 1024;
const EXPOSE_GC = ['--expose-gc'];

const PAGE_GOAL_MS = 25;
const MEMORY_GOAL_MIB = 512;

export const embeddedCloud: Benchmark = {
  name: 'cloud',
  summary:
    'the embedded cloud: POSTs a second, kept on disk too, a detail page out of 100,000 backups, their memory',
  async run({ say }) {
    say(`cloud: ${POSTS} POSTs, ${ROUNDS} pairs`);
    const posts = await measurePosts();
    say(`cloud: the same, kept in a directory`);
    const kept = await measureKeptPosts();
    say(`cloud: pages and memory of ${VOLUMES * BACKUPS_PER_VOLUME} backups`);
    return [posts, kept, ...(await measureBackups())];
  },
};

const toRate = (ms: number): number => (POSTS * 1000) / ms;
const POSTS_CLOUD = { volumes: POSTS, backupSeconds: BACKUP_SECONDS } as const;

/** In turns with a cloud that is kept nowhere. */
async function measureKeptPosts(): Promise<Figure> {
  const pairs = await measurePairs(
    ROUNDS,
    () =>
      withDirectory((dataPath) =>
        withCloud({ ...POSTS_CLOUD, dataPath }, async (each) => toRate((await timeBarePosts(each)).ms)),
      ),
    () => withCloud(POSTS_CLOUD, async (each) => toRate((await timeBarePosts(each)).ms)),
  );
  return {
    what: 'the same, kept in a directory',
    value: pairs.ours,
    unit: '/s',
    peer: { name: 'in memory', value: pairs.peer },
    ratio: pairs.ratio,
    note: `pairs ${pairs.spread}`,
  };
}

async function withDirectory<Answer>(task: (path: string) => Promise<Answer>): Promise<Answer> {
  const path = mkdtempSync(join(tmpdir(), 'bench-cloud-'));
  try {
    return await task(path);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}

async function measurePosts(): Promise<Figure> {
  const cloud = POSTS_CLOUD;
  const pairs = await measurePairs(
    ROUNDS,
    () => withCloud(cloud, async (each) => toRate((await timeBarePosts(each)).ms)),
    () => withCloud(cloud, async (each) => toRate(await timeIdlePosts(each))),
  );
  return {
    what: `POST /backups, ${POSTS} by 64 at once`,
    value: pairs.ours,
    unit: '/s',
    peer: { name: 'a server that does nothing', value: pairs.peer },
    ratio: pairs.ratio,
    note: `pairs ${pairs.spread}`,
  };
}

/** The same requests to a server that always gives the answer of a POST. */
async function timeIdlePosts(cloud: BenchCloud): Promise<number> {
  const backup = { id: cloud.volumeIds[0], name: 'a backup of a usual length of name', links: [] };
  return withIdleServer(202, JSON.stringify({ backup }), async (port) => {
    return (await timeBarePosts({ ...cloud, port })).ms;
  });
}

async function measureBackups(): Promise<Figure[]> {
  return withCloud({ volumes: VOLUMES, backupSeconds: BACKUP_SECONDS }, measureFilled, EXPOSE_GC);
}

async function measureFilled(cloud: BenchCloud): Promise<Figure[]> {
  const bytesBefore = await cloud.child.ask('measureHeap');
  const count = await cloud.child.ask('addBackups', BACKUPS_PER_VOLUME);
  const bytes = (await cloud.child.ask('measureHeap')) - bytesBefore;
  const { pagesMs, text } = await readPages(cloud);
  const idleMs = await withIdleServer(200, text, async (port) => {
    const times: number[] = [];
    for (let page = 0; page < PAGES; page += 1) {
      times.push(await timeMs(async () => JSON.parse(await read(`http://127.0.0.1:${port}/`, ''))));
    }
    return median(times);
  });
  const ours = median(pagesMs);
  return [
    {
      what: `a detail page of 1000 out of ${count} backups`,
      value: ours,
      unit: 'ms',
      peer: { name: 'the same bytes from a server that does nothing', value: idleMs },
      goal: { atMost: PAGE_GOAL_MS },
      note: `${PAGES} pages, each from the one before; ${Math.round(text.length / 1024)} KiB, parsed`,
    },
    {
      what: `memory of ${count} backups`,
      value: bytes / MIB,
      unit: 'MiB',
      goal: { atMost: MEMORY_GOAL_MIB },
      note: `${Math.round(bytes / count)} bytes each`,
    },
  ];
}

interface Page {
  readonly backups: readonly { readonly id: string }[];
}

async function readPages({ credentials, port }: BenchCloud) {
  const token = await fetchToken(credentials);
  const url = `http://127.0.0.1:${port}/v3/${credentials.projectId}/backups/detail?limit=1000`;
  const pagesMs: number[] = [];
  let text = '';
  let marker = '';
  for (let page = 0; page < PAGES; page += 1) {
    pagesMs.push(
      await timeMs(async () => {
        text = await read(`${url}${marker}`, token);
        const { backups } = JSON.parse(text) as Page;
        if (backups.length !== 1_000) throw new Error(`a page of ${backups.length} backups`);
        marker = `&marker=${backups.at(-1)?.id}`;
      }),
    );
  }
  return { pagesMs, text };
}

async function read(url: string, token: string): Promise<string> {
  const headers = { 'x-auth-token': token, 'openstack-api-version': 'volume 3.71' };
  const { statusCode, body } = await request(url, { headers });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`GET ${url}: ${statusCode} ${text.slice(0, 200)}`);
  return text;
}

async function withIdleServer<Answer>(
  status: number,
  text: string,
  task: (port: number) => Promise<Answer>,
): Promise<Answer> {
  const child = startChild<IdleServerHandlers>('idle-server.ts');
  try {
    return await task(await child.ask('start', { status, text }));
  } finally {
    await child.stop();
  }
}
