import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectStatus, type LiveCloud, liveCloud } from './cloud.ts';

let cloud: LiveCloud;

async function startBackup(volumeId: string, options: object = {}): Promise<string> {
  const body = { backup: { volume_id: volumeId, name: 'live', ...options } };
  const accepted = await expectStatus('POST /backups', cloud.memberRequest('POST', '/backups', body), 202);
  return accepted.backup.id;
}

async function backUp(volumeId: string, options: object = {}) {
  return cloud.waitForBackup(await startBackup(volumeId, options));
}

async function snapshotOf(volumeId: string): Promise<string> {
  const body = { snapshot: { volume_id: volumeId } };
  const accepted = await expectStatus(
    'POST /snapshots',
    cloud.memberRequest('POST', '/snapshots', body),
    202,
  );
  return accepted.snapshot.id;
}

async function restoreInto(volumeId: string, backupId: unknown): Promise<string> {
  const path = `/backups/${backupId}/restore`;
  const body = { restore: { volume_id: volumeId } };
  await expectStatus(`POST ${path}`, cloud.memberRequest('POST', path, body), 202);
  return cloud.waitForVolume(volumeId, 'available', 'error_restoring');
}

beforeAll(async () => {
  cloud = await liveCloud();
});
beforeEach(() => cloud.purge());
afterAll(() => cloud.purge());

describe('the live cloud', () => {
  it('speaks the microversions of Zed', async () => {
    const answer = await cloud.memberRequest('GET', '/limits', undefined, 'latest');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('openstack-api-version')).toBe('volume 3.70');
  });

  it('restores a full and an incremental to the bytes that were in the volume', async () => {
    const volumeId = await cloud.createVolume({
      name: 'source',
      sizeGib: 1,
      metadata: { backup: 'nightly' },
    });
    await cloud.writeVolume(volumeId, 0, randomBytes(1_000_000));
    const atFull = await cloud.hashVolume(volumeId);
    const full = await backUp(volumeId);
    expect(full).toMatchObject({ status: 'available', is_incremental: false, size: 1 });

    await cloud.writeVolume(volumeId, 20_000_000, Buffer.from('what has changed since'));
    const atIncremental = await cloud.hashVolume(volumeId);
    expect(atIncremental).not.toBe(atFull);
    // Stamps have whole seconds; of two backups in one second, Cinder might take the wrong one for the parent.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const incremental = await backUp(volumeId, { incremental: true });
    expect(incremental).toMatchObject({ status: 'available', is_incremental: true });

    const target = await cloud.createVolume({ name: 'target' });
    expect(await restoreInto(target, incremental?.id)).toBe('available');
    expect(await cloud.hashVolume(target)).toBe(atIncremental);
    expect((await cloud.readVolume(target)).subarray(20_000_000, 20_000_022).toString()).toBe(
      'what has changed since',
    );
    expect(await restoreInto(target, full?.id)).toBe('available');
    expect(await cloud.hashVolume(target)).toBe(atFull);
  });

  it('refuses to write beyond the end of a volume', async () => {
    const volumeId = await cloud.createVolume();
    const end = cloud.environment.bytesPerGib;
    await expect(cloud.writeVolume(volumeId, end - 1, Buffer.from('ab'))).rejects.toThrow(`it has ${end}`);
  });

  it('fails the backups of the volume that a fault names, and of no other', async () => {
    const [ill, well] = [await cloud.createVolume(), await cloud.createVolume({ volumeType: 'other-type' })];
    await cloud.setFault('attach_error', 'disk on fire', ill);
    expect(await backUp(ill)).toMatchObject({ status: 'error', fail_reason: /disk on fire/ });
    expect(await backUp(well)).toMatchObject({ status: 'available' });
  });

  it('keeps to the quota that a test has set', async () => {
    const volumeId = await cloud.createVolume();
    await cloud.setQuota(1);
    await backUp(volumeId);
    const second = await cloud.memberRequest('POST', '/backups', { backup: { volume_id: volumeId } });
    expect(second.status).toBe(413);
  });

  it('backs up an attached volume by force only', async () => {
    const volumeId = await cloud.createVolume();
    await cloud.attachVolume(volumeId);
    const refused = await cloud.memberRequest('POST', '/backups', { backup: { volume_id: volumeId } });
    expect(refused.status).toBe(400);
    expect(await backUp(volumeId, { force: true })).toMatchObject({ status: 'available' });
    await cloud.waitForVolume(volumeId, 'in-use');
    await cloud.detachVolume(volumeId);
  });

  it('fails the backup that a crash of cinder-backup has cut short, and makes backups again', async () => {
    const volumeId = await cloud.createVolume();
    await cloud.setFault('attach_delay', 5);
    const backupId = await startBackup(volumeId);
    await cloud.waitUntilDelayed(volumeId);
    await cloud.kill('cinder-backup');
    await cloud.restart('cinder-backup');
    expect(await cloud.waitForBackup(backupId)).toMatchObject({ status: 'error' });
    await cloud.clearFaults();
    await cloud.waitForVolume(volumeId, 'available');
    expect(await backUp(volumeId)).toMatchObject({ status: 'available' });
  });

  async function expectEmpty(): Promise<void> {
    for (const kind of ['backups', 'snapshots', 'volumes']) {
      expect((await cloud.adminRequest('GET', `/${kind}`)).body[kind]).toEqual([]);
    }
  }

  it('is empty after a purge of a chain, a snapshot, an attached volume and a frozen service', async () => {
    const volumeId = await cloud.createVolume();
    await backUp(volumeId);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await backUp(volumeId, { incremental: true });
    await snapshotOf(volumeId);
    await cloud.attachVolume(await cloud.createVolume());
    await cloud.freeze('cinder-backup');
    await startBackup(await cloud.createVolume());
    await cloud.purge();
    await expectEmpty();
  });

  it('is empty after a purge of what is stuck between two states', async () => {
    const volumeId = await cloud.createVolume();
    const snapshotId = await snapshotOf(volumeId);
    await cloud.setFault('attach_delay', 25);
    await startBackup(await cloud.createVolume());
    for (const path of [`/volumes/${volumeId}`, `/snapshots/${snapshotId}`]) {
      const body = { 'os-reset_status': { status: 'creating' } };
      await expectStatus(path, cloud.adminRequest('POST', `${path}/action`, body), 202);
    }
    await cloud.purge();
    await expectEmpty();
  });
});
