import { describe, expect, it } from 'vitest';
import { aCloud, refusal, type TestCloud } from './a-cloud.ts';

const RESET = 'volume_extension:backup_admin_actions:reset_status';
const FORCE = 'volume_extension:backup_admin_actions:force_delete';

const act = (cloud: TestCloud, id: string, body: object, as: 'admin' | 'member' = 'admin') =>
  cloud.ask('POST', `/backups/${id}/action`, { as, body });

describe('what only an administrator may do to a backup', () => {
  it.each([
    [{ 'os-reset_status': { status: 'error' } }, `403 Policy doesn't allow ${RESET} to be performed.`],
    [{ 'os-force_delete': {} }, `403 Policy doesn't allow ${FORCE} to be performed.`],
  ])('is refused to a member: %j', async (body, expected) => {
    const cloud = await aCloud();
    const id = await cloud.backUp(cloud.control.addVolume());
    expect(refusal(await act(cloud, id, body, 'member'))).toBe(expected);
  });

  it.each(['creating', 'deleting', 'restoring', 'error_deleting', 'bogus'])(
    'reset to %s is refused',
    async (status) => {
      const cloud = await aCloud();
      const id = await cloud.backUp(cloud.control.addVolume());
      expect(refusal(await act(cloud, id, { 'os-reset_status': { status } }))).toBe(
        `400 Backup status: ${status} is invalid, valid statuses are: ['available', 'error'].`,
      );
    },
  );

  it.each([
    [
      { 'os-reset_status': {} },
      "400 Invalid input for field/attribute os-reset_status. Value: {}. 'status' is a required property",
    ],
    [
      { 'os-nonsuch': {} },
      '400 There is no such action: os-nonsuch. Verify the request body and Content-Type header and try again.',
    ],
    [{}, '400 Malformed request body'],
  ])('%j is refused', async (body, expected) => {
    const cloud = await aCloud();
    const id = await cloud.backUp(cloud.control.addVolume());
    expect(refusal(await act(cloud, id, body))).toBe(expected);
  });

  it('resets to error and back, in any case', async () => {
    const cloud = await aCloud();
    const id = await cloud.backUp(cloud.control.addVolume());
    expect((await act(cloud, id, { 'os-reset_status': { status: 'error' } })).status).toBe(202);
    expect(cloud.rowOf(id).status).toBe('error');
    await act(cloud, id, { 'os-reset_status': { status: 'AVAILABLE' } });
    expect(cloud.rowOf(id).status).toBe('available');
  });

  it('forces the deletion of one in creating, but not over dependents', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const full = await cloud.backUp(volumeId);
    const made = await cloud.ask('POST', '/backups', {
      body: { backup: { volume_id: volumeId, incremental: true } },
    });
    expect(refusal(await act(cloud, full, { 'os-force_delete': {} }))).toBe(
      '400 Invalid backup: Incremental backups exist for this backup.',
    );
    expect((await act(cloud, made.body.backup.id, { 'os-force_delete': {} })).status).toBe(202);
    cloud.pass(1);
    expect(cloud.control.backups().map(({ id }) => id)).toEqual([full]);
    expect(cloud.control.volumes()).toMatchObject([{ status: 'available' }]);
  });

  it('exports a record with its parent and takes it in again under its own id', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const full = await cloud.backUp(volumeId);
    const child = await cloud.backUp(volumeId, { incremental: true, name: 'rec-inc' });
    const record = (await cloud.ask('GET', `/backups/${child}/export_record`, { as: 'admin' })).body[
      'backup-record'
    ];
    expect(record.backup_service).toBe(DRIVER);
    const decoded = JSON.parse(Buffer.from(record.backup_url, 'base64').toString());
    expect(decoded).toMatchObject({
      id: child,
      parent_id: full,
      display_name: 'rec-inc',
      data_timestamp: '2026-11-23T12:00:05Z',
      num_dependent_backups: 0,
      deleted: false,
    });
    const take = (as: 'admin' | 'member') =>
      cloud.ask('POST', '/backups/import_record', { as, body: { 'backup-record': record } });
    expect(refusal(await take('member'))).toBe(
      "403 Policy doesn't allow backup:backup-import to be performed.",
    );
    expect(refusal(await take('admin'))).toBe('400 Invalid backup: Backup already exists in database.');
    cloud.control.removeBackup(child);
    const taken = await take('admin');
    expect([taken.status, taken.body.backup]).toMatchObject([201, { id: child, name: null }]);
    cloud.pass(1);
    expect(cloud.rowOf(child)).toMatchObject({ status: 'available', parent_id: full, volume_id: volumeId });
  });

  it.each([
    ['%%', "400 Invalid input received: Can't parse backup record."],
    ['aGVsbG8=', "400 Invalid input received: Can't parse backup record."],
    ['e30=', '400 Invalid input received: Provided backup record is missing an id'],
  ])('does not take in %s', async (backup_url, expected) => {
    const cloud = await aCloud();
    const body = { 'backup-record': { backup_service: 'x', backup_url } };
    expect(refusal(await cloud.ask('POST', '/backups/import_record', { as: 'admin', body }))).toBe(expected);
  });

  it.each(['big', null, -1, 1.5])(
    'fails over a record of the size %s as Cinder does, and counts nothing',
    async (size) => {
      const cloud = await aCloud();
      const backup_url = Buffer.from(JSON.stringify({ id: 'x', size })).toString('base64');
      const body = { 'backup-record': { backup_service: DRIVER, backup_url } };
      expect((await cloud.ask('POST', '/backups/import_record', { as: 'admin', body })).status).toBe(500);
      const { limits } = (await cloud.ask('GET', '/limits')).body;
      expect(limits.absolute).toMatchObject({ totalBackupsUsed: 0, totalBackupGigabytesUsed: 0 });
    },
  );

  it('takes in a record of which a part is nonsense without it, and still shows every list', async () => {
    const cloud = await aCloud();
    const id = 'c573d181-408f-4fa0-8449-cb038129283b';
    const nonsense = { created_at: 'x', updated_at: 5, data_timestamp: '2026-13-45', object_count: 'x' };
    const record = { id, size: 1, metadata: { a: 1, b: 'c' }, ...nonsense };
    const backup_url = Buffer.from(JSON.stringify(record)).toString('base64');
    const body = { 'backup-record': { backup_service: DRIVER, backup_url } };
    expect((await cloud.ask('POST', '/backups/import_record', { as: 'admin', body })).status).toBe(201);
    cloud.pass(1);
    const { backups } = (await cloud.ask('GET', '/backups/detail', { version: '3.43' })).body;
    expect(backups).toMatchObject([
      { id, status: 'available', data_timestamp: null, object_count: 0, metadata: { b: 'c' } },
    ]);
    expect((await cloud.ask('GET', `/backups/${id}/export_record`, { as: 'admin' })).status).toBe(200);
  });

  it("fails the import of another driver's record late", async () => {
    const cloud = await aCloud();
    const id = 'c573d181-408f-4fa0-8449-cb038129283b';
    const backup_url = Buffer.from(JSON.stringify({ id, size: 1 })).toString('base64');
    const body = {
      'backup-record': { backup_service: 'cinder.backup.drivers.swift.SwiftBackupDriver', backup_url },
    };
    expect((await cloud.ask('POST', '/backups/import_record', { as: 'admin', body })).status).toBe(201);
    cloud.pass(1);
    expect((await cloud.ask('GET', `/backups/${id}`)).body.backup).toMatchObject({
      status: 'error',
      size: 0,
      volume_id: '00000000-0000-0000-0000-000000000000',
      data_timestamp: null,
      fail_reason:
        'Import record failed, cannot find backup service to perform the import. Request service cinder.backup.drivers.swift.SwiftBackupDriver.',
    });
  });
});

const DRIVER = 'cinder.backup.drivers.posix.PosixBackupDriver';

describe('PUT /backups/{id}', () => {
  const put = (cloud: TestCloud, id: string, version: string, backup: unknown) =>
    cloud.ask('PUT', `/backups/${id}`, { version, body: { backup } });

  it('exists from 3.9, takes metadata from 3.43 and replaces all of it', async () => {
    const cloud = await aCloud();
    const id = await cloud.backUp(cloud.control.addVolume(), { name: 'um', metadata: { a: '1', b: '2' } });
    expect(refusal(await put(cloud, id, '3.8', { name: 'x' }))).toBe('404 The resource could not be found.');
    expect((await put(cloud, id, '3.9', { name: 'renamed' })).body.backup.name).toBe('renamed');
    expect(refusal(await put(cloud, id, '3.42', { metadata: { c: '3' } }))).toBe(
      "400 Invalid input for field/attribute backup. Value: {'metadata': {'c': '3'}}. Additional properties are not allowed ('metadata' was unexpected)",
    );
    expect((await put(cloud, id, '3.43', { metadata: { c: '3' } })).status).toBe(200);
    expect(cloud.rowOf(id).metadata).toEqual({ c: '3' });
    expect((await put(cloud, id, '3.43', {})).status).toBe(200);
    expect((await put(cloud, id, '3.43', null)).status).toBe(500);
    expect(cloud.rowOf(id)).toMatchObject({ name: 'renamed', metadata: { c: '3' } });
  });
});
