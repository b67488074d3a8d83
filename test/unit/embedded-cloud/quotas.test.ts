import { describe, expect, it } from 'vitest';
import { aCloud, refusal } from './a-cloud.ts';

describe('quota', () => {
  it('of backups is 413 with Retry-After 0, and failed backups count until they are deleted', async () => {
    const cloud = await aCloud({ quotas: { backups: 2 } });
    const volumeId = cloud.control.addVolume();
    const first = await cloud.backUp(volumeId);
    cloud.control.addFault({ times: 1, effect: { fail: { reason: 'x' } } });
    const failed = await cloud.backUp(volumeId);
    const post = () => cloud.ask('POST', '/backups', { body: { backup: { volume_id: volumeId } } });
    const refused = await post();
    expect(refused.status).toBe(413);
    expect(refused.headers.get('retry-after')).toBe('0');
    expect(refused.body).toEqual({
      overLimit: {
        code: 413,
        message: 'BackupLimitExceeded: Maximum number of backups allowed (2) exceeded',
        retryAfter: '0',
      },
    });
    await cloud.ask('DELETE', `/backups/${failed}`);
    expect((await post()).status).toBe(413);
    cloud.pass(1);
    expect((await post()).status).toBe(202);
    expect(cloud.rowOf(first).status).toBe('available');
  });

  it('of gigabytes counts the whole size of the volume for an incremental too', async () => {
    const cloud = await aCloud({ quotas: { backupGigabytes: 7 } });
    const volumeId = cloud.control.addVolume({ sizeGib: 4 });
    await cloud.backUp(volumeId);
    const got = await cloud.ask('POST', '/backups', {
      body: { backup: { volume_id: volumeId, incremental: true } },
    });
    expect(refusal(got)).toBe(
      '413 VolumeBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup gigabytes quota. ' +
        'Requested 4G, quota is 7G and 4G has been consumed.',
    );
  });

  it('is not taken by a backup that is refused', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    await cloud.ask('POST', '/backups', { body: { backup: { volume_id: volumeId, incremental: true } } });
    const limits = await cloud.ask('GET', '/limits');
    expect(limits.body.limits.absolute).toMatchObject({ totalBackupsUsed: 0, totalBackupGigabytesUsed: 0 });
  });

  it('of volumes and of gigabytes stops a restore into a new volume', async () => {
    const cloud = await aCloud();
    const id = await cloud.backUp(cloud.control.addVolume());
    const restore = () => cloud.ask('POST', `/backups/${id}/restore`, { body: { restore: {} } });
    cloud.control.setQuota({ volumes: 1 });
    expect(refusal(await restore())).toBe(
      "413 Maximum number of volumes allowed (1) exceeded for quota 'volumes'.",
    );
    cloud.control.setQuota({ volumes: -1, gigabytes: 1 });
    expect(refusal(await restore())).toBe(
      '413 Requested volume or snapshot exceeds allowed gigabytes quota. Requested 1G, quota is 1G and 1G has been consumed.',
    );
  });

  it('counts snapshots in number and gigabytes', async () => {
    const cloud = await aCloud({ quotas: { snapshots: 1 } });
    const volumeId = cloud.control.addVolume({ sizeGib: 3 });
    const post = () => cloud.ask('POST', '/snapshots', { body: { snapshot: { volume_id: volumeId } } });
    expect((await post()).status).toBe(202);
    expect(refusal(await post())).toBe(
      '413 SnapshotLimitExceeded: Maximum number of snapshots allowed (1) exceeded',
    );
    const limits = await cloud.ask('GET', '/limits');
    expect(limits.body.limits).toEqual({
      rate: [],
      absolute: {
        maxTotalVolumes: -1,
        maxTotalSnapshots: 1,
        maxTotalVolumeGigabytes: -1,
        maxTotalBackups: -1,
        maxTotalBackupGigabytes: -1,
        totalVolumesUsed: 1,
        totalGigabytesUsed: 6,
        totalSnapshotsUsed: 1,
        totalBackupsUsed: 0,
        totalBackupGigabytesUsed: 0,
      },
    });
  });

  it('is set by an administrator, not below what is used, and read by the project itself', async () => {
    const cloud = await aCloud();
    await cloud.backUp(cloud.control.addVolume());
    const path = `/os-quota-sets/${cloud.credentials.projectId}`;
    const put = (quota_set: object, as: 'admin' | 'member') =>
      cloud.ask('PUT', path, { as, body: { quota_set } });
    expect((await put({ backups: 5 }, 'member')).status).toBe(403);
    expect((await put({ backups: 0 }, 'admin')).status).toBe(400);
    const set = await put({ backups: 5, backup_gigabytes: 9 }, 'admin');
    expect(set.body.quota_set).toMatchObject({ backups: 5, backup_gigabytes: 9, volumes: -1 });
    const usage = await cloud.ask('GET', `${path}?usage=True`);
    expect(usage.body.quota_set.backups).toEqual({ limit: 5, in_use: 1, reserved: 0 });
    expect((await cloud.ask('GET', path, { as: 'other' })).status).toBe(403);
  });
});
