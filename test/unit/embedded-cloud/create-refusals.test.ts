import { describe, expect, it } from 'vitest';
import { aCloud, refusal } from './a-cloud.ts';

describe('POST /backups refuses with the words of Cinder 21.3.1', () => {
  it.each([
    ['backing-up', false],
    ['backing-up', true],
    ['error', true],
    ['restoring-backup', false],
  ])('a volume that is %s (force: %s)', async (status, force) => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume({ status });
    const got = await cloud.ask('POST', '/backups', { body: { backup: { volume_id: volumeId, force } } });
    expect(refusal(got)).toBe(
      `400 Invalid volume: Volume to be backed up must be available or in-use, but the current status is "${status}".`,
    );
  });

  it('an in-use volume without force, and takes it with force', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume({ attachments: [{ serverId: 's1' }] });
    const body = { backup: { volume_id: volumeId } };
    expect(refusal(await cloud.ask('POST', '/backups', { body }))).toBe(
      '400 Invalid volume: Backing up an in-use volume must use the force flag.',
    );
    const forced = await cloud.ask('POST', '/backups', {
      body: { backup: { ...body.backup, force: 'yes' } },
    });
    expect(forced.status).toBe(202);
  });

  it('a second backup of a volume while the first runs', async () => {
    const cloud = await aCloud();
    const body = { backup: { volume_id: cloud.control.addVolume() } };
    const [first, second] = [
      await cloud.ask('POST', '/backups', { body }),
      await cloud.ask('POST', '/backups', { body }),
    ];
    expect(first.status).toBe(202);
    expect(second.message).toContain('but the current status is "backing-up".');
  });

  it("another project's volume, as if it did not exist", async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const got = await cloud.ask('POST', '/backups', {
      as: 'other',
      body: { backup: { volume_id: volumeId } },
    });
    expect(refusal(got)).toBe(`404 Volume ${volumeId} could not be found.`);
  });

  it('a snapshot of another volume, and one that is busy', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const otherId = cloud.control.addVolume();
    const made = await cloud.ask('POST', '/snapshots', { body: { snapshot: { volume_id: volumeId } } });
    const snapshotId = made.body.snapshot.id;
    const post = (id: string) =>
      cloud.ask('POST', '/backups', { body: { backup: { volume_id: id, snapshot_id: snapshotId } } });
    expect(refusal(await post(otherId))).toBe(
      `400 Invalid volume: Volume ${otherId} does not match with snapshot.volume_id ${volumeId}.`,
    );
    expect(refusal(await post(volumeId))).toBe(
      '400 Invalid snapshot: Snapshot to be backed up must be available, but the current status is "creating".',
    );
    cloud.pass(1);
    expect((await post(volumeId)).status).toBe(202);
    expect((await post(volumeId)).message).toContain('but the current status is "backing-up".');
  });

  it('takes booleans as words, trims the name and takes null for what may be missing', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    await cloud.backUp(volumeId);
    const got = await cloud.ask('POST', '/backups', {
      body: {
        backup: {
          volume_id: volumeId,
          name: '  padded  ',
          incremental: 'true',
          container: null,
          snapshot_id: null,
        },
      },
    });
    expect(got.status).toBe(202);
    expect(got.body.backup).toEqual({
      id: expect.any(String),
      name: 'padded',
      links: [
        {
          rel: 'self',
          href: `${cloud.cinderUrl}/${cloud.credentials.projectId}/backups/${got.body.backup.id}`,
        },
        {
          rel: 'bookmark',
          href: `http://127.0.0.1:${cloud.port}/${cloud.credentials.projectId}/backups/${got.body.backup.id}`,
        },
      ],
    });
  });
});
