import { describe, expect, it } from 'vitest';
import { aCloud, refusal, type TestCloud } from './a-cloud.ts';

const act = (cloud: TestCloud, id: string, body: object, version = '3.70') =>
  cloud.ask('POST', `/volumes/${id}/action`, { version, body });
const volumeOf = async (cloud: TestCloud, id: string) =>
  (await cloud.ask('GET', `/volumes/${id}`)).body.volume;

describe('volumes', () => {
  it('are created, extended, changed and deleted in their own time', async () => {
    const cloud = await aCloud();
    const body = { volume: { name: 'v', size: 2, metadata: { tier: 'gold' }, availability_zone: 'nova' } };
    const made = await cloud.ask('POST', '/volumes', { body });
    const id = made.body.volume.id;
    expect(made.body.volume).toMatchObject({ status: 'creating', size: 2 });
    cloud.pass(1);
    expect((await act(cloud, id, { 'os-extend': { new_size: 5 } })).status).toBe(202);
    expect((await volumeOf(cloud, id)).status).toBe('extending');
    cloud.pass(1);
    expect(await volumeOf(cloud, id)).toMatchObject({ status: 'available', size: 5 });
    expect(refusal(await act(cloud, id, { 'os-extend': { new_size: 5 } }))).toBe(
      '400 Invalid input received: New size for extend must be greater than current size. (current: 5, extended: 5).',
    );
    await cloud.ask('PUT', `/volumes/${id}`, { body: { volume: { name: 'w' } } });
    await cloud.ask('POST', `/volumes/${id}/metadata`, { body: { metadata: { backup: 'nightly' } } });
    await cloud.ask('DELETE', `/volumes/${id}/metadata/tier`);
    expect(await volumeOf(cloud, id)).toMatchObject({ name: 'w', metadata: { backup: 'nightly' } });
    await cloud.ask('DELETE', `/volumes/${id}`);
    cloud.pass(1);
    expect((await cloud.ask('GET', `/volumes/${id}`)).status).toBe(404);
    expect((await cloud.ask('GET', '/limits')).body.limits.absolute).toMatchObject({
      totalVolumesUsed: 0,
      totalGigabytesUsed: 0,
    });
  });

  it('come from a backup by backup_id, which Cinder heeds before 3.47 too', async () => {
    const cloud = await aCloud();
    const backup = await cloud.backUp(cloud.control.addVolume({ sizeGib: 3 }));
    const body = { volume: { backup_id: backup } };
    for (const version of ['3.46', '3.47']) {
      const made = await cloud.ask('POST', '/volumes', { version, body });
      expect(made.body.volume.size).toBe(3);
    }
  });

  it('are attached and detached, and show their servers', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    const attach = {
      'os-attach': { instance_uuid: '11111111-2222-4333-8444-555555555555', mountpoint: '/dev/vdc' },
    };
    expect((await act(cloud, id, attach)).status).toBe(202);
    const shown = await volumeOf(cloud, id);
    expect(shown).toMatchObject({
      status: 'in-use',
      attachments: [{ server_id: '11111111-2222-4333-8444-555555555555', device: '/dev/vdc', volume_id: id }],
    });
    expect(refusal(await act(cloud, id, attach))).toBe(
      '400 Invalid volume: volume is already attached and multiple attachments are not enabled',
    );
    expect((await cloud.ask('DELETE', `/volumes/${id}`)).status).toBe(400);
    await act(cloud, id, { 'os-detach': { attachment_id: shown.attachments[0].attachment_id } });
    expect(await volumeOf(cloud, id)).toMatchObject({ status: 'available', attachments: [] });
  });

  it('detached by hand while they are backed up are available afterwards', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume({ attachments: [{ serverId: 's1' }] });
    await cloud.ask('POST', '/backups', { body: { backup: { volume_id: id, force: true } } });
    cloud.control.detachVolume(id);
    expect((await volumeOf(cloud, id)).status).toBe('backing-up');
    cloud.pass(3);
    expect((await volumeOf(cloud, id)).status).toBe('available');
  });

  it.each([
    ['name=vol-002', 'vol-002'],
    ['status=error', ''],
    ["metadata={'backup':'nightly'}&limit=2", 'vol-003 vol-002'],
    ['metadata={"backup": "nightly", "x": "1"}', ''],
    ['sort=name:asc&limit=2', 'vol-001 vol-002'],
    ['availability_zone=nova&limit=1', 'vol-003'],
  ])('are found by %s', async (query, expected) => {
    const cloud = await aCloud({ volumes: 3 });
    const got = await cloud.ask('GET', `/volumes/detail?${query}`);
    expect(got.body.volumes.map((volume: { name: string }) => volume.name).join(' ')).toBe(expected);
  });

  it('seeded by number are for the nightly policy', async () => {
    const cloud = await aCloud({ volumes: 2 });
    const got = await cloud.ask('GET', '/volumes/detail');
    expect(got.body.volumes).toMatchObject([
      { name: 'vol-002', size: 2, status: 'available', metadata: { backup: 'nightly' } },
      { name: 'vol-001', size: 1, status: 'available', metadata: { backup: 'nightly' } },
    ]);
  });
});

describe('snapshots', () => {
  const post = (cloud: TestCloud, volumeId: string, fields: object, version?: string) =>
    cloud.ask('POST', '/snapshots', {
      ...(version === undefined ? {} : { version }),
      body: { snapshot: { volume_id: volumeId, ...fields } },
    });

  it('of an in-use volume need force below 3.66, and take no false from there on', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume({ attachments: [{ serverId: 's1' }] });
    expect(refusal(await post(cloud, id, {}, '3.65'))).toBe(
      `400 Invalid volume: Volume ${id} status must be available, but current status is: in-use.`,
    );
    expect((await post(cloud, id, { force: true }, '3.65')).status).toBe(202);
    expect((await post(cloud, id, {}, '3.66')).status).toBe(202);
    expect((await post(cloud, id, { force: true }, '3.66')).status).toBe(202);
    expect((await post(cloud, id, { force: false }, '3.66')).message).toMatch(
      /^Since microversion 3\.66 the 'force' flag is invalid for this request\./,
    );
  });

  it('are listed by name and by volume', async () => {
    const cloud = await aCloud();
    const [one, two] = [cloud.control.addVolume({ sizeGib: 2 }), cloud.control.addVolume()];
    const made = await post(cloud, one, { name: 'a', metadata: { k: 'v' } });
    await post(cloud, two, { name: 'b' });
    cloud.pass(1);
    const byVolume = await cloud.ask('GET', `/snapshots/detail?volume_id=${one}`, { version: '3.70' });
    expect(byVolume.body.snapshots).toEqual([
      {
        id: made.body.snapshot.id,
        created_at: '2026-11-23T12:00:00.000000',
        updated_at: '2026-11-23T12:00:01.000000',
        name: 'a',
        description: null,
        volume_id: one,
        status: 'available',
        size: 2,
        metadata: { k: 'v' },
        'os-extended-snapshot-attributes:progress': '100%',
        'os-extended-snapshot-attributes:project_id': cloud.credentials.projectId,
        group_snapshot_id: null,
        user_id: expect.any(String),
        consumes_quota: true,
      },
    ]);
    const byName = await cloud.ask('GET', '/snapshots?name=b&limit=1');
    expect(byName.body).toMatchObject({ snapshots: [{ name: 'b' }], snapshots_links: [{ rel: 'next' }] });
  });

  it('hold their volume', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    await post(cloud, id, {});
    cloud.pass(1);
    expect((await cloud.ask('DELETE', `/volumes/${id}`)).message).toContain('have snapshots');
  });
});
