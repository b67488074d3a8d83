import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliCloud, startCliCloud } from '../support/cli-cloud.ts';
import { type ClientShell, runPython, startClientShell } from './clients/client-shell.ts';
import { playTranscript, withoutChance } from './clients/transcript.ts';

/** How much faster than real time the cloud's clock runs: a backup takes a tenth of a second. */
const SPEED = 20;

const TRANSCRIPT = 'docs/transcripts/openstack-volume-backup.md';
const HEADING = `# \`openstack volume backup\` on the embedded cloud

Python-openstackclient 6.0.0 (Debian 12) against \`npx cinderkeep cloud --volumes 3 --speed 20\`, with the variables that this prints and
OS_VOLUME_API_VERSION=3.65. Written by \`test/live/clients.test.ts\`, which also checks that it is still true.

`;

let cloud: CliCloud;
let openstack: ClientShell;
let administrator: ClientShell;
let cinder: ClientShell;

function asAdmin({ env, ready }: CliCloud): Record<string, string> {
  const { username = '', password = '', project_name = '' } = ready.admin;
  return { ...env, OS_USERNAME: username, OS_PASSWORD: password, OS_PROJECT_NAME: project_name };
}

beforeAll(async () => {
  cloud = await startCliCloud(['--volumes', '3', '--speed', String(SPEED)]);
  // From 3.66 on this client cannot make snapshots: it sends a flag that its own library refuses.
  const version = { OS_IDENTITY_API_VERSION: '3', OS_VOLUME_API_VERSION: '3.65' };
  openstack = startClientShell('openstack', { ...cloud.env, ...version });
  administrator = startClientShell('openstack', { ...asAdmin(cloud), ...version });
  cinder = startClientShell('cinder', { ...asAdmin(cloud), ...version });
});
afterAll(async () => {
  for (const shell of [openstack, administrator, cinder]) await shell.close();
  await cloud.stop();
});

/** Until the row of a list or the thing itself has that status. */
async function until(status: string, ...show: readonly string[]): Promise<void> {
  await expect.poll(async () => (await openstack.json(...show)).status, { timeout: 60_000 }).toBe(status);
}

async function backUp(name: string, ...args: readonly string[]): Promise<string> {
  const { id } = await openstack.json('volume', 'backup', 'create', '--name', name, ...args);
  await until('available', 'volume', 'backup', 'show', id);
  // The next stamp of the cloud's clock is another one.
  await new Promise((resolve) => setTimeout(resolve, 1_100 / SPEED));
  return id;
}

// biome-ignore lint/suspicious/noExplicitAny: the rows of a list, in the client's own words
const column = (rows: any[], name: string) => rows.map((row) => row[name]);

describe('openstack', () => {
  it('finds its way: token, catalog, versions, limits, quotas', async () => {
    expect(await openstack.json('token', 'issue')).toMatchObject({
      project_id: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(column(await openstack.json('catalog', 'list'), 'Type')).toEqual(
      expect.arrayContaining(['identity', 'volumev3', 'block-storage']),
    );
    expect(await openstack.json('versions', 'show')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ 'Service Type': 'identity', Version: '3.14', 'Max Microversion': null }),
        expect.objectContaining({
          'Service Type': 'block-storage',
          Version: '3.0',
          'Max Microversion': '3.71',
        }),
      ]),
    );
    expect(await openstack.json('limits', 'show', '--absolute')).toContainEqual({
      Name: 'totalVolumesUsed',
      Value: 3,
    });
    expect(await openstack.json('quota', 'show')).toMatchObject({
      project_name: 'demo',
      backups: -1,
      volumes: -1,
    });
    expect(column(await openstack.json('project', 'list'), 'Name')).toEqual(['demo']);
    expect(column(await openstack.json('availability', 'zone', 'list', '--volume'), 'Zone Name')).toEqual([
      'nova',
    ]);
    expect(column(await openstack.json('volume', 'type', 'list'), 'Name')).toEqual(['__DEFAULT__']);
  });

  it('prints what the transcript in the documentation shows', async () => {
    const transcript = await playTranscript(
      openstack,
      () => new Promise((resolve) => setTimeout(resolve, 5_000 / SPEED)),
    );
    if (process.env.CINDERKEEP_LIVE_RECORD !== undefined) writeFileSync(TRANSCRIPT, HEADING + transcript);
    const shown = readFileSync(TRANSCRIPT, 'utf8');
    expect(withoutChance(HEADING + transcript)).toBe(withoutChance(shown));
    await openstack.text('volume', 'delete', 'restored');
  });

  it('makes, shows, changes and deletes a volume', async () => {
    const made = await openstack.json(
      'volume',
      'create',
      '--size',
      '1',
      '--property',
      'a=b',
      '--description',
      'd',
      'one',
    );
    await until('available', 'volume', 'show', made.id);
    expect(column(await openstack.json('volume', 'list'), 'Name')).toContain('one');
    await openstack.text('volume', 'set', '--name', 'two', '--property', 'c=d', '--size', '2', 'one');
    await until('available', 'volume', 'show', 'two');
    await openstack.text('volume', 'unset', '--property', 'a', 'two');
    expect(await openstack.json('volume', 'show', 'two')).toMatchObject({
      id: made.id,
      size: 2,
      properties: { c: 'd' },
    });
    await openstack.text('volume', 'delete', 'two');
    await expect
      .poll(async () => (await openstack.run('volume', 'show', 'two')).code, { timeout: 60_000 })
      .toBe(1);
  });

  it('makes, shows, changes and deletes a snapshot', async () => {
    const { id } = await openstack.json(
      'volume',
      'snapshot',
      'create',
      '--volume',
      'vol-001',
      '--description',
      'd',
      'snap',
    );
    await until('available', 'volume', 'snapshot', 'show', id);
    await openstack.text('volume', 'snapshot', 'set', '--name', 'renamed', '--property', 'k=v', 'snap');
    expect(await openstack.json('volume', 'snapshot', 'show', 'renamed')).toMatchObject({
      id,
      properties: { k: 'v' },
    });
    expect(column(await openstack.json('volume', 'snapshot', 'list'), 'Name')).toEqual(['renamed']);
    await openstack.text('volume', 'snapshot', 'delete', 'renamed');
    await expect.poll(() => openstack.json('volume', 'snapshot', 'list'), { timeout: 60_000 }).toEqual([]);
  });

  it('backs up: full, incremental, by force, from a snapshot; lists in pages; changes; restores; deletes', async () => {
    const full = await backUp('full', '--description', 'first', '--property', 'kind=full', 'vol-001');
    const child = await backUp('child', '--incremental', '--force', 'vol-001');
    await openstack.text('volume', 'snapshot', 'create', '--volume', 'vol-001', 'point');
    await until('available', 'volume', 'snapshot', 'show', 'point');
    const ofPoint = await backUp('of point', '--snapshot', 'point', 'vol-001');
    expect(await openstack.json('volume', 'backup', 'show', 'full')).toMatchObject({
      id: full,
      description: 'first',
      is_incremental: false,
      has_dependent_backups: true,
      object_count: 4,
      metadata: { kind: 'full' },
    });
    const list = (...args: readonly string[]) => openstack.json('volume', 'backup', 'list', ...args);
    expect(column(await list(), 'ID')).toEqual([ofPoint, child, full]);
    expect(column(await list('--limit', '1'), 'ID')).toEqual([ofPoint]);
    expect(column(await list('--limit', '1', '--marker', 'of point'), 'ID')).toEqual([child]);
    expect(
      column(await list('--name', 'child', '--status', 'available', '--volume', 'vol-001'), 'ID'),
    ).toEqual([child]);
    expect(await list('--volume', 'vol-002')).toEqual([]);
    await openstack.text(
      'volume',
      'backup',
      'set',
      '--name',
      'new',
      '--description',
      'told',
      '--property',
      'x=y',
      'full',
    );
    expect(await openstack.json('volume', 'backup', 'show', full)).toMatchObject({
      name: 'new',
      description: 'told',
    });

    // The client's own defect: it cannot print what it was answered.
    const printed = {
      code: 1,
      err: expect.stringContaining('cannot unpack non-iterable VolumeBackupsRestore'),
    };
    const restore = (...args: readonly string[]) => openstack.run('volume', 'backup', 'restore', ...args);
    expect(await restore('--force', child, 'vol-002')).toMatchObject(printed);
    await until('available', 'volume', 'show', 'vol-002');
    await until('available', 'volume', 'backup', 'show', child);
    expect(await restore(full, 'fresh')).toMatchObject(printed);
    await until('available', 'volume', 'show', 'fresh');
    for (const [name, id] of [
      ['vol-002', child],
      ['fresh', full],
    ]) {
      const { properties } = await openstack.json('volume', 'show', name ?? '');
      expect(properties).toMatchObject({ backup: 'nightly', src_backup_id: id });
    }

    const held = await openstack.run('volume', 'backup', 'delete', full);
    expect([held.code, held.err]).toEqual([
      1,
      expect.stringContaining('Incremental backups exist for this backup.'),
    ]);
    for (const id of [ofPoint, child, full]) {
      await openstack.text('volume', 'backup', 'delete', id);
      await expect.poll(async () => column(await list(), 'ID').includes(id), { timeout: 60_000 }).toBe(false);
    }
    await openstack.text('volume', 'snapshot', 'delete', 'point');
  });

  it('as an administrator resets, exports and imports backups, and sets quotas', async () => {
    const id = await backUp('kept', 'vol-003');
    const record = await administrator.json('volume', 'backup', 'record', 'export', id);
    expect(record).toMatchObject({ backup_service: 'cinder.backup.drivers.posix.PosixBackupDriver' });
    await administrator.text('volume', 'backup', 'set', '--state', 'error', id);
    await until('error', 'volume', 'backup', 'show', id);
    await administrator.text('volume', 'backup', 'delete', '--force', id);
    await expect.poll(() => openstack.json('volume', 'backup', 'list'), { timeout: 60_000 }).toEqual([]);
    await administrator.text('quota', 'set', '--backups', '7', 'demo');
    expect(await openstack.json('quota', 'show')).toMatchObject({ backups: 7 });
    await administrator.text('quota', 'set', '--backups', '-1', 'demo');
    expect(column(await administrator.json('volume', 'service', 'list'), 'Binary')).toContain(
      'cinder-backup',
    );
    expect(column(await administrator.json('user', 'list'), 'Name')).toContain('reader');
    expect(await administrator.json('role', 'assignment', 'list', '--names', '--user', 'demo')).toMatchObject(
      [{ Role: 'member', User: 'demo@Default', Project: 'demo@Default' }],
    );
  });

  it('makes an application credential with access rules, which opens what they say', async () => {
    const rules = JSON.stringify([{ method: 'GET', path: '/v3/*/backups/detail', service: 'volumev3' }]);
    const made = await openstack.json(
      'application',
      'credential',
      'create',
      'narrow',
      '--access-rules',
      rules,
    );
    expect(column(await openstack.json('application', 'credential', 'list'), 'Name')).toContain('narrow');
    const narrow = startClientShell('openstack', {
      OS_AUTH_TYPE: 'v3applicationcredential',
      OS_AUTH_URL: cloud.ready.auth_url,
      OS_APPLICATION_CREDENTIAL_ID: made.id,
      OS_APPLICATION_CREDENTIAL_SECRET: made.secret,
    });
    expect(await narrow.json('volume', 'backup', 'list')).toEqual([]);
    expect(await narrow.run('volume', 'list')).toMatchObject({
      code: 1,
      err: expect.stringContaining('401'),
    });
    await narrow.close();
    await openstack.text('application', 'credential', 'delete', 'narrow');
    const [rule] = await openstack.json('access', 'rule', 'list');
    await openstack.text('access', 'rule', 'delete', rule.ID);
    expect(await openstack.json('access', 'rule', 'list')).toEqual([]);
  });
});

describe('cinder', () => {
  it('backs up, lists, exports, imports, restores and deletes', async () => {
    const idOf = (table: string) => /\| id +\| (\S+)/.exec(table)?.[1] ?? '';
    const full = idOf(
      await cinder.text('backup-create', 'vol-001', '--name', 'full', '--metadata', 'kind=full'),
    );
    await until('available', 'volume', 'backup', 'show', full);
    expect(await cinder.text('backup-list')).toMatch(/\| available \| full /);
    expect(await cinder.text('backup-show', full)).toMatch(/\| metadata +\| \{'kind': 'full'\}/);
    await cinder.text('backup-update', full, '--name', 'renamed');
    const record = await cinder.text('backup-export', full);
    const [, service = ''] = /\| backup_service +\| (\S+)/.exec(record) ?? [];
    const urlLines = [...record.matchAll(/\| (?:backup_url)? +\| (\S+) +\|/g)].map(([, part]) => part);
    await cinder.text('backup-delete', full);
    await expect.poll(async () => (await cinder.run('backup-show', full)).code, { timeout: 60_000 }).toBe(1);
    expect(await cinder.text('backup-import', service, urlLines.join(''))).toContain(full);
    await until('available', 'volume', 'backup', 'show', full);
    await cinder.text('backup-reset-state', full, '--state', 'error');
    await until('error', 'volume', 'backup', 'show', full);
    await cinder.text('backup-delete', full);
    expect(await cinder.text('absolute-limits')).toMatch(/\| totalVolumesUsed +\| 4 +\|/);
    expect(await cinder.text('quota-usage', (await openstack.json('token', 'issue')).project_id)).toMatch(
      /\| backups /,
    );
    expect(await cinder.text('version-list')).toMatch(/3\.71/);
  });
});

describe('openstacksdk', () => {
  it('goes through the life of a chain', async () => {
    const seen = JSON.parse(
      await runPython('sdk_workflow.py', { ...cloud.env, OS_IDENTITY_API_VERSION: '3' }),
    );
    expect(seen).toMatchObject({
      project: 'demo',
      volume: { tier: 'gold' },
      backups: [
        ['incremental', true, false],
        ['full', false, true],
      ],
      paged: 2,
      found: true,
      metadata: { kind: 'full' },
      refused: '400 Invalid backup: Incremental backups exist for this backup.',
      snapshots: ['snapshot'],
      limits: 2,
      types: ['__DEFAULT__'],
      left: 0,
    });
    expect(seen.restored).toMatchObject(['restored', { tier: 'gold', src_backup_id: expect.any(String) }]);
  });
});
