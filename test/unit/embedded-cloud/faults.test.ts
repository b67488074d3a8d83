import { describe, expect, it } from 'vitest';
import { faultRules } from '../../../local/embedded-cloud/faults/faults.ts';
import { aCloud, refusal } from './a-cloud.ts';

const create = (volumeId: string, fields: object = {}) => ({
  body: { backup: { volume_id: volumeId, ...fields } },
});

describe('a fault', () => {
  it('refuse answers in place of the work, as often as it is told', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    cloud.control.addFault({
      match: { operation: 'create-backup' },
      times: 1,
      effect: { refuse: { status: 429, message: 'slow down', retryAfterSeconds: 7 } },
    });
    const refused = await cloud.ask('POST', '/backups', create(volumeId));
    expect(refusal(refused)).toBe('429 slow down');
    expect(refused.headers.get('retry-after')).toBe('7');
    expect(cloud.control.backups()).toEqual([]);
    expect((await cloud.ask('POST', '/backups', create(volumeId))).status).toBe(202);
  });

  it('refuse with 401 looks like every other 401', async () => {
    const cloud = await aCloud();
    cloud.control.addFault({ match: { path: '/backups' }, effect: { refuse: { status: 401 } } });
    const got = await cloud.ask('GET', '/backups');
    expect(got.body.error.code).toBe(401);
    expect(got.headers.get('www-authenticate')).toContain('Keystone');
  });

  it('strikes Keystone too', async () => {
    const cloud = await aCloud();
    cloud.control.addFault({ match: { operation: 'authenticate' }, effect: { refuse: { status: 503 } } });
    expect((await cloud.authenticate({})).status).toBe(503);
  });

  it('dropAnswer does the work and says nothing of it', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    await cloud.tokenOf('member');
    cloud.control.addFault({ match: { operation: 'create-backup' }, effect: { dropAnswer: true } });
    await expect(cloud.ask('POST', '/backups', create(volumeId))).rejects.toThrow();
    expect(cloud.control.backups()).toHaveLength(1);
  });

  it('dropRequest does nothing and says nothing', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    await cloud.tokenOf('member');
    cloud.control.addFault({ match: { operation: 'create-backup' }, effect: { dropRequest: true } });
    await expect(cloud.ask('POST', '/backups', create(volumeId))).rejects.toThrow();
    expect(cloud.control.backups()).toEqual([]);
  });

  it('truncateBody breaks off in the middle of the answer', async () => {
    const cloud = await aCloud({ volumes: 3 });
    await cloud.tokenOf('member');
    cloud.control.addFault({ match: { path: '*/volumes/detail' }, effect: { truncateBody: true } });
    await expect(cloud.ask('GET', '/volumes/detail')).rejects.toThrow();
    expect((await cloud.ask('GET', '/volumes')).status).toBe(200);
  });

  it('delayMs keeps the answer back, not the work', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    await cloud.tokenOf('member');
    cloud.control.addFault({ match: { operation: 'create-backup' }, effect: { delayMs: 150 } });
    const answered = cloud.ask('POST', '/backups', create(volumeId));
    await expect.poll(() => cloud.control.backups().length, { interval: 5 }).toBe(1);
    expect(cloud.control.requests.countOf('create-backup')).toBe(1);
    expect((await answered).status).toBe(202);
  });

  it('stuck leaves backup and volume as they are for ever; only force-delete frees them', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    cloud.control.addFault({ match: { volumeId }, effect: { stuck: true } });
    const id = await cloud.backUp(volumeId);
    cloud.pass(86_400 * 30);
    expect(cloud.rowOf(id).status).toBe('creating');
    expect(refusal(await cloud.ask('DELETE', `/backups/${id}`))).toBe(
      '400 Invalid backup: Backup status must be available or error',
    );
    const forced = await cloud.ask('POST', `/backups/${id}/action`, {
      as: 'admin',
      body: { 'os-force_delete': {} },
    });
    expect(forced.status).toBe(202);
    cloud.pass(1);
    expect(cloud.control.backups()).toEqual([]);
    expect((await cloud.ask('GET', `/volumes/${volumeId}`)).body.volume.status).toBe('available');
  });

  it('fail ends in error with at most 255 characters of its reason', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume({ name: 'v1' });
    cloud.control.addFault({ match: { volumeName: 'v1' }, effect: { fail: { reason: 'x'.repeat(300) } } });
    const id = await cloud.backUp(volumeId);
    expect(cloud.rowOf(id)).toMatchObject({ status: 'error', fail_reason: 'x'.repeat(255) });
  });

  it('fail also ends a snapshot in error', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    cloud.control.addFault({ match: { operation: 'create-snapshot' }, effect: { fail: { reason: 'x' } } });
    await cloud.ask('POST', '/snapshots', { body: { snapshot: { volume_id: volumeId } } });
    cloud.pass(1);
    expect(cloud.control.snapshots()).toMatchObject([{ status: 'error' }]);
  });

  it('failDelete strikes a forced deletion by its own name', async () => {
    const cloud = await aCloud();
    const id = await cloud.backUp(cloud.control.addVolume());
    cloud.control.addFault({
      match: { operation: 'force-delete-backup' },
      effect: { failDelete: { reason: 'x' } },
    });
    await cloud.ask('POST', `/backups/${id}/action`, { as: 'admin', body: { 'os-force_delete': {} } });
    cloud.pass(1);
    expect(cloud.rowOf(id).status).toBe('error');
    expect(cloud.control.requests.countOf('force-delete-backup')).toBe(1);
  });

  it('silentFull makes a full of an incremental', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const full = await cloud.backUp(volumeId);
    cloud.control.addFault({ effect: { silentFull: true } });
    const id = await cloud.backUp(volumeId, { incremental: true });
    const shown = await cloud.ask('GET', `/backups/${id}`);
    expect(shown.body.backup.is_incremental).toBe(false);
    expect((await cloud.ask('DELETE', `/backups/${full}`)).status).toBe(202);
  });

  it('after and times count matching requests only', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const id = cloud.control.addFault({
      match: { operation: 'show-volume', method: 'GET' },
      after: 1,
      times: 2,
      effect: { refuse: { status: 500 } },
    });
    const statuses: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      await cloud.ask('GET', '/volumes');
      statuses.push((await cloud.ask('GET', `/volumes/${volumeId}`)).status);
    }
    expect(statuses).toEqual([200, 500, 500, 200, 200]);
    expect(cloud.control.faults()).toMatchObject([{ id, struck: 2 }]);
    expect(cloud.control.removeFault(id)).toBe(true);
    expect(cloud.control.removeFault(id)).toBe(false);
  });

  it('incremental tells the two kinds of creation apart', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    cloud.control.addFault({ match: { incremental: true }, effect: { fail: { reason: 'x' } } });
    const full = await cloud.backUp(volumeId);
    const incremental = await cloud.backUp(volumeId, { incremental: true });
    expect([cloud.rowOf(full).status, cloud.rowOf(incremental).status]).toEqual(['available', 'error']);
  });

  it('with a probability strikes the same requests in each run of one seed', async () => {
    const run = async (seed: number) => {
      const rule = {
        match: { operation: 'list-volumes' as const },
        probability: 0.5,
        seed,
        effect: { refuse: { status: 500 } },
      };
      const cloud = await aCloud({ faults: [rule] });
      const statuses: number[] = [];
      for (let turn = 0; turn < 16; turn += 1) statuses.push((await cloud.ask('GET', '/volumes')).status);
      return statuses.join(' ');
    };
    const [first, again, other] = [await run(7), await run(7), await run(8)];
    expect(first).toBe(again);
    expect(first).not.toBe(other);
    expect(first).toContain('200');
    expect(first).toContain('500');
  });
});

describe('a file of fault rules', () => {
  it.each([
    ['an unknown key', [{ match: { operatoin: 'list-volumes' }, effect: { stuck: true } }], 'operatoin'],
    ['an unknown operation', [{ match: { operation: 'backup' }, effect: { stuck: true } }], 'create-backup'],
    ['no effect', [{ effect: {} }], 'name exactly one effect'],
    ['two effects', [{ effect: { stuck: true, delayMs: 3 } }], 'name exactly one effect'],
    ['a status that is no refusal', [{ effect: { refuse: { status: 200 } } }], '400'],
    ['no list', { effect: { stuck: true } }, 'array'],
  ])('with %s is refused, by name', (_rule, content, named) => {
    const parsed = faultRules.safeParse(content);
    expect(parsed.success).toBe(false);
    expect(parsed.error?.message).toContain(named);
  });
});
