import { describe, expect, it } from 'vitest';
import { aCloud, refusal, type TestCloud } from './a-cloud.ts';

async function aSnapshot(fields: object = {}) {
  const cloud = await aCloud();
  const volumeId = cloud.control.addVolume();
  const snapshot = { volume_id: volumeId, ...fields };
  const made = await cloud.ask('POST', '/snapshots', { body: { snapshot } });
  cloud.pass(2);
  return { cloud, volumeId, id: String(made.body.snapshot.id) };
}

const show = async (cloud: TestCloud, id: string) =>
  (await cloud.ask('GET', `/snapshots/${id}`)).body.snapshot;
const act = (cloud: TestCloud, id: string, body: object, as: 'member' | 'admin' = 'member') =>
  cloud.ask('POST', `/snapshots/${id}/action`, { body, as });

describe('snapshots: metadata', () => {
  it('is read, added to, replaced and removed, item by item', async () => {
    const { cloud, id } = await aSnapshot({ metadata: { a: '1' } });
    const path = `/snapshots/${id}/metadata`;
    await cloud.ask('POST', path, { body: { metadata: { b: '2' } } });
    expect((await cloud.ask('GET', `${path}/b`)).body).toEqual({ meta: { b: '2' } });
    await cloud.ask('PUT', `${path}/a`, { body: { meta: { a: '9' } } });
    expect((await cloud.ask('GET', path)).body).toEqual({ metadata: { a: '9', b: '2' } });
    expect((await cloud.ask('DELETE', `${path}/a`)).status).toBe(200);
    expect(refusal(await cloud.ask('DELETE', `${path}/a`))).toBe(
      `404 Snapshot ${id} has no metadata with key a.`,
    );
    await cloud.ask('PUT', path, { body: { metadata: {} } });
    expect((await show(cloud, id)).metadata).toEqual({});
  });
});

describe('snapshots: lists', () => {
  it.each([
    ["metadata={'a':'1'}", '3.22', 1],
    ["metadata={'a':'2'}", '3.22', 0],
    ["metadata={'a':'2'}", '3.21', 1],
    ['availability_zone=nova', '3.31', 1],
    ['availability_zone=mars', '3.31', 0],
    ['availability_zone=mars', '3.30', 1],
    ['consumes_quota=false', '3.65', 0],
  ])('by %s at %s', async (query, version, found) => {
    const { cloud } = await aSnapshot({ metadata: { a: '1' } });
    const got = await cloud.ask('GET', `/snapshots/detail?${query}`, { version });
    expect(got.body?.snapshots ?? got.message).toHaveLength(found);
  });

  it('are sorted by name from 3.30 on', async () => {
    const { cloud } = await aSnapshot();
    expect((await cloud.ask('GET', '/snapshots?sort=name', { version: '3.30' })).status).toBe(200);
    expect(refusal(await cloud.ask('GET', '/snapshots?sort=name', { version: '3.29' }))).toBe(
      '400 Invalid input received: Invalid sort key',
    );
  });
});

describe('snapshots: changes', () => {
  it('of name and description', async () => {
    const { cloud, id } = await aSnapshot();
    const put = (snapshot: object) => cloud.ask('PUT', `/snapshots/${id}`, { body: { snapshot } });
    await put({ name: ' n ', display_description: 'd' });
    expect(await show(cloud, id)).toMatchObject({ name: 'n', description: 'd' });
    expect((await put({})).status).toBe(400);
  });

  it('of status by an administrator, in any case', async () => {
    const { cloud, id } = await aSnapshot();
    const reset = { 'os-reset_status': { status: 'ERROR' } };
    expect((await act(cloud, id, reset)).status).toBe(403);
    expect((await act(cloud, id, reset, 'admin')).status).toBe(202);
    expect((await show(cloud, id)).status).toBe('error');
    expect((await act(cloud, id, { 'os-reset_status': { status: 'x' } }, 'admin')).message).toMatch(
      /^Snapshot status: x is invalid, valid statuses are: \('error', 'available', /,
    );
  });

  it('of status by those who make it, along its life only', async () => {
    const { cloud, volumeId, id } = await aSnapshot();
    const say = (snapshotId: string, status: string) =>
      act(cloud, snapshotId, { 'os-update_snapshot_status': { status, progress: '50%' } });
    expect(refusal(await say(id, 'error'))).toBe(
      '400 Snapshot status available not allowed for update_snapshot_status',
    );
    const made = (await cloud.ask('POST', '/snapshots', { body: { snapshot: { volume_id: volumeId } } })).body
      .snapshot;
    expect(refusal(await say(made.id, 'deleting'))).toBe(
      '400 Provided snapshot status deleting not allowed for snapshot with status creating.',
    );
    expect((await say(made.id, 'available')).status).toBe(202);
  });

  it('of existence by force, for administrators', async () => {
    const { cloud, id } = await aSnapshot();
    await act(cloud, id, { 'os-reset_status': { status: 'creating' } }, 'admin');
    expect((await cloud.ask('DELETE', `/snapshots/${id}`)).status).toBe(400);
    expect((await act(cloud, id, { 'os-force_delete': {} })).status).toBe(403);
    expect((await act(cloud, id, { 'os-force_delete': {} }, 'admin')).status).toBe(202);
    cloud.pass(1);
    expect((await cloud.ask('GET', `/snapshots/${id}`)).status).toBe(404);
  });
});
