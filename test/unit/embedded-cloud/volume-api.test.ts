import { describe, expect, it } from 'vitest';
import { aCloud, refusal, type TestCloud } from './a-cloud.ts';

const SERVER = '11111111-2222-4333-8444-555555555555';
const NOT_DELETABLE =
  'Invalid volume: Volume status must be available or error or error_restoring or error_extending or error_managing ' +
  'and must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated ' +
  'from snapshots after volume transfer.';

const act = (
  cloud: TestCloud,
  id: string,
  body: object,
  as: 'member' | 'admin' = 'member',
  version = '3.70',
) => cloud.ask('POST', `/volumes/${id}/action`, { version, body, as });
const show = async (cloud: TestCloud, id: string, as: 'member' | 'admin' = 'member') =>
  (await cloud.ask('GET', `/volumes/${id}`, { as, version: '3.70' })).body.volume;
const create = (cloud: TestCloud, volume: object, version = '3.70') =>
  cloud.ask('POST', '/volumes', { version, body: { volume } });
const names = async (
  cloud: TestCloud,
  query: string,
  version = '3.70',
  as: 'member' | 'admin' = 'member',
) => {
  const got = await cloud.ask('GET', `/volumes?${query}`, { version, as });
  return got.status === 200
    ? got.body.volumes.map(({ name }: { name: string }) => name).join(' ')
    : refusal(got);
};

describe('volumes: a new one', () => {
  it.each([
    [{}, 'The server could not comply with the request since it is either malformed or otherwise incorrect.'],
    [{ size: 0 }, 'Invalid input for field/attribute size. Value: 0. 0 is less than the minimum of 1'],
    [{ size: 'x' }, "Invalid input for field/attribute size. Value: x. 'x' does not match '^[0-9]+$'"],
    [{ size: 1, availability_zone: 'mars' }, "Availability zone 'mars' is invalid."],
    [{ size: 1, imageRef: SERVER }, 'Invalid image identifier or unable to access requested image.'],
    [
      { size: 1, name: 5 },
      "Invalid input for field/attribute name. Value: 5. 5 is not of type 'string', 'null'",
    ],
  ])('as %j is refused', async (volume, message) => {
    expect(refusal(await create(await aCloud(), volume))).toBe(`400 ${message}`);
  });

  it.each([
    ['volume_type', 'gold', 'Volume type with name gold could not be found.'],
    ['volume_type', SERVER, `Volume type ${SERVER} could not be found.`],
    ['snapshot_id', SERVER, `Snapshot ${SERVER} could not be found.`],
    ['source_volid', SERVER, `Volume ${SERVER} could not be found.`],
    ['backup_id', SERVER, `Backup ${SERVER} could not be found.`],
  ])('of a %s that there is not is refused', async (key, value, message) => {
    expect(refusal(await create(await aCloud(), { size: 1, [key]: value }))).toBe(`404 ${message}`);
  });

  it('takes keys that it does not know until 3.52', async () => {
    const cloud = await aCloud();
    expect((await create(cloud, { size: 1, foo: 'bar' }, '3.52')).status).toBe(202);
    expect(refusal(await create(cloud, { size: 1, foo: 'bar' }, '3.53'))).toContain("('foo' was unexpected)");
  });

  it('is of the type, the zone and the size that its source has', async () => {
    const cloud = await aCloud();
    const source = cloud.control.addVolume({
      sizeGib: 4,
      volumeType: 'fast',
      availabilityZone: 'az-2',
      isEncrypted: true,
    });
    const made = (await create(cloud, { source_volid: source })).body.volume;
    expect(made).toMatchObject({ size: 4, volume_type: 'fast', availability_zone: 'az-2', encrypted: true });
    expect(made.encryption_key_id).not.toBe((await show(cloud, source)).encryption_key_id);
    expect(
      (await create(cloud, { size: '3', volume_type: 'fast', availability_zone: 'az-2' })).body.volume.size,
    ).toBe(3);
  });

  it('is shown with what extensions add, and answered without', async () => {
    const cloud = await aCloud();
    const made = (await create(cloud, { size: 1 })).body.volume;
    expect(made['os-vol-tenant-attr:tenant_id']).toBeUndefined();
    expect(await show(cloud, made.id)).toMatchObject({
      'os-vol-tenant-attr:tenant_id': cloud.credentials.projectId,
    });
    expect(await show(cloud, made.id, 'admin')).toMatchObject({
      'os-vol-host-attr:host': 'cinder-local@file#file',
      provider_id: null,
      cluster_name: null,
    });
  });

  it('is not larger than one may be, and does not grow beyond that', async () => {
    const cloud = await aCloud();
    const quota = { quota_set: { per_volume_gigabytes: 5 } };
    await cloud.ask('PUT', `/os-quota-sets/${cloud.credentials.projectId}`, { as: 'admin', body: quota });
    const tooLarge = '413 Requested volume size 6G is larger than maximum allowed limit 5G.';
    expect(refusal(await create(cloud, { size: 6 }))).toBe(tooLarge);
    const id = cloud.control.addVolume();
    expect(refusal(await act(cloud, id, { 'os-extend': { new_size: 6 } }))).toBe(tooLarge);
    expect((await show(cloud, id)).status).toBe('available');
  });
});

describe('volumes: lists', () => {
  async function three(): Promise<TestCloud> {
    const cloud = await aCloud();
    cloud.control.addVolume({ name: 'alpha', sizeGib: 1, metadata: { tier: 'gold', backup: 'yes' } });
    cloud.pass(60);
    cloud.control.addVolume({ name: 'beta', sizeGib: 2, metadata: { tier: 'silver' }, status: 'error' });
    cloud.pass(60);
    cloud.control.addVolume({ name: 'gamma', sizeGib: 2, attachments: [{ serverId: SERVER }] });
    return cloud;
  }

  it.each([
    ['size=2', 'gamma beta'],
    ['status=error', 'beta'],
    ['bootable=false', 'gamma beta alpha'],
    ['bootable=true', ''],
    ['metadata={"tier":"gold"}', 'alpha'],
    ['created_at=gt:2026-11-23T12:00:30', 'gamma beta'],
    ['created_at=gte:2026-11-23T12:01:00,lt:2026-11-23T12:02:00', 'beta'],
    ['created_at=eq:2026-11-23T13:02:00%2B01:00', 'gamma'],
    ['created_at=soon:2026-11-23', '400 Invalid soon operator'],
    ['group_id=None', 'gamma beta alpha'],
    ['group_id=none', ''],
    ['status=None', ''],
    ['name=None', ''],
    ['created_at=2026', '400 Invalid 2026 operator'],
    ['created_at=gt:now', '400 Invalid now value'],
    ['consumes_quota=true', 'gamma beta alpha'],
    ['sort=size:asc,name:desc', 'alpha gamma beta'],
    ['sort=status', 'gamma beta alpha'],
    ['limit=1&offset=1', 'beta'],
    ['display_name=beta', '400 Invalid filters display_name are found in query options.'],
    ['name~=a', '400 Invalid filters name~ are found in query options.'],
    ['with_count=perhaps', "400 Value 'perhaps' for 'with_count' is not a boolean."],
  ])('by %s', async (query, expected) => {
    expect(await names(await three(), query)).toBe(expected);
  });

  it('ignore below 3.31 what came later or is not known', async () => {
    const cloud = await three();
    for (const query of ['created_at=gt:2026-11-23T12:01:30', 'foo=bar', 'created_at=x']) {
      expect(await names(cloud, query, '3.30')).toBe('gamma beta alpha');
    }
    // That one it takes, and finds no such column.
    expect(await names(cloud, 'consumes_quota=true', '3.30')).toBe('');
    expect(await names(cloud, 'consumes_quota=true', '3.31')).toBe('gamma beta alpha');
  });

  it('take everything from an administrator, parts of names too', async () => {
    const cloud = await three();
    expect(await names(cloud, 'name~=ET', '3.34', 'admin')).toBe('beta');
    expect(await names(cloud, 'display_name=beta', '3.70', 'admin')).toBe('beta');
    expect(await names(cloud, 'attach_status=attached', '3.70', 'admin')).toBe('gamma');
    expect(await names(cloud, 'foo=bar', '3.70', 'admin')).toBe('');
  });

  it('count and link to their next page', async () => {
    const cloud = await three();
    const got = await cloud.ask('GET', '/volumes/detail?limit=2&with_count=true&status=available', {
      version: '3.45',
    });
    expect(got.body).toMatchObject({ count: 1, volumes: [{ name: 'alpha' }] });
    const page = (await cloud.ask('GET', '/volumes/detail?limit=2', { version: '3.45' })).body;
    expect(page.volumes_links[0].href).toMatch(/\/volumes\/detail\?limit=2&marker=/);
    const next = await cloud.ask('GET', `/volumes?limit=2&marker=${page.volumes[1].id}`);
    expect(next.body.volumes).toMatchObject([{ name: 'alpha' }]);
  });

  it('are summed up from 3.12, with metadata from 3.36', async () => {
    const cloud = await three();
    const summary = async (version: string) =>
      (await cloud.ask('GET', '/volumes/summary', { version })).body?.['volume-summary'];
    expect((await cloud.ask('GET', '/volumes/summary', { version: '3.11' })).status).toBe(404);
    expect(await summary('3.12')).toEqual({ total_count: 3, total_size: 5 });
    expect((await summary('3.36')).metadata).toEqual({
      tier: expect.arrayContaining(['gold', 'silver']),
      backup: ['yes'],
    });
  });
});

describe('volumes: metadata', () => {
  const meta = (cloud: TestCloud, id: string, method: string, path = '', body?: object, headers = {}) =>
    cloud.ask(method, `/volumes/${id}/metadata${path}`, { version: '3.70', headers, ...(body && { body }) });

  it('is read, added to, replaced and removed, item by item', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume({ metadata: { a: '1' } });
    expect((await meta(cloud, id, 'GET')).body).toEqual({ metadata: { a: '1' } });
    expect((await meta(cloud, id, 'POST', '', { metadata: { b: '2' } })).body).toEqual({
      metadata: { a: '1', b: '2' },
    });
    expect((await meta(cloud, id, 'GET', '/b')).body).toEqual({ meta: { b: '2' } });
    expect((await meta(cloud, id, 'PUT', '/b', { meta: { b: '3' } })).body).toEqual({ meta: { b: '3' } });
    expect((await meta(cloud, id, 'DELETE', '/a')).status).toBe(200);
    expect((await show(cloud, id)).metadata).toEqual({ b: '3' });
    expect((await meta(cloud, id, 'PUT', '', { metadata: { c: '4' } })).body).toEqual({
      metadata: { c: '4' },
    });
    expect((await show(cloud, id)).metadata).toEqual({ c: '4' });
  });

  it('is refused where it does not fit', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume({ metadata: { a: '1' } });
    const missing = `404 Volume ${id} has no metadata with key b.`;
    expect(refusal(await meta(cloud, id, 'GET', '/b'))).toBe(missing);
    expect(refusal(await meta(cloud, id, 'DELETE', '/b'))).toBe(missing);
    expect(refusal(await meta(cloud, id, 'PUT', '/b', { meta: { a: '2' } }))).toBe(
      '400 Request body and URI mismatch',
    );
    expect(refusal(await meta(cloud, id, 'PUT', '/a', { meta: { a: '2', b: '3' } }))).toBe(
      "400 Invalid input for field/attribute meta. Value: {'a': '2', 'b': '3'}. {'a': '2', 'b': '3'} has too many properties",
    );
    expect(refusal(await meta(cloud, id, 'POST', '', { metadata: { a: 1 } }))).toBe(
      "400 Invalid input for field/attribute a. Value: 1. 1 is not of type 'string'",
    );
    expect((await show(cloud, id)).metadata).toEqual({ a: '1' });
  });

  it('has an ETag from 3.15, by which a change is made only to what one has seen', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume({ metadata: { a: '1' } });
    const etag = (await meta(cloud, id, 'GET')).headers.get('etag') ?? '';
    expect(etag).toMatch(/^[0-9a-f]{32}$/);
    expect(
      (await cloud.ask('GET', `/volumes/${id}/metadata`, { version: '3.14' })).headers.get('etag'),
    ).toBeNull();
    const match = { 'if-match': `"${etag}"` };
    expect((await meta(cloud, id, 'PUT', '/a', { meta: { a: '2' } }, match)).status).toBe(200);
    expect((await meta(cloud, id, 'PUT', '', { metadata: {} }, match)).status).toBe(412);
    expect((await show(cloud, id)).metadata).toEqual({ a: '2' });
  });
});

describe('volumes: changes', () => {
  it('of name, description and metadata, under both of their names', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume({ name: 'a' });
    const put = (volume: object, version = '3.70') =>
      cloud.ask('PUT', `/volumes/${id}`, { version, body: { volume } });
    const long = `  ${'x'.repeat(256)}`;
    expect(refusal(await put({ description: long }))).toBe(
      '400 Invalid input received: description has 256 characters, more than 255.',
    );
    await put({ display_name: ' b ', display_description: 'd' });
    expect(await show(cloud, id)).toMatchObject({ name: 'b', description: 'd' });
    await put({ description: null, metadata: { k: 'v' } });
    expect(await show(cloud, id)).toMatchObject({ name: 'b', description: null, metadata: { k: 'v' } });
    expect((await put({}, '3.52')).status).toBe(200);
    expect((await put({}, '3.53')).status).toBe(400);
    expect(refusal(await put({ size: 5 }))).toContain("('size' was unexpected)");
  });

  it('of the bootable and the readonly flag', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    expect((await act(cloud, id, { 'os-set_bootable': { bootable: true } })).status).toBe(200);
    expect((await act(cloud, id, { 'os-update_readonly_flag': { readonly: 'True' } })).status).toBe(202);
    expect(await show(cloud, id)).toMatchObject({ bootable: 'true', metadata: { readonly: 'True' } });
    await cloud.ask('PUT', `/volumes/${id}/metadata`, { body: { metadata: {} } });
    expect((await show(cloud, id)).metadata).toEqual({ readonly: 'True' });
    expect(
      refusal(await act(cloud, id, { 'os-attach': { instance_uuid: SERVER, mountpoint: '/dev/vdb' } })),
    ).toBe(`400 Invalid attaching mode 'rw' for volume ${id}.`);
    cloud.control.setVolumeStatus(id, 'in-use');
    expect(refusal(await act(cloud, id, { 'os-update_readonly_flag': { readonly: false } }))).toBe(
      `400 Invalid volume: Volume ${id} status must be available to update readonly flag, but current status is: in-use.`,
    );
  });

  it('of size while in use from 3.42 on', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume({ attachments: [{ serverId: SERVER }] });
    expect(refusal(await act(cloud, id, { 'os-extend': { new_size: 2 } }, 'member', '3.41'))).toBe(
      `400 Invalid volume: Volume ${id} status must be '{'status': 'available'}' to extend, currently in-use.`,
    );
    await act(cloud, id, { 'os-extend': { new_size: '2' } }, 'member', '3.42');
    cloud.pass(1);
    expect(await show(cloud, id)).toMatchObject({ status: 'in-use', size: 2 });
  });

  it('back to the latest snapshot, bytes too, from 3.40 on', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    const snapshotOf = async () => {
      const made = await cloud.ask('POST', '/snapshots', { body: { snapshot: { volume_id: id } } });
      cloud.pass(2);
      return made.body.snapshot.id;
    };
    cloud.control.writeVolume(id, 0, Buffer.from('older'));
    const older = await snapshotOf();
    cloud.control.writeVolume(id, 0, Buffer.from('newer'));
    const newer = await snapshotOf();
    cloud.control.writeVolume(id, 0, Buffer.from('spoilt'));
    expect((await act(cloud, id, { revert: { snapshot_id: newer } }, 'member', '3.39')).status).toBe(404);
    expect(refusal(await act(cloud, id, { revert: { snapshot_id: older } }))).toBe(
      `400 Specified snapshot ${older} is None or not the latest one of volume ${id}.`,
    );
    expect((await act(cloud, id, { revert: { snapshot_id: newer } })).status).toBe(202);
    expect((await show(cloud, id)).status).toBe('reverting');
    cloud.pass(1);
    expect((await show(cloud, id)).status).toBe('available');
    expect(Buffer.from(cloud.control.readVolume(id, 0, 6)).toString()).toBe('newer\0');
    cloud.control.setVolumeStatus(id, 'error');
    expect((await act(cloud, id, { revert: { snapshot_id: newer } })).status).toBe(409);
  });
});

describe('volumes: servers', () => {
  it('reserve, attach, begin to detach and detach', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    const status = async () => (await show(cloud, id)).status;
    await act(cloud, id, { 'os-reserve': null });
    expect(await status()).toBe('attaching');
    await act(cloud, id, { 'os-unreserve': null });
    expect(await status()).toBe('available');
    await act(cloud, id, {
      'os-attach': { instance_uuid: SERVER, host_name: 'node-1', mountpoint: '/dev/vdb', mode: 'rw' },
    });
    const attached = await show(cloud, id, 'admin');
    expect(attached).toMatchObject({
      status: 'in-use',
      metadata: { readonly: 'False', attached_mode: 'rw' },
      attachments: [{ host_name: 'node-1' }],
    });
    expect((await show(cloud, id)).attachments).toMatchObject([{ host_name: null, server_id: SERVER }]);
    await act(cloud, id, { 'os-begin_detaching': null });
    expect(await status()).toBe('detaching');
    await act(cloud, id, { 'os-roll_detaching': null });
    expect(await status()).toBe('in-use');
    await act(cloud, id, { 'os-detach': {} });
    expect(await show(cloud, id)).toMatchObject({
      status: 'available',
      attachments: [],
      metadata: { readonly: 'False' },
    });
    expect(refusal(await act(cloud, id, { 'os-begin_detaching': null }))).toBe(
      "400 Invalid volume: Unable to detach volume. Volume status must be 'in-use' and attach_status must be 'attached' to detach.",
    );
  });

  it('must be told apart when there are several', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume({ attachments: [{ serverId: 'a' }, { serverId: 'b' }] });
    expect(refusal(await act(cloud, id, { 'os-detach': {} }))).toBe(
      '409 ConflictNovaUsingAttachment: Detach volume from instance  using the Compute API',
    );
    const { attachments } = await show(cloud, id);
    const another = cloud.control.addVolume();
    const wrong = { 'os-detach': { attachment_id: attachments[0].attachment_id } };
    expect(refusal(await act(cloud, another, wrong))).toBe(
      '400 Invalid input received: Mismatched volume and attachment',
    );
    await act(cloud, id, { 'os-detach': { attachment_id: attachments[0].attachment_id } });
    expect(await show(cloud, id)).toMatchObject({ status: 'in-use', attachments: [attachments[1]] });
  });
});

describe('volumes: deletion', () => {
  async function withSnapshot() {
    const cloud = await aCloud();
    const id = cloud.control.addVolume({ sizeGib: 2 });
    await cloud.ask('POST', '/snapshots', { body: { snapshot: { volume_id: id } } });
    cloud.pass(2);
    return { cloud, id };
  }

  it('takes snapshots along only where it is to cascade', async () => {
    const { cloud, id } = await withSnapshot();
    expect(refusal(await cloud.ask('DELETE', `/volumes/${id}`))).toBe(`400 ${NOT_DELETABLE}`);
    expect(refusal(await cloud.ask('DELETE', `/volumes/${id}?cascade=perhaps`))).toBe(
      "400 Value 'perhaps' for 'cascade' is not a boolean.",
    );
    expect((await cloud.ask('DELETE', `/volumes/${id}?cascade=true`)).status).toBe(202);
    expect(cloud.control.snapshots()).toMatchObject([{ status: 'deleting' }]);
    cloud.pass(1);
    expect([cloud.control.volumes(), cloud.control.snapshots()]).toEqual([[], []]);
    const { absolute } = (await cloud.ask('GET', '/limits')).body.limits;
    expect(absolute).toMatchObject({ totalVolumesUsed: 0, totalGigabytesUsed: 0, totalSnapshotsUsed: 0 });
  });

  it('does not cascade over a snapshot that is busy', async () => {
    const { cloud, id } = await withSnapshot();
    const body = { backup: { volume_id: id, snapshot_id: cloud.control.snapshots()[0]?.id } };
    expect((await cloud.ask('POST', '/backups', { body })).status).toBe(202);
    expect((await cloud.ask('DELETE', `/volumes/${id}?cascade=true`)).status).toBe(400);
  });

  it('by force is for administrators, from 3.23 or by the action', async () => {
    const cloud = await aCloud();
    const [one, two] = [
      cloud.control.addVolume({ status: 'creating' }),
      cloud.control.addVolume({ status: 'attaching' }),
    ];
    const del = (as: 'member' | 'admin', version: string) =>
      cloud.ask('DELETE', `/volumes/${one}?force=true`, { as, version });
    expect(refusal(await del('member', '3.23'))).toBe(
      "403 Policy doesn't allow volume:force_delete to be performed.",
    );
    expect((await del('admin', '3.22')).status).toBe(400);
    expect((await del('admin', '3.23')).status).toBe(202);
    expect((await act(cloud, two, { 'os-force_delete': {} })).status).toBe(403);
    expect((await act(cloud, two, { 'os-force_delete': {} }, 'admin')).status).toBe(202);
    cloud.pass(1);
    expect(cloud.control.volumes()).toEqual([]);
  });
});

describe('volumes: what an administrator resets', () => {
  const reset = (cloud: TestCloud, id: string, fields: object, as: 'member' | 'admin' = 'admin') =>
    act(cloud, id, { 'os-reset_status': fields }, as);

  it.each([
    [{}, "Must specify 'status', 'attach_status' or 'migration_status' for update."],
    [
      { status: 'bogus' },
      /^Volume status: bogus is invalid, valid statuses are: \('creating', 'available', 'deleting', /,
    ],
    [
      { attach_status: 'x' },
      "Volume attach status: x is invalid, valid statuses are: ['attached', 'detached'].",
    ],
    [{ status: 'deleting' }, 'Cannot reset-state to deleting'],
    [{ status: 'in-use' }, 'Cannot reset-state to in-use because volume does not have any attachments.'],
  ])('%j is refused', async (fields, message) => {
    const cloud = await aCloud();
    const got = await reset(cloud, cloud.control.addVolume(), fields);
    expect(got.status).toBe(400);
    expect(got.message).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it('ends what was under way, and lets go of servers', async () => {
    const cloud = await aCloud();
    const made = (await create(cloud, { size: 1 })).body.volume.id;
    expect((await reset(cloud, made, { status: 'error' }, 'member')).status).toBe(403);
    expect((await reset(cloud, made, { status: 'ERROR' })).status).toBe(202);
    cloud.pass(60);
    expect((await show(cloud, made)).status).toBe('error');
    const attached = cloud.control.addVolume({ attachments: [{ serverId: SERVER }] });
    await reset(cloud, attached, { status: 'available', attach_status: 'detached' });
    expect(await show(cloud, attached)).toMatchObject({ status: 'available', attachments: [] });
  });
});
