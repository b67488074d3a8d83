import { describe, expect, it } from 'vitest';
import { type Asked, aCloud, type TestCloud } from './a-cloud.ts';

/** A project with one of everything in it. */
async function aProject(release: 'zed' | 'latest') {
  const cloud = await aCloud({ release });
  const volume = cloud.control.addVolume();
  const spare = cloud.control.addVolume();
  const made = await cloud.ask('POST', '/snapshots', { body: { snapshot: { volume_id: spare } } });
  const backup = await cloud.backUp(volume);
  const ids = {
    volume,
    spare,
    snapshot: String(made.body.snapshot.id),
    backup,
    project: cloud.credentials.projectId,
  };
  return { cloud, ids };
}

type Ids = Awaited<ReturnType<typeof aProject>>['ids'];

const READS: readonly ((ids: Ids) => string)[] = [
  () => '/backups',
  () => '/backups/detail',
  ({ backup }) => `/backups/${backup}`,
  () => '/volumes',
  () => '/volumes/detail',
  () => '/volumes/summary',
  ({ volume }) => `/volumes/${volume}`,
  ({ volume }) => `/volumes/${volume}/metadata`,
  () => '/snapshots',
  () => '/snapshots/detail',
  ({ snapshot }) => `/snapshots/${snapshot}`,
  ({ snapshot }) => `/snapshots/${snapshot}/metadata`,
  () => '/types',
  () => '/types/default',
  () => '/limits',
  ({ project }) => `/os-quota-sets/${project}`,
  ({ project }) => `/os-quota-sets/${project}/defaults`,
  () => '/os-availability-zone',
  () => '/messages',
  () => '/extensions',
];

const WRITES: readonly (readonly [
  method: string,
  path: (ids: Ids) => string,
  body?: (ids: Ids) => object,
])[] = [
  ['POST', () => '/backups', ({ volume }) => ({ backup: { volume_id: volume } })],
  ['PUT', ({ backup }) => `/backups/${backup}`, () => ({ backup: { name: 'x' } })],
  ['POST', ({ backup }) => `/backups/${backup}/restore`, ({ spare }) => ({ restore: { volume_id: spare } })],
  ['DELETE', ({ backup }) => `/backups/${backup}`],
  ['POST', () => '/volumes', () => ({ volume: { size: 1 } })],
  ['PUT', ({ volume }) => `/volumes/${volume}`, () => ({ volume: { name: 'x' } })],
  ['POST', ({ volume }) => `/volumes/${volume}/metadata`, () => ({ metadata: { a: 'b' } })],
  ['PUT', ({ volume }) => `/volumes/${volume}/metadata`, () => ({ metadata: { a: 'b' } })],
  ['POST', ({ volume }) => `/volumes/${volume}/action`, () => ({ 'os-extend': { new_size: 2 } })],
  ['POST', ({ volume }) => `/volumes/${volume}/action`, () => ({ 'os-reserve': null })],
  ['POST', ({ volume }) => `/volumes/${volume}/action`, () => ({ 'os-set_bootable': { bootable: true } })],
  ['DELETE', ({ volume }) => `/volumes/${volume}`],
  ['POST', () => '/snapshots', ({ volume }) => ({ snapshot: { volume_id: volume } })],
  ['PUT', ({ snapshot }) => `/snapshots/${snapshot}`, () => ({ snapshot: { name: 'x' } })],
  ['POST', ({ snapshot }) => `/snapshots/${snapshot}/metadata`, () => ({ metadata: { a: 'b' } })],
  ['DELETE', ({ snapshot }) => `/snapshots/${snapshot}`],
];

const ADMINISTRATION: typeof WRITES = [
  ['POST', ({ backup }) => `/backups/${backup}/action`, () => ({ 'os-reset_status': { status: 'error' } })],
  ['POST', ({ backup }) => `/backups/${backup}/action`, () => ({ 'os-force_delete': {} })],
  ['GET', ({ backup }) => `/backups/${backup}/export_record`],
  ['POST', ({ volume }) => `/volumes/${volume}/action`, () => ({ 'os-reset_status': { status: 'error' } })],
  ['POST', ({ volume }) => `/volumes/${volume}/action`, () => ({ 'os-force_delete': {} })],
  ['POST', ({ volume }) => `/volumes/${volume}/action`, () => ({ 'os-force_detach': {} })],
  [
    'POST',
    ({ snapshot }) => `/snapshots/${snapshot}/action`,
    () => ({ 'os-reset_status': { status: 'error' } }),
  ],
  ['POST', () => '/types', () => ({ volume_type: { name: 'x' } })],
  ['PUT', ({ project }) => `/os-quota-sets/${project}`, () => ({ quota_set: { backups: 9 } })],
  ['DELETE', ({ project }) => `/os-quota-sets/${project}`],
  ['GET', () => '/os-quota-class-sets/default'],
  ['GET', () => '/os-services'],
];

async function statusOf(
  cloud: TestCloud,
  ids: Ids,
  as: Asked['as'],
  [method, path, body]: (typeof WRITES)[number],
) {
  const asked = { as, version: '3.70', ...(body && { body: body(ids) }) } as Asked;
  return (await cloud.ask(method, path(ids), asked)).status;
}

const isDone = (status: number): boolean => status >= 200 && status < 300;

describe.each(['zed', 'latest'] as const)('in %s', (release) => {
  it('a reader reads everything', async () => {
    const { cloud, ids } = await aProject(release);
    for (const path of READS) {
      expect(await statusOf(cloud, ids, 'reader', ['GET', path]), path(ids)).toBe(200);
    }
  });

  it.each(WRITES.map((write) => [nameOf(write), write] as const))(
    'a member does %s',
    async (_name, write) => {
      const { cloud, ids } = await aProject(release);
      expect(isDone(await statusOf(cloud, ids, 'member', write))).toBe(true);
    },
  );

  it.each(ADMINISTRATION.map((write) => [nameOf(write), write] as const))(
    'an administrator does %s',
    async (_name, write) => {
      const { cloud, ids } = await aProject(release);
      expect(isDone(await statusOf(cloud, ids, 'admin', write))).toBe(true);
    },
  );

  it.each(['reader', 'member'] as const)('a %s administrates nothing', async (as) => {
    const { cloud, ids } = await aProject(release);
    for (const write of ADMINISTRATION) {
      expect(await statusOf(cloud, ids, as, write), nameOf(write)).toBe(403);
    }
  });
});

describe('a reader', () => {
  it('changes nothing in the latest release', async () => {
    const { cloud, ids } = await aProject('latest');
    for (const write of WRITES) {
      expect(await statusOf(cloud, ids, 'reader', write), nameOf(write)).toBe(403);
    }
  });

  it.each(WRITES.map((write) => [nameOf(write), write] as const))(
    'does %s in Zed, whose old rules still let it',
    async (_name, write) => {
      const { cloud, ids } = await aProject('zed');
      expect(isDone(await statusOf(cloud, ids, 'reader', write))).toBe(true);
    },
  );
});

function nameOf([method, path, body]: (typeof WRITES)[number]): string {
  const ids = { volume: 'ID', spare: 'ID', snapshot: 'ID', backup: 'ID', project: 'ID' };
  return `${method} ${path(ids)} ${body === undefined ? '' : JSON.stringify(body(ids))}`;
}

describe('another project', () => {
  it('sees and touches nothing of this one', async () => {
    const { cloud, ids } = await aProject('latest');
    for (const path of [`/backups/${ids.backup}`, `/volumes/${ids.volume}`, `/snapshots/${ids.snapshot}`]) {
      for (const method of ['GET', 'DELETE']) {
        expect((await cloud.ask(method, path, { as: 'other' })).status, `${method} ${path}`).toBe(404);
      }
    }
    for (const collection of ['backups', 'volumes', 'snapshots']) {
      for (const query of ['', '?all_tenants=1']) {
        expect((await cloud.ask('GET', `/${collection}${query}`, { as: 'other' })).body[collection]).toEqual(
          [],
        );
      }
    }
    const body = { backup: { volume_id: ids.volume } };
    expect((await cloud.ask('POST', '/backups', { as: 'other', body })).status).toBe(404);
    expect((await cloud.ask('GET', `/os-quota-sets/${ids.project}`, { as: 'other' })).status).toBe(403);
  });

  it('is seen by an administrator of it, one by one or with all_tenants', async () => {
    const { cloud, ids } = await aProject('latest');
    expect(
      (await cloud.ask('GET', `/backups/${ids.backup}`, { as: 'cloudadmin', version: '3.56' })).body.backup,
    ).toMatchObject({
      'os-backup-project-attr:project_id': ids.project,
      user_id: expect.any(String),
    });
    for (const collection of ['backups', 'volumes', 'snapshots']) {
      const list = async (query: string) =>
        (await cloud.ask('GET', `/${collection}/detail${query}`, { as: 'cloudadmin' })).body[collection]
          .length;
      expect(await list('')).toBe(0);
      expect(await list('?all_tenants=1')).toBeGreaterThan(0);
      expect(await list(`?all_tenants=1&project_id=${ids.project}`)).toBeGreaterThan(0);
      expect(await list('?all_tenants=1&project_id=nobody')).toBe(0);
    }
  });

  it('has the backup that its administrator makes of this one’s volume', async () => {
    const { cloud, ids } = await aProject('latest');
    const body = { backup: { volume_id: ids.volume } };
    const made = await cloud.ask('POST', '/backups', { as: 'cloudadmin', body });
    expect(cloud.rowOf(made.body.backup.id).project_id).not.toBe(ids.project);
    expect((await cloud.ask('GET', `/backups/${made.body.backup.id}`)).status).toBe(404);
  });
});

describe('an encrypted volume', () => {
  it('shows its key, and its backups theirs, from 3.64; a deletion that a restart interrupts is in error_deleting', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume({ isEncrypted: true });
    const id = await cloud.backUp(volumeId);
    const volume = (await cloud.ask('GET', `/volumes/${volumeId}`, { version: '3.64' })).body.volume;
    const backup = (await cloud.ask('GET', `/backups/${id}`, { version: '3.64' })).body.backup;
    expect(volume).toMatchObject({ encrypted: true, encryption_key_id: expect.any(String) });
    expect(backup.encryption_key_id).not.toBe(volume.encryption_key_id);
    expect((await cloud.ask('GET', `/backups/${id}`, { version: '3.63' })).body.backup).not.toHaveProperty(
      'encryption_key_id',
    );
    const plain = await cloud.backUp(cloud.control.addVolume());
    expect((await cloud.ask('GET', `/backups/${plain}`, { version: '3.64' })).body.backup).not.toHaveProperty(
      'encryption_key_id',
    );
    await cloud.ask('DELETE', `/backups/${id}`);
    cloud.control.stopBackupService();
    cloud.control.startBackupService();
    expect(cloud.rowOf(id).status).toBe('error_deleting');
    expect((await cloud.ask('DELETE', `/backups/${id}`)).status).toBe(400);
    const forced = await cloud.ask('POST', `/backups/${id}/action`, {
      as: 'admin',
      body: { 'os-force_delete': {} },
    });
    expect(forced.status).toBe(202);
  });
});
