import { describe, expect, it } from 'vitest';
import { aCloud, refusal, type TestCloud } from './a-cloud.ts';

async function statusesOf(cloud: TestCloud, backupId: string, volumeId: string): Promise<string> {
  const backup = await cloud.ask('GET', `/backups/${backupId}`);
  const volume = await cloud.ask('GET', `/volumes/${volumeId}`);
  return `${backup.body.backup?.status ?? '404'} ${volume.body.volume?.status ?? '404'}`;
}

async function post(cloud: TestCloud, volumeId: string, fields: object = {}): Promise<string> {
  const got = await cloud.ask('POST', '/backups', {
    version: '3.51',
    body: { backup: { volume_id: volumeId, ...fields } },
  });
  if (got.status !== 202) throw new Error(got.text);
  return got.body.backup.id;
}

const show = async (cloud: TestCloud, id: string) => (await cloud.ask('GET', `/backups/${id}`)).body.backup;

describe('a backup', () => {
  it('of an available volume takes as long as the clock says, and gives the volume back', async () => {
    const cloud = await aCloud({ durations: { fullSeconds: 10, incrementalSeconds: 4 } });
    const volumeId = cloud.control.addVolume();
    const full = await post(cloud, volumeId);
    expect(await statusesOf(cloud, full, volumeId)).toBe('creating backing-up');
    cloud.pass(9);
    expect(await statusesOf(cloud, full, volumeId)).toBe('creating backing-up');
    expect(cloud.control.nextChangeAt()).toEqual(new Date('2026-11-23T12:00:10Z'));
    cloud.pass(1);
    expect(await statusesOf(cloud, full, volumeId)).toBe('available available');
    expect(cloud.control.nextChangeAt()).toBeUndefined();
    const incremental = await post(cloud, volumeId, { incremental: true });
    cloud.pass(4);
    expect(await statusesOf(cloud, incremental, volumeId)).toBe('available available');
  });

  it('that ended long ago ended when it was due, not when it was looked at', async () => {
    const cloud = await aCloud();
    const id = await post(cloud, cloud.control.addVolume());
    cloud.pass(86_400);
    expect((await show(cloud, id)).updated_at).toBe('2026-11-23T12:00:03.000000');
  });

  it('of an in-use volume puts a copy among the volumes while it runs, and gives it back in-use', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume({ name: 'root', attachments: [{ serverId: 's1' }] });
    const id = await post(cloud, volumeId, { force: true });
    expect(await statusesOf(cloud, id, volumeId)).toBe('creating backing-up');
    const during = await cloud.ask('GET', '/volumes/detail?sort=created_at:desc', { version: '3.70' });
    expect(during.body.volumes).toHaveLength(2);
    expect(during.body.volumes).toContainEqual(
      expect.objectContaining({
        name: `backup-vol-${volumeId}`,
        status: 'backing-up',
        metadata: {},
        consumes_quota: false,
      }),
    );
    cloud.pass(3);
    expect(await statusesOf(cloud, id, volumeId)).toBe('available in-use');
    expect((await cloud.ask('GET', '/volumes')).body.volumes).toHaveLength(1);
  });

  it('of a snapshot leaves the volume free; the snapshot is backing-up and cannot be deleted', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const made = await cloud.ask('POST', '/snapshots', {
      body: { snapshot: { volume_id: volumeId, name: 's' } },
    });
    const snapshotId = made.body.snapshot.id;
    cloud.pass(1);
    const id = await post(cloud, volumeId, { snapshot_id: snapshotId });
    expect(await statusesOf(cloud, id, volumeId)).toBe('creating available');
    expect((await cloud.ask('GET', `/snapshots/${snapshotId}`)).body.snapshot.status).toBe('backing-up');
    expect(refusal(await cloud.ask('DELETE', `/snapshots/${snapshotId}`))).toBe(
      '400 Invalid snapshot: Snapshot status must be available or error and must not be part of a group.',
    );
    const beside = await post(cloud, volumeId);
    cloud.pass(3);
    expect(await statusesOf(cloud, beside, volumeId)).toBe('available available');
    expect((await show(cloud, id)).snapshot_id).toBe(snapshotId);
    expect((await cloud.ask('DELETE', `/snapshots/${snapshotId}`)).status).toBe(202);
    cloud.pass(1);
    expect((await cloud.ask('GET', `/snapshots/${snapshotId}`)).status).toBe(404);
  });

  it('incremental fails late when the volume grew since its parent, pins it, and in Zed blocks the next', async () => {
    for (const [release, next] of [
      ['zed', '400 Invalid backup: The parent backup must be available for incremental backup.'],
      ['latest', '202 undefined'],
    ] as const) {
      const cloud = await aCloud({ release });
      const volumeId = cloud.control.addVolume();
      const full = await cloud.backUp(volumeId);
      cloud.control.extendVolume(volumeId, 2);
      const failed = await post(cloud, volumeId, { incremental: true });
      cloud.pass(2);
      expect(await show(cloud, failed)).toMatchObject({
        status: 'error',
        size: 2,
        container: null,
        is_incremental: true,
        fail_reason: 'Invalid backup: Volume size increased since the last backup. Do a full backup.',
      });
      expect(await statusesOf(cloud, full, volumeId)).toBe('available available');
      expect((await cloud.ask('DELETE', `/backups/${full}`)).status).toBe(400);
      const again = await cloud.ask('POST', '/backups', {
        body: { backup: { volume_id: volumeId, incremental: true } },
      });
      expect(refusal(again)).toBe(next);
    }
  });

  it('outlives its volume, which cannot be backed up any more', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume({ name: 'old', metadata: { a: '1' } });
    const id = await cloud.backUp(volumeId);
    expect((await cloud.ask('DELETE', `/volumes/${volumeId}`)).status).toBe(202);
    cloud.pass(1);
    expect(await statusesOf(cloud, id, volumeId)).toBe('available 404');
    const again = await cloud.ask('POST', '/backups', {
      body: { backup: { volume_id: volumeId, incremental: true } },
    });
    expect(refusal(again)).toBe(`404 Volume ${volumeId} could not be found.`);
    const restored = await cloud.ask('POST', `/backups/${id}/restore`, {
      body: { restore: { name: 'back' } },
    });
    expect(restored.status).toBe(202);
  });

  it('holds its volume: no deletion, no snapshot, no reservation meanwhile', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    await post(cloud, volumeId);
    const snapshot = (force: boolean) =>
      cloud.ask('POST', '/snapshots', { body: { snapshot: { volume_id: volumeId, force } } });
    const reserve = await cloud.ask('POST', `/volumes/${volumeId}/action`, { body: { 'os-reserve': null } });
    expect(refusal(await cloud.ask('DELETE', `/volumes/${volumeId}`))).toBe(
      '400 Invalid volume: Volume status must be available or error or error_restoring or error_extending or ' +
        'error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a ' +
        'transfer, or be disassociated from snapshots after volume transfer.',
    );
    expect(refusal(await snapshot(false))).toBe(
      `400 Invalid volume: Volume ${volumeId} status must be available, but current status is: backing-up.`,
    );
    expect(refusal(await snapshot(true))).toBe(
      `400 Invalid volume: Volume ${volumeId} status must be available, in-use, but current status is: backing-up.`,
    );
    expect(refusal(reserve)).toBe(
      '400 Invalid volume: Volume status must be available to reserve, but the status is backing-up.',
    );
  });

  it('for a zone that there is not: Zed forgets the zone, later releases fail it', async () => {
    for (const [release, status, zone] of [
      ['zed', 'available', null],
      ['latest', 'error', 'mars'],
    ] as const) {
      const cloud = await aCloud({ release });
      const id = await post(cloud, cloud.control.addVolume(), { availability_zone: 'mars' });
      cloud.pass(3);
      expect(await show(cloud, id)).toMatchObject({ status, availability_zone: zone });
    }
  });
});

describe('a restore', () => {
  async function restore(cloud: TestCloud, id: string, asked: object) {
    return cloud.ask('POST', `/backups/${id}/restore`, { body: { restore: asked } });
  }
  const volume = async (cloud: TestCloud, id: string) =>
    (await cloud.ask('GET', `/volumes/${id}`)).body.volume;

  it('without a name makes a volume that ends with the name and description of the source', async () => {
    const cloud = await aCloud();
    const source = cloud.control.addVolume({ name: 'flow' });
    const id = await cloud.backUp(source);
    const got = await restore(cloud, id, { name: null, volume_id: null });
    const newId = got.body.restore.volume_id;
    expect(got.body.restore).toEqual({
      backup_id: id,
      volume_id: newId,
      volume_name: `restore_backup_${id}`,
    });
    expect(await statusesOf(cloud, id, newId)).toBe('restoring restoring-backup');
    expect((await volume(cloud, newId)).description).toBe('auto-created_from_restore_from_backup');
    expect(refusal(await restore(cloud, id, {}))).toBe('400 Invalid backup: Backup status must be available');
    cloud.pass(3);
    expect(await statusesOf(cloud, id, newId)).toBe('available available');
    expect(await volume(cloud, newId)).toMatchObject({
      name: 'flow',
      description: null,
      metadata: { src_backup_id: id },
    });
  });

  it('with a name keeps it; with a volume ignores the name', async () => {
    const cloud = await aCloud();
    const id = await cloud.backUp(cloud.control.addVolume({ name: 'flow' }));
    const named = (await restore(cloud, id, { name: 'mine' })).body.restore;
    cloud.pass(3);
    expect((await volume(cloud, named.volume_id)).name).toBe('mine');
    const target = cloud.control.addVolume({ name: 'target', sizeGib: 5 });
    const both = (await restore(cloud, id, { name: 'ignored', volume_id: target })).body.restore;
    expect(both).toMatchObject({ volume_id: target, volume_name: 'target' });
    cloud.pass(3);
    expect((await volume(cloud, target)).name).toBe('target');
  });

  it('that fails leaves the backup available, the volume in error_restoring and a message', async () => {
    const cloud = await aCloud();
    const id = await cloud.backUp(cloud.control.addVolume());
    const target = cloud.control.addVolume();
    cloud.control.addFault({ match: { operation: 'restore-backup' }, effect: { fail: { reason: 'x' } } });
    await restore(cloud, id, { volume_id: target });
    cloud.pass(3);
    expect(await statusesOf(cloud, id, target)).toBe('available error_restoring');
    const messages = await cloud.ask('GET', `/messages?resource_uuid=${id}`, { version: '3.3' });
    expect(messages.body.messages[0]).toMatchObject({
      event_id: 'VOLUME_VOLUME_BACKUP_015_021',
      user_message: 'restore backup:Failed to attach volume.',
      resource_type: 'VOLUME_BACKUP',
    });
    expect((await cloud.ask('GET', '/messages', { version: '3.2' })).status).toBe(404);
    expect(refusal(await restore(cloud, id, { volume_id: target }))).toBe(
      '400 Invalid volume: Volume to be restored to must be available',
    );
  });

  it('is refused for a smaller or unknown volume, a bad id, an extra property', async () => {
    const cloud = await aCloud();
    const id = await cloud.backUp(cloud.control.addVolume({ sizeGib: 2 }));
    const unknown = '11111111-2222-4333-8444-555555555555';
    const cases: [object, string][] = [
      [
        { volume_id: cloud.control.addVolume() },
        '400 Invalid volume: volume size 1 is too small to restore backup of size 2.',
      ],
      [{ volume_id: unknown }, `404 Volume ${unknown} could not be found.`],
      [
        { volume_id: 'nope' },
        "400 Invalid input for field/attribute volume_id. Value: nope. 'nope' is not valid under any of the given schemas",
      ],
      [
        { size: 2 },
        "400 Invalid input for field/attribute restore. Value: {'size': 2}. Additional properties are not allowed ('size' was unexpected)",
      ],
    ];
    for (const [asked, expected] of cases) expect(refusal(await restore(cloud, id, asked))).toBe(expected);
    expect(refusal(await cloud.ask('POST', `/backups/${id}/restore`, { body: {} }))).toBe(
      "400 'restore' is a required property",
    );
    expect((await cloud.ask('POST', `/backups/${id}/restore`, { body: { restore: null } })).status).toBe(500);
  });
});

describe('with cinder-backup down', () => {
  const GONE = '404 Service cinder-backup could not be found.';

  it('deletion and restore of what exists answer 404, creation is taken and stays creating', async () => {
    const cloud = await aCloud();
    const id = await cloud.backUp(cloud.control.addVolume());
    const volumeId = cloud.control.addVolume();
    cloud.control.stopBackupService();
    expect(refusal(await cloud.ask('DELETE', `/backups/${id}`))).toBe(GONE);
    expect(refusal(await cloud.ask('POST', `/backups/${id}/restore`, { body: { restore: {} } }))).toBe(GONE);
    expect((await show(cloud, id)).status).toBe('available');
    const late = await post(cloud, volumeId);
    cloud.pass(1000);
    expect(await statusesOf(cloud, late, volumeId)).toBe('creating backing-up');
    const services = await cloud.ask('GET', '/os-services?binary=cinder-backup', { as: 'admin' });
    expect(services.body.services).toMatchObject([{ binary: 'cinder-backup', state: 'down' }]);
    cloud.control.startBackupService();
    expect(await statusesOf(cloud, late, volumeId)).toBe('error available');
    expect((await show(cloud, late)).fail_reason).toBe(
      'Create backup aborted, expected volume status backing-up but got available.',
    );
  });

  it('what was under way stands still and is cleared up at the restart', async () => {
    const cloud = await aCloud();
    const [one, two, three] = [1, 2, 3].map(() => cloud.control.addVolume()) as [string, string, string];
    const restored = await cloud.backUp(two);
    const deleted = await cloud.backUp(three);
    const created = await post(cloud, one);
    const target = (await cloud.ask('POST', `/backups/${restored}/restore`, { body: { restore: {} } })).body
      .restore;
    await cloud.ask('DELETE', `/backups/${deleted}`);
    cloud.control.stopBackupService();
    cloud.pass(100);
    expect(await statusesOf(cloud, created, one)).toBe('creating backing-up');
    expect(await statusesOf(cloud, restored, target.volume_id)).toBe('restoring restoring-backup');
    expect(cloud.rowOf(deleted).status).toBe('deleting');
    cloud.control.startBackupService();
    expect(await statusesOf(cloud, created, one)).toBe('error available');
    expect((await show(cloud, created)).fail_reason).toBe('incomplete backup reset on manager restart');
    expect(await statusesOf(cloud, restored, target.volume_id)).toBe('available error_restoring');
    cloud.pass(1);
    expect((await cloud.ask('GET', `/backups/${deleted}`)).status).toBe(404);
  });
});
