import { describe, expect, it } from 'vitest';
import { aCloud, refusal, type TestCloud } from './a-cloud.ts';

const DEPENDENTS = '400 Invalid backup: Incremental backups exist for this backup.';
const STATUS = '400 Invalid backup: Backup status must be available or error';

async function flagOf(cloud: TestCloud, id: string): Promise<boolean> {
  return (await cloud.ask('GET', `/backups/${id}`)).body.backup.has_dependent_backups;
}

async function remove(cloud: TestCloud, id: string): Promise<string> {
  return refusal(await cloud.ask('DELETE', `/backups/${id}`));
}

describe('deleting a backup', () => {
  it('goes leaf first, each only when the one before is really gone', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const full = await cloud.backUp(volumeId);
    const child = await cloud.backUp(volumeId, { incremental: true });
    expect(await remove(cloud, full)).toBe(DEPENDENTS);
    expect((await cloud.ask('DELETE', `/backups/${child}`)).text).toBe('');
    expect(await remove(cloud, full)).toBe(DEPENDENTS);
    expect(await remove(cloud, child)).toBe(STATUS);
    cloud.pass(1);
    expect(refusal(await cloud.ask('GET', `/backups/${child}`))).toBe(
      `404 Backup ${child} could not be found.`,
    );
    expect((await cloud.ask('DELETE', `/backups/${full}`)).status).toBe(202);
  });

  it('is refused while it is creating or restoring', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const made = await cloud.ask('POST', '/backups', { body: { backup: { volume_id: volumeId } } });
    const id = made.body.backup.id;
    expect(await remove(cloud, id)).toBe(STATUS);
    cloud.pass(3);
    await cloud.ask('POST', `/backups/${id}/restore`, { body: { restore: {} } });
    expect(await remove(cloud, id)).toBe(STATUS);
  });

  it('is refused for a child in any status, though the flag says that there is none', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const full = await cloud.backUp(volumeId);
    cloud.control.addFault({ effect: { fail: { reason: 'boom' } } });
    const failed = await cloud.backUp(volumeId, { incremental: true });
    expect(cloud.rowOf(failed).status).toBe('error');
    expect(await flagOf(cloud, full)).toBe(false);
    expect(await remove(cloud, full)).toBe(DEPENDENTS);
    expect((await cloud.ask('DELETE', `/backups/${failed}`)).status).toBe(202);
    cloud.pass(1);
    expect((await cloud.ask('DELETE', `/backups/${full}`)).status).toBe(202);
  });

  it('counts a child when it is available, and takes off any child that goes, counted or not', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const full = await cloud.backUp(volumeId);
    expect(cloud.rowOf(full).num_dependent_backups).toBeNull();
    const posted = await cloud.ask('POST', '/backups', {
      body: { backup: { volume_id: volumeId, incremental: true } },
    });
    expect(await flagOf(cloud, full)).toBe(false);
    cloud.pass(2);
    expect(await flagOf(cloud, full)).toBe(true);
    expect(cloud.rowOf(full).num_dependent_backups).toBe(1);
    // A sibling that failed was never counted, yet its deletion takes one off: the flag now hides the first child.
    const failed = cloud.control.addForeignBackup({ volumeId, parentId: full, status: 'error' });
    await cloud.ask('DELETE', `/backups/${failed}`);
    cloud.pass(1);
    expect(await flagOf(cloud, full)).toBe(false);
    expect(await remove(cloud, full)).toBe(DEPENDENTS);
    await cloud.ask('DELETE', `/backups/${posted.body.backup.id}`);
    cloud.pass(1);
    expect(cloud.rowOf(full).num_dependent_backups).toBe(0);
  });

  it('by an administrator of another project breaks a chain', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const full = await cloud.backUp(volumeId);
    const child = await cloud.backUp(volumeId, { incremental: true });
    expect((await cloud.ask('DELETE', `/backups/${full}`, { as: 'cloudadmin' })).status).toBe(202);
    cloud.pass(1);
    const orphan = await cloud.ask('GET', `/backups/${child}`);
    expect(orphan.body.backup).toMatchObject({ status: 'available', is_incremental: true });
    const restored = await cloud.ask('POST', `/backups/${child}/restore`, { body: { restore: {} } });
    cloud.pass(3);
    const volume = await cloud.ask('GET', `/volumes/${restored.body.restore.volume_id}`);
    expect(volume.body.volume.status).toBe('error_restoring');
    expect((await cloud.ask('DELETE', `/backups/${child}`)).status).toBe(202);
    cloud.pass(1);
    expect((await cloud.ask('GET', `/backups/${child}`)).status).toBe(404);
    expect((await cloud.ask('GET', '/limits')).body.limits.absolute.totalBackupsUsed).toBe(1);
  });

  it('that fails in the driver ends in error, and can be tried again', async () => {
    const cloud = await aCloud();
    const id = await cloud.backUp(cloud.control.addVolume());
    cloud.control.addFault({ times: 1, effect: { failDelete: { reason: '[Errno 21] Is a directory' } } });
    await cloud.ask('DELETE', `/backups/${id}`);
    cloud.pass(1);
    const shown = await cloud.ask('GET', `/backups/${id}`);
    expect(shown.body.backup).toMatchObject({
      status: 'error',
      fail_reason: '[Errno 21] Is a directory',
      object_count: 4,
    });
    await cloud.ask('DELETE', `/backups/${id}`);
    cloud.pass(1);
    expect((await cloud.ask('GET', `/backups/${id}`)).status).toBe(404);
  });

  it.each(['11111111-2222-4333-8444-555555555555', 'nope'])('of the unknown %s is 404', async (id) => {
    const cloud = await aCloud();
    expect(await remove(cloud, id)).toBe(`404 Backup ${id} could not be found.`);
  });
});
