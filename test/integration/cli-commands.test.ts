import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeDirectory, runCli, startCli, startCliSession, startCliUnderShell } from '../support/cli.ts';
import { type CliCloud, startCliCloud } from '../support/cli-cloud.ts';

/** Half a day from now, so that no slot comes while these tests run. */
const FAR_HOUR = (new Date().getUTCHours() + 12) % 24;
const CONFIG = `version: 1
deployment: acme
clouds: { prod: { auth: env, limits: { requestsPerSecond: 1000 } } }
policies:
  nightly:
    cloud: prod
    select: { volumes: { metadata: { backup: nightly } } }
    schedule: { cron: "30 ${FAR_HOUR} * * *", timezone: UTC }
    full: { every: 7 }
    keep: { semantics: restic, last: 1 }
    guards: { maxDeleteShare: 1 }
  databases:
    cloud: prod
    select: { volumes: { metadata: { backup: database } } }
    schedule: { cron: "15 ${FAR_HOUR} * * *", timezone: UTC }
    keep: { semantics: restic, daily: 7 }
`;
const VOLUMES = 3;

const directory = makeDirectory({ 'policies.yaml': CONFIG });
const session = startCliSession();
let cloud: CliCloud;

beforeAll(async () => {
  cloud = await startCliCloud(['--volumes', String(VOLUMES), '--speed', '50']);
});
afterAll(async () => {
  await cloud.stop();
  session.stop();
  directory.remove();
});

function run(command: string, ...args: readonly string[]) {
  return session.run([command, '--config', 'policies.yaml', ...args], {
    cwd: directory.path,
    env: cloud.env,
  });
}

/** One JSON document on stdout, whatever there is on stderr. */
async function runJson(command: string, ...args: readonly string[]) {
  const { stdout, code, stderr } = await run(command, ...args, '--json');
  return { document: JSON.parse(stdout), code, stderr };
}

describe('cloud', () => {
  it('says in one line of JSON how to enter it, as a member and as an administrator', () => {
    const login = ['password', 'project_domain_name', 'project_name', 'user_domain_name', 'username'];
    expect(Object.keys(cloud.ready).toSorted()).toEqual(
      [...login, 'admin', 'auth_url', 'region_name'].toSorted(),
    );
    expect(Object.keys(cloud.ready.admin).toSorted()).toEqual(login);
    expect(cloud.ready.auth_url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/identity\/v3$/);
  });

  it('stops on SIGTERM with exit code 0', async () => {
    const other = await startCliCloud();
    expect(await other.stop()).toBe(0);
  });

  it('stops when the npx is ended that started it, although the shell in between passes nothing on', async () => {
    const shell = startCliUnderShell(['cloud']);
    const [line] = await once(createInterface(shell.stdout), 'line');
    const { auth_url } = JSON.parse(line);
    shell.kill('SIGTERM');
    await vi.waitFor(() => expect(fetch(auth_url)).rejects.toThrow(), { timeout: 30_000, interval: 200 });
  });

  it('of a port that is taken says so', async () => {
    const { port } = new URL(cloud.ready.auth_url);
    const { code, stderr } = await runCli(['cloud', '--port', port]);
    expect([code, stderr]).toEqual([
      2,
      `cinderkeep: port ${port} is taken by another program; choose another with --port\n`,
    ]);
  });
});

describe('the commands against an embedded cloud, one after the other', () => {
  it('check says what is selected, and warns of a selection that matches nothing', async () => {
    const { document, code } = await runJson('check');
    expect(document.clouds).toMatchObject([
      {
        cloud: 'prod',
        policies: [
          { policy: 'nightly', volumeCount: VOLUMES, backupsPerVolume: { most: 7 } },
          { volumeCount: 0 },
        ],
      },
    ]);
    expect(document.clouds[0].warnings).toEqual(['policies.databases.select matches no volume']);
    expect(code).toBe(0);
  });

  it('check goes without the cloud where there are no credentials, and says so', async () => {
    const { stdout, code } = await runCli(['check', '--config', 'policies.yaml'], { cwd: directory.path });
    expect(stdout).toMatch(/warning: cloud prod was not asked: OS_AUTH_URL is missing/);
    expect(code).toBe(0);
  });

  it('a password that is refused ends every command with exit code 2, and is not repeated', async () => {
    const env = { ...cloud.env, OS_PASSWORD: 'not-the-password' };
    for (const command of [
      ['prune'],
      ['list'],
      ['check'],
      ['coverage'],
      ['run', '--once'],
      ['backup', '--policy', 'nightly'],
    ]) {
      const { code, stderr, stdout } = await runCli([...command, '--config', 'policies.yaml'], {
        cwd: directory.path,
        env,
      });
      expect({ command, code, stdout }).toEqual({ command, code: 2, stdout: '' });
      expect(stderr).toMatch(/refused the password of user "demo"/);
      expect(stderr).not.toContain('not-the-password');
    }
  });

  it('backup --dry-run makes nothing', async () => {
    const { document } = await runJson('backup', '--policy', 'nightly', '--dry-run');
    expect(document).toMatchObject({ dryRun: true, counts: { waiting: VOLUMES }, failedCount: 0 });
    expect((await runJson('list')).document).toEqual({ backups: [] });
  });

  it('backup makes one of each volume, first fulls, then incrementals, and waits for the end', async () => {
    const { document, code } = await runJson('backup', '--policy', 'nightly');
    expect(document).toMatchObject({ run: 'create-backups', counts: { available: VOLUMES }, failedCount: 0 });
    expect(document.items.every((item: { type: string }) => item.type === 'full')).toBe(true);
    expect(code).toBe(0);
    const second = await run('backup', '--policy', 'nightly');
    expect(second.stdout).toMatch(/^create-backups: 3 available \(3 incremental\)/);
  });

  it('coverage has a row for each policy, and fails for a volume that is not covered', async () => {
    const { stdout, code } = await run('coverage');
    expect(stdout).toMatch(/^report-coverage: 3 covered, in /);
    expect(stdout).toMatch(
      /^ {2}POLICY +CLOUD +WANTED +VOLUMES +COVERED .*\n {2}nightly +prod +slot \S+Z +3 +3 +0 /m,
    );
    expect(stdout).toMatch(/warnings:\n.*\n {2}policy databases: its selection matches no volume/);
    expect(code).toBe(0);
    const { document } = await runJson('coverage', '--policy', 'nightly');
    expect(document).toMatchObject({
      run: 'report-coverage',
      counts: { covered: VOLUMES },
      items: [],
      policies: [
        { policy: 'nightly', state: 'judged', volumeCount: VOLUMES, oldest: { ageMs: expect.any(Number) } },
      ],
    });
    const nobody = '00000000-0000-4000-8000-000000000000';
    const failed = await run('coverage', '--volume', nobody);
    expect(failed.stdout).toMatch(/1 failure:\n {2}failed .*there is no such volume/);
    expect(failed.code).toBe(1);
  });

  it('backup of one volume makes what was asked for', async () => {
    const { document: list } = await runJson('list', '--limit', '1');
    const volume = list.backups[0].volumeId;
    const { document } = await runJson('backup', '--policy', 'nightly', '--volume', volume, '--type', 'full');
    expect(document.items).toMatchObject([{ volumeId: volume, type: 'full', whyFull: 'requested' }]);
  });

  it('backup of a volume that does not exist fails with exit code 1', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    const { code, stdout } = await run('backup', '--policy', 'nightly', '--volume', nobody);
    expect(stdout).toMatch(/1 failure:\n {2}failed .*there is no such volume/);
    expect(code).toBe(1);
  });

  it('list goes page by page', async () => {
    const { document: all } = await runJson('list', '--policy', 'nightly');
    expect(all.backups).toHaveLength(2 * VOLUMES + 1);
    expect(all.backups[0]).toMatchObject({ policy: 'nightly', cloud: 'prod', status: 'available' });
    const { document: first } = await runJson(
      'list',
      '--limit',
      '5',
      '--sort-key',
      'createdAt',
      '--sort-dir',
      'desc',
    );
    const { document: rest } = await runJson('list', '--marker', first.nextMarker);
    expect([...first.backups, ...rest.backups]).toEqual(all.backups);
    expect(rest.nextMarker).toBeUndefined();
  });

  it('show tells a backup and draws its chain', async () => {
    const { document: list } = await runJson('list');
    const incremental = list.backups.find((backup: { isIncremental: boolean }) => backup.isIncremental);
    const { stdout, code } = await run('show', incremental.id);
    expect(stdout).toMatch(new RegExp(`^  full .*\\n  └─ incremental .*${incremental.id}  ◄ this one`, 'm'));
    expect(stdout).toMatch(/policy +nightly/);
    expect(code).toBe(0);
    const { document } = await runJson('show', incremental.id);
    expect(document).toMatchObject({ id: incremental.id, record: { state: 'available', trigger: 'manual' } });
    expect(document.possibleParents).toHaveLength(1);
  });

  it('show says what pruning would decide, and list --tree draws every chain', async () => {
    const { document: list } = await runJson('list', '--sort', 'volumeId:asc,createdAt:asc');
    const [{ id, volumeId }] = list.backups;
    const { stdout } = await run('show', id);
    expect(stdout).toMatch(/^ {2}verdict +(kept|held|expired): /m);
    const { document } = await runJson('show', id);
    expect(document).toMatchObject({ pin: null, decision: { why: expect.any(String) }, restores: [] });
    const tree = await run('list', '--tree', '--volume', volumeId);
    expect(tree.stdout).toMatch(
      new RegExp(`^volume ${volumeId}\\n {2}full .* ${id} {2}nightly\\n {2}└─ incremental .* nightly$`, 'm'),
    );
    expect((await run('list', '--tree')).stdout.match(/^volume /gm)).toHaveLength(VOLUMES);
  });

  it('list finds what is pinned, held and named, and what is no more', async () => {
    const { document: list } = await runJson('list', '--limit', '1');
    const [{ id, name }] = list.backups;
    expect((await runJson('list', '--name', name)).document.backups).toMatchObject([{ id }]);
    expect((await runJson('list', '--pinned')).document.backups).toEqual([]);
    expect((await runJson('list', '--no-pinned')).document.backups).toHaveLength(2 * VOLUMES + 1);
    const held = (await runJson('list', '--held', '--cloud', 'prod')).document.backups;
    // Each first full, but that of the volume which has another since.
    expect(held.map((each: { isIncremental: boolean }) => each.isIncremental)).toEqual([false, false]);
    expect((await runJson('list', '--offset', '6')).document.backups).toHaveLength(1);
    expect((await run('list', '--deleted')).stdout).toBe('the catalog remembers no backup that is no more\n');
    expect((await runJson('list', '--deleted')).document).toEqual({ backups: [] });
  });

  it.each([
    [['--tree', '--status', 'error'], '--tree does not go with --status: it shows whole chains'],
    [['--deleted', '--sort-key', 'name'], '--deleted does not go with --sort-key: it asks the catalog'],
    [['--sort', 'size'], 'sort: "size" is no key and direction'],
    [
      ['--sort', 'name', '--sort-dir', 'asc'],
      "option '--sort <keys>' cannot be used with option '--sort-dir <dir>'",
    ],
    [['--cloud', 'mars'], 'there is no cloud "mars"; there is prod'],
  ])('list %j is wrong, with exit code 2', async (args, says) => {
    const { code, stderr } = await run('list', ...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(says) });
  });

  it('test-restores proves a backup, leaves nothing, and list and show say so', async () => {
    const { document: list } = await runJson('list', '--limit', '1');
    const [{ id, volumeId, provedAt }] = list.backups;
    expect(provedAt).toBeNull();
    const asked = ['--policy', 'nightly', '--volume', volumeId];
    const preview = await run('test-restores', ...asked, '--dry-run');
    expect(preview.stdout).toMatch(/^test-restores \(dry run, nothing was changed\): 1 restoring/);
    const { stdout, code } = await run('test-restores', ...asked);
    expect(stdout).toMatch(/^test-restores: 1 proved, in .*\n {2}proved .*→ cinderkeep-test-acme-/);
    expect(code).toBe(0);
    const { document: proved } = await runJson('list', '--proved');
    expect(proved.backups).toMatchObject([{ id, provedAt: expect.stringMatching(/^\d{4}-.*Z$/) }]);
    expect((await runJson('list', '--no-proved')).document.backups).toHaveLength(2 * VOLUMES);
    expect((await run('list')).stdout).toMatch(/ PROVED /);
    const shown = await run('show', id);
    expect(shown.stdout).toMatch(/proved +\d{4}-.*Z\n +last restore +a test, ended on .*: restored\n/);
  });

  it('restore takes the newest backup, although the cloud’s clock is ahead of ours', async () => {
    const { document: list } = await runJson('list', '--limit', '1');
    const [{ id, volumeId }] = list.backups;
    const { document } = await runJson('restore', '--volume', volumeId, '--dry-run');
    expect(document.items).toMatchObject([{ backupId: id, outcome: 'restoring' }]);
  });

  it('test-restores says what is wrong with what it was told, with exit code 2', async () => {
    const none = await run('test-restores');
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no policy has restoreTests')]);
    const unknown = await run('test-restores', '--policy', 'weekly');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining('there is nightly, databases'),
    ]);
  });

  it('plan says what would be made and deleted, and changes nothing', async () => {
    const before = (await runJson('list')).document;
    const { document, code } = await runJson('plan', '--policy', 'nightly');
    expect(document.creates).toMatchObject([{ policy: 'nightly', isDue: false }]);
    expect(document.creates[0].creates).toHaveLength(VOLUMES);
    expect(document.prune).toMatchObject({ dryRun: true, counts: { deleting: 2 } });
    expect(code).toBe(0);
    expect((await runJson('list')).document).toEqual(before);
  });

  it('prune --dry-run and --max-deletes 0 delete nothing; the second fails and says what to do', async () => {
    const before = (await runJson('list')).document;
    expect((await runJson('prune', '--dry-run')).code).toBe(0);
    const { code, stdout } = await run('prune', '--max-deletes', '0');
    expect(stdout).toContain('guards.maxDeletes');
    expect(code).toBe(1);
    expect((await runJson('list')).document).toEqual(before);
  });

  it('pin keeps a backup that would be deleted, unpin lets it go again', async () => {
    const { document: plan } = await runJson('plan');
    const doomed = plan.prune.items.find(({ outcome }: { outcome: string }) => outcome === 'deleting');
    const pinned = await run('pin', doomed.backupId, '--reason', 'before the migration', '--by', 'ada');
    expect(pinned.stdout).toMatch(/^pin-backup: 1 pinned, in /);
    expect(pinned.stdout).toMatch(
      new RegExp(`backup ${doomed.backupId} .*: pinned by ada: before the migration`),
    );
    expect(pinned.code).toBe(0);
    const planned = await run('plan');
    expect(planned.stdout).toMatch(
      new RegExp(`^pinned:\n  kept .*backup ${doomed.backupId} .*: kept: pinned by ada`, 'm'),
    );
    const { document: unpinned } = await runJson('unpin', doomed.backupId);
    expect(unpinned).toMatchObject({ counts: { unpinned: 1 }, failedCount: 0 });
    expect((await runJson('plan')).document.prune.counts.deleting).toBe(2);
  });

  it('pin says by itself who pinned, and refuses an end that is none with exit code 2', async () => {
    const { document: list } = await runJson('list', '--limit', '1');
    const { id } = list.backups[0];
    const { document } = await runJson('pin', id, '--reason', 'who', '--dry-run');
    expect(document.items[0].reason).toBe(`dry run: pinned by ${userInfo().username}: who`);
    const { code, stderr } = await run('pin', id, '--reason', 'x', '--until', 'next week');
    expect(stderr).toContain('until: "next week" is neither an instant with its zone');
    expect(code).toBe(2);
  });

  it('prune deletes what no rule keeps and nothing needs', async () => {
    const { document, code } = await runJson('prune');
    expect(document).toMatchObject({ run: 'prune-backups', counts: { deleted: 2 }, failedCount: 0 });
    expect(code).toBe(0);
  });

  it('rebuild restores a catalog that was lost', async () => {
    const { document } = await runJson('rebuild', '--data', 'another');
    expect(document.counts).toMatchObject({ adopted: 2 * VOLUMES + 1 - 2 });
    expect(existsSync(join(directory.path, 'another/catalog'))).toBe(true);
    expect((await runJson('rebuild', '--data', 'another')).document.counts.adopted).toBeUndefined();
  });

  it('export and import carry a catalog to another directory, whole or as lines on stdout', async () => {
    const { document, code } = await runJson('export', '--out', 'catalog.ndjson');
    expect(document).toEqual({ file: 'catalog.ndjson', entryCount: expect.any(Number) });
    expect(code).toBe(0);
    const { stdout, stderr } = await run('export');
    expect(stdout.trimEnd().split('\n')).toHaveLength(document.entryCount + 2);
    expect(stderr).toContain(`${document.entryCount} records of the catalog in .cinderkeep`);
    const { document: imported } = await runJson('import', 'catalog.ndjson', '--data', 'moved');
    expect(imported).toMatchObject({ counts: { imported: document.entryCount }, failedCount: 0 });
    const { document: again } = await runJson('import', 'catalog.ndjson', '--data', 'moved', '--dry-run');
    expect(again.counts).toEqual({ kept: document.entryCount });
    const plans = await Promise.all(['.cinderkeep', 'moved'].map((data) => runJson('plan', '--data', data)));
    expect(plans[1]?.document.prune.counts).toEqual(plans[0]?.document.prune.counts);
  });

  it('export and import need no cloud', async () => {
    const around = { cwd: directory.path };
    const args = ['--config', 'policies.yaml', '--data', '.cinderkeep'];
    expect((await runCli(['export', ...args], around)).code).toBe(0);
    expect((await runCli(['import', 'catalog.ndjson', ...args], around)).code).toBe(0);
  });

  it('import says which line of the file is wrong, and has read none of it then', async () => {
    const lines = readFileSync(join(directory.path, 'catalog.ndjson'), 'utf8').split('\n');
    writeFileSync(join(directory.path, 'short.ndjson'), lines.slice(0, 3).join('\n'));
    const { code, stderr } = await run('import', 'short.ndjson', '--data', 'unread');
    expect(stderr).toContain('short.ndjson:3: the file ends here without its last line: it was cut short');
    expect(code).toBe(2);
    expect(existsSync(join(directory.path, 'unread'))).toBe(false);
  });

  it('export-records and import-records are for administrators, and carry the cloud’s own records', async () => {
    const refused = await run('export-records', '--out', 'records.ndjson');
    expect(refused.stderr).toContain("its credential is not an administrator's in the project");
    expect(refused.code).toBe(2);
    expect(existsSync(join(directory.path, 'records.ndjson'))).toBe(false);

    const { username = '', password = '', project_name: project = '' } = cloud.ready.admin;
    const env = { ...cloud.env, OS_USERNAME: username, OS_PASSWORD: password, OS_PROJECT_NAME: project };
    const asAdmin = (...args: readonly string[]) =>
      runCli([...args, '--config', 'policies.yaml', '--admin', 'env'], { cwd: directory.path, env });
    const exported = await asAdmin('export-records', '--out', 'records.ndjson');
    expect(exported).toMatchObject({ code: 0, stdout: expect.stringMatching(/^export-records: 5 exported/) });
    const imported = await asAdmin('import-records', 'records.ndjson');
    expect(imported).toMatchObject({ code: 0, stdout: expect.stringMatching(/^import-records: 5 kept/) });
    const wrong = await run('import-records', 'catalog.ndjson');
    expect(wrong.stderr).toContain('catalog.ndjson:1: is not the first line of a cinderkeep-records export');
  });

  it('run --once does what is due', async () => {
    const { document, code } = await runJson('run', '--once');
    expect(document.reports.map((report: { run: string }) => report.run)).toEqual([
      'follow-backups',
      'prune-backups',
    ]);
    expect(code).toBe(0);
  });

  it('commands work while the daemon has the catalog, and SIGTERM stops it with exit code 0', async () => {
    const daemon = startCli(['run', '--config', 'policies.yaml'], { cwd: directory.path, env: cloud.env });
    const said: string[] = [];
    if (daemon.stderr === null) throw new Error('the process has no stderr');
    const lines = createInterface(daemon.stderr).on('line', (line) => said.push(line));
    await once(lines, 'line');
    expect(said[0]).toMatch(/^running nightly, databases of policies\.yaml/);
    expect((await runJson('list')).document.backups).toHaveLength(2 * VOLUMES - 1);
    const ended = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('commands that begin and end beside each other share the catalog', async () => {
    const runs = await Promise.all(Array.from({ length: 4 }, () => runJson('list')));
    expect(runs.map(({ code, document }) => [code, document.backups.length])).toEqual(
      Array.from({ length: 4 }, () => [0, 2 * VOLUMES - 1]),
    );
  });
});
