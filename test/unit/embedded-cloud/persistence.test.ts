import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CloudDirectoryError } from '../../../local/embedded-cloud/embedded-cloud.ts';
import { aCloud, NOON, type TestCloud } from './a-cloud.ts';

function newDirectory(): string {
  const path = mkdtempSync(join(tmpdir(), 'kept-cloud-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** What a kill leaves of a directory at this instant: nothing of it is written later than it is answered for. */
function killed(path: string): string {
  const copy = newDirectory();
  cpSync(path, copy, { recursive: true });
  return copy;
}

const rowsOf = ({ control }: TestCloud) => ({
  volumes: control.volumes(),
  snapshots: control.snapshots(),
  backups: control.backups(),
});

async function post(cloud: TestCloud, path: string, body: object): Promise<string> {
  const got = await cloud.ask('POST', path, { version: '3.47', body });
  if (got.status !== 202) throw new Error(got.text);
  return Object.values<{ id: string }>(got.body)[0]?.id ?? '';
}

async function statusOf(cloud: TestCloud, path: string): Promise<string> {
  const { status, body } = await cloud.ask('GET', path);
  return status === 200 ? (Object.values<{ status: string }>(body)[0]?.status ?? '') : String(status);
}

function countRows(dataPath: string): object {
  const file = new DatabaseSync(join(dataPath, 'volumes', 'content.sqlite'));
  const count = (table: string) => file.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.rows;
  const counts = { owners: count('owners'), content: count('content'), blocks: count('blocks') };
  file.close();
  return counts;
}

async function restore(cloud: TestCloud, backupId: string): Promise<string> {
  const volumeId = cloud.control.addVolume();
  await cloud.ask('POST', `/backups/${backupId}/restore`, { body: { restore: { volume_id: volumeId } } });
  cloud.pass(5);
  return volumeId;
}

async function aKeptCloud() {
  const dataPath = newDirectory();
  const cloud = await aCloud({ dataPath });
  const volumeId = cloud.control.addVolume({ name: 'root', metadata: { tier: 'gold' } });
  cloud.control.writeVolume(volumeId, 40_000, Buffer.from('in the full'));
  const full = await cloud.backUp(volumeId, { name: 'full', metadata: { a: 'b' } });
  cloud.control.writeVolume(volumeId, 90_000, Buffer.from('in the incremental'));
  const incremental = await cloud.backUp(volumeId, { incremental: true });
  return { dataPath, cloud, volumeId, full, incremental, digest: cloud.control.digestVolume(volumeId) };
}

describe('a kept cloud', () => {
  it('has everything again: rows, bytes, quotas, accounts and tokens', async () => {
    const { dataPath, cloud, volumeId, incremental, digest } = await aKeptCloud();
    await post(cloud, '/snapshots', { snapshot: { volume_id: volumeId } });
    await cloud.ask('PUT', `/backups/${incremental}`, {
      version: '3.43',
      body: { backup: { name: 'renamed' } },
    });
    cloud.control.attachVolume(volumeId, 'server');
    cloud.control.setQuota({ backups: 3 });
    await cloud.ask('POST', '/types', { as: 'admin', body: { volume_type: { name: 'fast' } } });
    const ofClass = { quota_class_set: { snapshots: 5 } };
    await cloud.ask('PUT', '/os-quota-class-sets/default', { as: 'admin', body: ofClass });
    cloud.control.addFault({ times: 1, effect: { fail: { reason: 'x' } } });
    await cloud.backUp(cloud.control.addVolume({ availabilityZone: 'az-2' }));
    const token = await cloud.tokenOf('member');
    cloud.pass(60);
    const before = rowsOf(cloud);
    const looks = ['/limits', '/types', '/messages', '/os-availability-zone'];
    const seen = async (kept: TestCloud) => {
      const got = await Promise.all(looks.map((path) => kept.ask('GET', path, { token, version: '3.70' })));
      return got.map(({ text }) => text.replaceAll(/127\.0\.0\.1:\d+/g, 'HOST'));
    };
    const answers = await seen(cloud);
    await cloud.close();

    const again = await aCloud({ dataPath });
    expect(rowsOf(again)).toEqual(before);
    expect(again.credentials).toEqual({ ...cloud.credentials, authUrl: again.authUrl });
    expect(await seen(again)).toEqual(answers);
    expect(
      (await again.ask('POST', '/backups', { body: { backup: { volume_id: volumeId, force: true } } }))
        .status,
    ).toBe(413);
    expect(again.control.digestVolume(volumeId)).toBe(digest);
    expect(again.control.digestVolume(await restore(again, incremental))).toBe(digest);
  });

  it('goes on with chains, copies and deletions as if it had never stopped', async () => {
    const { dataPath, cloud, volumeId, full, incremental, digest } = await aKeptCloud();
    const snapshotId = await post(cloud, '/snapshots', { snapshot: { volume_id: volumeId } });
    cloud.pass(2);
    await cloud.close();
    const again = await aCloud({ dataPath });
    again.pass(60);
    again.control.writeVolume(volumeId, 0, Buffer.from('after the start'));
    const third = await again.backUp(volumeId, { incremental: true });
    expect(again.rowOf(third)).toMatchObject({ parent_id: incremental, object_count: 1 });
    expect((await again.ask('DELETE', `/backups/${full}`)).status).toBe(400);
    const copy = await post(again, '/volumes', { volume: { snapshot_id: snapshotId } });
    again.control.removeVolume(volumeId);
    again.pass(2);
    expect(again.control.digestVolume(copy)).toBe(digest);
    for (const id of [third, incremental, full]) {
      expect((await again.ask('DELETE', `/backups/${id}`)).status).toBe(202);
      again.pass(2);
    }
    expect(await statusOf(again, `/backups/${full}`)).toBe('404');
    await again.close();
    expect(readdirSync(join(dataPath, 'backups'))).toEqual([]);
    expect(rowsOf(await aCloud({ dataPath })).backups).toEqual([]);
  });

  it('leaves no bytes behind: neither of what was deleted, nor of what a crash left without a row', async () => {
    const { dataPath, cloud, volumeId, full, incremental } = await aKeptCloud();
    const foreign = cloud.control.addForeignBackup({ volumeId });
    const snapshotId = await post(cloud, '/snapshots', { snapshot: { volume_id: volumeId } });
    await cloud.ask('POST', '/backups', { body: { backup: { volume_id: volumeId } } });
    cloud.pass(5);
    await cloud.close();
    expect(countRows(dataPath)).toMatchObject({ owners: 2 });
    const content = new DatabaseSync(join(dataPath, 'volumes', 'content.sqlite'));
    content.exec(`
      INSERT INTO owners VALUES ('orphan');
      INSERT INTO content SELECT 'orphan', number, hash FROM content WHERE owner = '${snapshotId}'`);
    content.close();
    const again = await aCloud({ dataPath });
    again.control.removeVolume(volumeId);
    await again.close();
    expect(countRows(dataPath)).toEqual({ owners: 0, content: 0, blocks: 0 });
    expect(readdirSync(join(dataPath, 'backups'))).toEqual(
      expect.arrayContaining([full, incremental, foreign]),
    );
  });

  it('ends what is under way when it is closed', async () => {
    const { dataPath, cloud, volumeId, digest } = await aKeptCloud();
    const backup = await post(cloud, '/backups', { backup: { volume_id: volumeId, incremental: true } });
    await cloud.close();
    const again = await aCloud({ dataPath });
    expect(await statusOf(again, `/backups/${backup}`)).toBe('available');
    expect(await statusOf(again, `/volumes/${volumeId}`)).toBe('available');
    expect(again.control.digestVolume(await restore(again, backup))).toBe(digest);
  });

  it('clears up after a kill as Cinder’s services do', async () => {
    const { dataPath, cloud, volumeId, full, incremental } = await aKeptCloud();
    const target = cloud.control.addVolume();
    const other = cloud.control.addVolume({ attachments: [{ serverId: 's' }] });
    const doomed = await cloud.backUp(other, { force: true });
    await cloud.ask('POST', `/backups/${full}/restore`, { body: { restore: { volume_id: target } } });
    await cloud.ask('DELETE', `/backups/${doomed}`);
    const [growing, going] = [cloud.control.addVolume(), cloud.control.addVolume()];
    await cloud.ask('POST', `/volumes/${growing}/action`, { body: { 'os-extend': { new_size: 9 } } });
    await cloud.ask('DELETE', `/volumes/${going}`);
    const coming = await post(cloud, '/volumes', { volume: { size: 1 } });
    const snapshot = await post(cloud, '/snapshots', { snapshot: { volume_id: cloud.control.addVolume() } });
    const made = await post(cloud, '/backups', { backup: { volume_id: volumeId } });
    const forced = await post(cloud, '/backups', { backup: { volume_id: other, force: true } });

    const again = await aCloud({ dataPath: killed(dataPath) });
    for (const [path, status] of [
      [`/backups/${made}`, 'error'],
      [`/volumes/${volumeId}`, 'available'],
      [`/backups/${forced}`, 'error'],
      [`/volumes/${other}`, 'in-use'],
      [`/backups/${full}`, 'available'],
      [`/volumes/${target}`, 'error_restoring'],
      [`/backups/${doomed}`, 'deleting'],
      [`/volumes/${growing}`, 'error_extending'],
      [`/volumes/${going}`, 'deleting'],
      [`/volumes/${coming}`, 'error'],
      [`/snapshots/${snapshot}`, 'error'],
      [`/backups/${incremental}`, 'available'],
    ] as const) {
      expect(`${path} ${await statusOf(again, path)}`).toBe(`${path} ${status}`);
    }
    expect(again.rowOf(made).fail_reason).toBe('incomplete backup reset on manager restart');
    expect(again.control.volumes().filter(({ name }) => name?.startsWith('backup-vol-'))).toEqual([]);
    again.pass(2);
    expect(await statusOf(again, `/backups/${doomed}`)).toBe('404');
    expect(await statusOf(again, `/volumes/${going}`)).toBe('404');
    const limits = (await again.ask('GET', '/limits')).body.limits.absolute;
    expect(limits).toMatchObject({ totalBackupsUsed: 4, totalVolumesUsed: 6, totalGigabytesUsed: 7 });
  });

  it('seeds volumes into a new database only', async () => {
    const dataPath = newDirectory();
    const cloud = await aCloud({ dataPath, volumes: 3 });
    cloud.control.removeVolume(cloud.control.volumes()[0]?.id ?? '');
    await cloud.close();
    expect((await aCloud({ dataPath, volumes: 3 })).control.volumes()).toHaveLength(2);
  });

  it('never goes back in time', async () => {
    const { dataPath, cloud } = await aKeptCloud();
    cloud.pass(86_400);
    cloud.control.addVolume();
    await cloud.close();
    const again = await aCloud({ dataPath });
    expect(again.now()).toEqual(new Date(NOON));
    again.control.addVolume();
    const [newest] = again.control.volumes();
    expect(newest?.created_at).toBeGreaterThanOrEqual(Date.parse(NOON) / 1000 + 86_400);
  });
});

describe('the parts of a kept cloud', () => {
  it('can be lost one by one: without its database, records that were exported bring the backups back', async () => {
    const { dataPath, cloud, full, incremental, digest } = await aKeptCloud();
    const records = [];
    for (const id of [full, incremental]) {
      records.push((await cloud.ask('GET', `/backups/${id}/export_record`, { as: 'admin' })).body);
    }
    await cloud.close();
    rmSync(join(dataPath, 'database'), { recursive: true });

    const again = await aCloud({ dataPath });
    expect(again.credentials.projectId).toBe(cloud.credentials.projectId);
    expect(rowsOf(again)).toEqual({ volumes: [], snapshots: [], backups: [] });
    for (const body of records) {
      expect((await again.ask('POST', '/backups/import_record', { as: 'admin', body })).status).toBe(201);
      again.pass(2);
    }
    expect(again.control.digestVolume(await restore(again, incremental))).toBe(digest);
    const restored = await again.ask('POST', `/backups/${full}/restore`, { body: { restore: {} } });
    again.pass(5);
    const path = `/volumes/${restored.body.restore.volume_id}`;
    expect((await again.ask('GET', path)).body.volume.name).toBe('root');
    expect((await again.ask('DELETE', `/backups/${full}`)).status).toBe(400);
  });

  it.each(['00001', 'manifest.json'])(
    'an object of a backup (%s) that is lost makes its restore fail',
    async (name) => {
      const { dataPath, cloud, full, incremental } = await aKeptCloud();
      rmSync(join(dataPath, 'backups', full, name));
      expect(await statusOf(cloud, `/volumes/${await restore(cloud, incremental)}`)).toBe('error_restoring');
    },
  );

  it.each(['00001', 'manifest.json'])('an object of a backup (%s) that is spoilt does too', async (name) => {
    const { dataPath, cloud, full, incremental } = await aKeptCloud();
    const path = join(dataPath, 'backups', full, name);
    expect(existsSync(path)).toBe(true);
    writeFileSync(path, Buffer.alloc(name === '00001' ? 2 * 32_768 : 100, 'x'));
    expect(await statusOf(cloud, `/volumes/${await restore(cloud, incremental)}`)).toBe('error_restoring');
  });

  it('keeps a record’s id from naming files elsewhere', async () => {
    const { dataPath, cloud, full } = await aKeptCloud();
    const { 'backup-record': record } = (
      await cloud.ask('GET', `/backups/${full}/export_record`, { as: 'admin' })
    ).body;
    const row = JSON.parse(Buffer.from(record.backup_url, 'base64').toString());
    const id = '../../elsewhere';
    const backup_url = Buffer.from(JSON.stringify({ ...row, id })).toString('base64');
    const body = { 'backup-record': { ...record, backup_url } };
    expect((await cloud.ask('POST', '/backups/import_record', { as: 'admin', body })).status).toBe(201);
    cloud.pass(2);
    writeFileSync(join(dataPath, '..', 'elsewhere'), '');
    // No URL names it: a slash cuts a path, escaped or not.
    expect((await cloud.ask('DELETE', `/backups/${encodeURIComponent(id)}`)).status).toBe(404);
    cloud.control.removeBackup(id);
    expect(cloud.control.backups().map((backup) => backup.id)).not.toContain(id);
    expect(existsSync(join(dataPath, '..', 'elsewhere'))).toBe(true);
    rmSync(join(dataPath, '..', 'elsewhere'));
  });
});

describe('a directory', () => {
  it('serves one cloud at a time', async () => {
    const { dataPath, cloud } = await aKeptCloud();
    await expect(aCloud({ dataPath })).rejects.toThrow('another process has it open');
    await cloud.close();
    await aCloud({ dataPath });
  });

  it('is free again when the port could not be had', async () => {
    const dataPath = newDirectory();
    const other = await aCloud();
    await expect(aCloud({ dataPath, port: other.port })).rejects.toThrow('EADDRINUSE');
    await aCloud({ dataPath });
  });

  it.each([
    ['of another format', 'PRAGMA user_version = 2', 'is of format 2, and this cinderkeep reads 1'],
    ['of another program', 'PRAGMA application_id = 1', 'is no file of an embedded cloud'],
  ])('%s is refused, and stays as it is', async (_what, sql, message) => {
    const { dataPath, cloud } = await aKeptCloud();
    await cloud.close();
    const database = new DatabaseSync(join(dataPath, 'database', 'cinder.sqlite'));
    database.exec(sql);
    database.close();
    const refused = aCloud({ dataPath });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toBeInstanceOf(CloudDirectoryError);
  });

  it('that is a file, or has something else in it, is refused by name', async () => {
    const path = newDirectory();
    const file = join(path, 'file');
    writeFileSync(file, 'x');
    await expect(aCloud({ dataPath: file })).rejects.toThrow(file);
    const database = join(path, 'database', 'cinder.sqlite');
    mkdirSync(dirname(database));
    writeFileSync(database, 'no database '.repeat(100));
    await expect(aCloud({ dataPath: path })).rejects.toThrow(database);
  });
});
