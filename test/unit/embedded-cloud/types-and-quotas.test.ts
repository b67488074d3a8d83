import { describe, expect, it } from 'vitest';
import { aCloud, refusal, type TestCloud } from './a-cloud.ts';

const names = async (cloud: TestCloud, query = '', as: 'member' | 'admin' = 'member') =>
  (await cloud.ask('GET', `/types${query}`, { as })).body.volume_types.map(
    ({ name }: { name: string }) => name,
  );

async function make(cloud: TestCloud, volume_type: object) {
  const got = await cloud.ask('POST', '/types', { as: 'admin', body: { volume_type } });
  if (got.status !== 200) throw new Error(got.text);
  return got.body.volume_type;
}

describe('volume types', () => {
  it('begin with the default, which cannot go', async () => {
    const cloud = await aCloud();
    const type = (await cloud.ask('GET', '/types/default')).body.volume_type;
    expect(type).toMatchObject({
      name: '__DEFAULT__',
      is_public: true,
      extra_specs: {},
      description: 'Default Volume Type',
    });
    expect(refusal(await cloud.ask('DELETE', `/types/${type.id}`, { as: 'admin' }))).toBe(
      `400 The volume type ${type.id} is a default volume type and cannot be deleted.`,
    );
    expect(await names(cloud)).toEqual(['__DEFAULT__']);
  });

  it('are made, changed and deleted by administrators alone', async () => {
    const cloud = await aCloud();
    expect((await cloud.ask('POST', '/types', { body: { volume_type: { name: 'x' } } })).status).toBe(403);
    const { id } = await make(cloud, {
      name: 'fast',
      extra_specs: { multiattach: '<is> False', secret: 'x' },
    });
    expect(
      refusal(await cloud.ask('POST', '/types', { as: 'admin', body: { volume_type: { name: 'fast' } } })),
    ).toBe('409 Volume Type fast already exists.');
    const put = (volume_type: object) =>
      cloud.ask('PUT', `/types/${id}`, { as: 'admin', body: { volume_type } });
    expect((await put({ name: 'faster', description: 'd' })).body.volume_type).toMatchObject({
      name: 'faster',
      description: 'd',
    });
    expect((await put({})).message).toBe(
      'Specify volume type name, description, is_public or a combination thereof.',
    );
    expect((await put({ name: ' ' })).message).toBe('Volume type name can not be empty.');
    const volume = (
      await cloud.ask('POST', '/volumes', { body: { volume: { size: 1, volume_type: 'faster' } } })
    ).body.volume;
    expect(volume.volume_type).toBe('faster');
    expect(refusal(await cloud.ask('DELETE', `/types/${id}`, { as: 'admin' }))).toBe(
      '400 Target volume type is still in use.',
    );
    cloud.control.removeVolume(volume.id);
    expect((await cloud.ask('DELETE', `/types/${id}`, { as: 'admin' })).status).toBe(202);
    expect((await cloud.ask('GET', `/types/${id}`)).status).toBe(404);
  });

  it('that are private are for administrators', async () => {
    const cloud = await aCloud();
    const { id } = await make(cloud, { name: 'inner', 'os-volume-type-access:is_public': false });
    expect(await names(cloud)).toEqual(['__DEFAULT__']);
    expect(await names(cloud, '?is_public=None', 'admin')).toEqual(['inner', '__DEFAULT__']);
    expect(await names(cloud, '?is_public=false', 'admin')).toEqual(['inner']);
    expect(refusal(await cloud.ask('GET', `/types/${id}`))).toBe(`404 Volume type ${id} could not be found.`);
  });

  it('show members only those extra specs that are meant for them', async () => {
    const cloud = await aCloud();
    const { id } = await make(cloud, {
      name: 'fast',
      extra_specs: { multiattach: '<is> True', secret: 'x' },
    });
    const specs = async (as: 'member' | 'admin') =>
      (await cloud.ask('GET', `/types/${id}/extra_specs`, { as })).body.extra_specs;
    expect(await specs('member')).toEqual({ multiattach: '<is> True' });
    expect(await specs('admin')).toEqual({ multiattach: '<is> True', secret: 'x' });
    expect((await cloud.ask('GET', `/types/${id}`)).body.volume_type).not.toHaveProperty('qos_specs_id');
    expect(refusal(await cloud.ask('GET', `/types/${id}/extra_specs/secret`))).toBe(
      `404 Volume Type ${id} has no extra specs with key secret.`,
    );
    expect((await cloud.ask('GET', `/types/${id}/encryption`, { as: 'admin' })).body).toEqual({});
  });

  it('have extra specs that administrators change while no volume is of the type', async () => {
    const cloud = await aCloud();
    const { id } = await make(cloud, { name: 'fast' });
    const path = `/types/${id}/extra_specs`;
    const ask = (method: string, key: string, body?: object) =>
      cloud.ask(method, `${path}${key}`, { as: 'admin', ...(body && { body }) });
    expect((await ask('POST', '', { extra_specs: { a: '1' } })).body).toEqual({ extra_specs: { a: '1' } });
    expect((await ask('PUT', '/a', { a: '2' })).body).toEqual({ a: '2' });
    expect((await ask('PUT', '/a', { b: '2' })).message).toBe('Request body and URI mismatch');
    expect((await ask('GET', '/a')).body).toEqual({ a: '2' });
    expect((await ask('DELETE', '/a')).status).toBe(202);
    cloud.control.addVolume({ volumeType: 'fast' });
    expect((await ask('POST', '', { extra_specs: { a: '1' } })).message).toBe(
      'Volume Type is currently in use.',
    );
    expect((await cloud.ask('POST', path, { body: { extra_specs: {} } })).status).toBe(403);
  });
});

describe('quota sets', () => {
  it('fall back to the defaults when a project’s own are deleted; an administrator sets both', async () => {
    const cloud = await aCloud({ quotas: { backups: 10 } });
    const path = `/os-quota-sets/${cloud.credentials.projectId}`;
    const backups = async (suffix = '') =>
      (await cloud.ask('GET', `${path}${suffix}`)).body.quota_set.backups;
    const put = (where: string, body: object) => cloud.ask('PUT', where, { as: 'admin', body });
    await put(path, { quota_set: { backups: 3 } });
    expect([await backups(), await backups('/defaults')]).toEqual([3, 10]);
    await put('/os-quota-class-sets/default', { quota_class_set: { backups: 7 } });
    expect([await backups(), await backups('/defaults')]).toEqual([3, 7]);
    expect((await cloud.ask('DELETE', path)).status).toBe(403);
    expect((await cloud.ask('DELETE', path, { as: 'admin' })).status).toBe(200);
    expect(await backups()).toBe(7);
    const shown = await cloud.ask('GET', '/os-quota-class-sets/default', { as: 'admin' });
    expect(shown.body.quota_class_set).toMatchObject({ id: 'default', backups: 7 });
  });

  it('show every quota that Cinder has, those of types too', async () => {
    const cloud = await aCloud();
    const shown = (await cloud.ask('GET', `/os-quota-sets/${cloud.credentials.projectId}`)).body.quota_set;
    expect(shown).toEqual({
      id: cloud.credentials.projectId,
      volumes: -1,
      snapshots: -1,
      gigabytes: -1,
      backups: -1,
      backup_gigabytes: -1,
      per_volume_gigabytes: -1,
      groups: 10,
      volumes___DEFAULT__: -1,
      snapshots___DEFAULT__: -1,
      gigabytes___DEFAULT__: -1,
    });
  });

  it.each([
    [{ nonsense: 5, backups: 1 }, 'Invalid input received: Bad key(s) in quota set: nonsense'],
    [{ backups: 'many' }, 'backups must be an integer'],
    [{ backups: -2 }, 'backups must be >= -1'],
    [{ backups: 2 ** 31 }, 'backups must be <= 2147483647'],
  ])('as %j are refused, and stay as they are', async (quota_set, message) => {
    const cloud = await aCloud();
    const path = `/os-quota-sets/${cloud.credentials.projectId}`;
    expect(refusal(await cloud.ask('PUT', path, { as: 'admin', body: { quota_set } }))).toBe(
      `400 ${message}`,
    );
    expect((await cloud.ask('GET', path)).body.quota_set.backups).toBe(-1);
  });

  it('and limits of another project are shown to administrators, the limits from 3.39 on', async () => {
    const cloud = await aCloud();
    cloud.control.addVolume();
    const path = `/limits?project_id=${cloud.credentials.projectId}`;
    const used = async (version: string) =>
      (await cloud.ask('GET', path, { as: 'cloudadmin', version })).body.limits.absolute.totalVolumesUsed;
    expect([await used('3.38'), await used('3.39')]).toEqual([0, 1]);
    expect(
      (await cloud.ask('GET', path, { as: 'other', version: '3.39' })).body.limits.absolute.totalVolumesUsed,
    ).toBe(0);
  });
});

describe('the rest of the API', () => {
  it('tells zones, filters, extensions', async () => {
    const cloud = await aCloud({ zones: ['az-2'] });
    const zones = (await cloud.ask('GET', '/os-availability-zone')).body.availabilityZoneInfo;
    expect(zones).toEqual(['nova', 'az-2'].map((zoneName) => ({ zoneName, zoneState: { available: true } })));
    const filters = await cloud.ask('GET', '/resource_filters?resource=backup', { version: '3.33' });
    expect(filters.body.resource_filters).toEqual([
      { resource: 'backup', filters: ['name', 'status', 'volume_id'] },
    ]);
    const { extensions } = (await cloud.ask('GET', '/extensions')).body;
    expect(extensions.map(({ alias }: { alias: string }) => alias)).toContain('backups');
    expect((await cloud.ask('GET', '/extensions/backups')).body.extension).toMatchObject({ name: 'Backups' });
    expect((await cloud.ask('GET', '/extensions/nonsuch')).status).toBe(404);
  });

  it('tells an administrator which services run', async () => {
    const cloud = await aCloud();
    cloud.control.stopBackupService();
    expect((await cloud.ask('GET', '/os-services')).status).toBe(403);
    const services = async (query: string, version: string) =>
      (await cloud.ask('GET', `/os-services${query}`, { as: 'admin', version })).body.services;
    expect(await services('', '3.70')).toMatchObject([
      { binary: 'cinder-backup', state: 'down', status: 'enabled', disabled_reason: null },
      { binary: 'cinder-scheduler', state: 'up' },
      {
        binary: 'cinder-volume',
        state: 'up',
        backend_state: 'up',
        cluster: null,
        replication_status: 'disabled',
      },
    ]);
    const [volume] = await services('?binary=cinder-volume&host=cinder-local@file', '3.0');
    expect(volume).not.toHaveProperty('cluster');
    expect(await services('?host=elsewhere', '3.0')).toEqual([]);
  });

  it('keeps messages in pages, until they are deleted', async () => {
    const cloud = await aCloud();
    cloud.control.addFault({ effect: { fail: { reason: 'x' } } });
    for (let made = 0; made < 3; made += 1) await cloud.backUp(cloud.control.addVolume());
    const page = (await cloud.ask('GET', '/messages?limit=2&sort=created_at:asc', { version: '3.5' })).body;
    expect(page.messages).toHaveLength(2);
    expect(page.messages_links[0].rel).toBe('next');
    expect((await cloud.ask('GET', '/messages?limit=2', { version: '3.4' })).body.messages).toHaveLength(3);
    expect(
      (await cloud.ask('GET', '/messages?resource_type=VOLUME', { version: '3.31' })).body.messages,
    ).toEqual([]);
    expect((await cloud.ask('GET', '/messages?foo=1', { version: '3.31' })).status).toBe(400);
    const path = `/messages/${page.messages[0].id}`;
    expect((await cloud.ask('DELETE', path, { version: '3.3', as: 'other' })).status).toBe(404);
    expect((await cloud.ask('DELETE', path, { version: '3.2' })).status).toBe(404);
    expect((await cloud.ask('DELETE', path, { version: '3.3' })).status).toBe(204);
    expect((await cloud.ask('GET', path, { version: '3.3' })).status).toBe(404);
  });
});
