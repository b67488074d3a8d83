import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runCli } from '../support/cli.ts';
import { type CliCloud, startCliCloud } from '../support/cli-cloud.ts';

const ROUNDS = 3;
const LANES = 4;

function newDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'kept-cloud-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function startKept(path: string, ...args: string[]): Promise<CliCloud> {
  const cloud = await startCliCloud(['--data', path, '--speed', '20', '--volumes', '0', ...args]);
  const ended = once(cloud.process, 'exit');
  onTestFinished(async () => {
    cloud.process.kill('SIGKILL');
    // Its directory is removed next.
    await ended;
  });
  return cloud;
}

/** Speaks to the cloud's Cinder as the member. */
async function openApi({ ready }: CliCloud) {
  const domain = { name: ready.user_domain_name };
  const user = { name: ready.username, password: ready.password, domain };
  const project = { name: ready.project_name, domain: { name: ready.project_domain_name } };
  const auth = { identity: { methods: ['password'], password: { user } }, scope: { project } };
  const login = await fetch(`${ready.auth_url}/auth/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ auth }),
  });
  const { token } = (await login.json()) as {
    token: { catalog: { type: string; endpoints: { url: string }[] }[] };
  };
  const url = token.catalog.find(({ type }) => type === 'volumev3')?.endpoints[0]?.url;
  const headers = {
    'x-auth-token': login.headers.get('x-subject-token') ?? '',
    'content-type': 'application/json',
  };
  return async (method: string, path: string, body?: object) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
}

type Api = Awaited<ReturnType<typeof openApi>>;

/** What the cloud has answered for. */
interface Acknowledged {
  readonly made: Set<string>;
  readonly deleted: Set<string>;
  /** Asked for, and perhaps never answered. */
  readonly doomed: Set<string>;
}

/** Makes volumes and backups of them, and deletes some, until the connection breaks. */
async function work(api: Api, { made, deleted, doomed }: Acknowledged): Promise<void> {
  for (let step = 1; ; step += 1) {
    const volume = await api('POST', '/volumes', { volume: { size: 1 } });
    const volumePath = `/volumes/${volume.body.volume.id}`;
    made.add(volumePath);
    await sleep(60);
    const backup = await api('POST', '/backups', { backup: { volume_id: volume.body.volume.id } });
    if (backup.status !== 202) continue;
    const path = `/backups/${backup.body.backup.id}`;
    made.add(path);
    if (step % 2 === 0) continue;
    await sleep(200);
    doomed.add(path);
    if ((await api('DELETE', path)).status === 202) deleted.add(path);
  }
}

async function expectAll(api: Api, { made, deleted, doomed }: Acknowledged): Promise<void> {
  for (const path of made) {
    const { status, body } = await api('GET', path);
    const shown = status === 200 ? Object.values<{ status: string }>(body)[0]?.status : status;
    if (deleted.has(path)) expect(['deleting', 404], path).toContain(shown);
    else if (!doomed.has(path)) expect(['available', 'error', 'in-use'], path).toContain(shown);
  }
}

describe('cinderkeep cloud --data', () => {
  it('loses nothing that it has answered for, killed again and again in the middle of work', async () => {
    const path = newDirectory();
    const acknowledged: Acknowledged = { made: new Set(), deleted: new Set(), doomed: new Set() };
    let projectName: string | undefined;
    for (let round = 0; round < ROUNDS; round += 1) {
      const cloud = await startKept(path);
      const api = await openApi(cloud);
      await expectAll(api, acknowledged);
      projectName ??= cloud.ready.project_name;
      expect(cloud.ready.project_name).toBe(projectName);
      const before = acknowledged.made.size;
      const lanes = Promise.allSettled(Array.from({ length: LANES }, () => work(api, acknowledged)));
      while (acknowledged.made.size < before + LANES) await sleep(10);
      await sleep(Math.random() * 500);
      const ended = once(cloud.process, 'exit');
      cloud.process.kill('SIGKILL');
      await ended;
      await lanes;
    }
    const last = await startKept(path);
    await expectAll(await openApi(last), acknowledged);
    expect(await last.stop()).toBe(0);
  }, 120_000);

  it('refuses a directory that another has open, or that is none, with exit code 2', async () => {
    const path = newDirectory();
    await startKept(path);
    const second = await runCli(['cloud', '--data', path]);
    expect(second).toMatchObject({ code: 2, stdout: '' });
    expect(second.stderr).toMatch(/^cinderkeep: --data: .*another process has it open$/m);
    const none = await runCli(['cloud', '--data', 'package.json']);
    expect(none).toMatchObject({ code: 2, stdout: '' });
    expect(none.stderr).toMatch(/^cinderkeep: --data: .*package\.json/m);
  }, 60_000);
});
