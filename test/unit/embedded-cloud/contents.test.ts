import { describe, expect, it } from 'vitest';
import { aCloud, type TestCloud } from './a-cloud.ts';

const BLOCK = 32 * 1024;
const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

const text = (cloud: TestCloud, id: string, offset: number, length: number): string =>
  Buffer.from(cloud.control.readVolume(id, offset, length)).toString();

function write(cloud: TestCloud, id: string, offset: number, what: string): void {
  cloud.control.writeVolume(id, offset, Buffer.from(what));
}

async function restoreInto(cloud: TestCloud, backupId: string, volumeId: string): Promise<string> {
  await cloud.ask('POST', `/backups/${backupId}/restore`, { body: { restore: { volume_id: volumeId } } });
  cloud.pass(5);
  return (await cloud.ask('GET', `/volumes/${volumeId}`)).body.volume.status;
}

async function aWrittenVolume(): Promise<{ cloud: TestCloud; volumeId: string }> {
  const cloud = await aCloud();
  const volumeId = cloud.control.addVolume();
  write(cloud, volumeId, 10, 'first');
  return { cloud, volumeId };
}

async function snapshotOf(cloud: TestCloud, volumeId: string): Promise<string> {
  const made = await cloud.ask('POST', '/snapshots', {
    body: { snapshot: { volume_id: volumeId, force: true } },
  });
  cloud.pass(2);
  return made.body.snapshot.id;
}

async function create(cloud: TestCloud, volume: object): Promise<string> {
  const got = await cloud.ask('POST', '/volumes', { version: '3.47', body: { volume } });
  if (got.status !== 202) throw new Error(got.text);
  return got.body.volume.id;
}

describe('the content of a volume', () => {
  it('is what was written, across blocks, and zero elsewhere', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume({ sizeGib: 100 });
    write(cloud, id, 3 * BLOCK - 3, 'across a border');
    write(cloud, id, 100 * GIB - 3, 'end');
    expect(text(cloud, id, 3 * BLOCK - 4, 17)).toBe('\0across a border\0');
    write(cloud, id, 3 * BLOCK, 'OVER');
    expect(text(cloud, id, 3 * BLOCK - 3, 15)).toBe('acrOVERa border');
    expect(text(cloud, id, 100 * GIB - 3, 3)).toBe('end');
  });

  it('does not reach beyond the volume', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    for (const offset of [GIB - 1, GIB, -1, 0.5]) {
      expect(() => write(cloud, id, offset, 'xy')).toThrow(`volume ${id}: it has 1073741824 (1 GiB)`);
      expect(() => cloud.control.readVolume(id, offset, 2)).toThrow(RangeError);
    }
    expect(() => cloud.control.digestVolume(id, 2)).toThrow(RangeError);
  });

  it('has a digest that is equal for equal bytes and sizes alone', async () => {
    const { cloud, volumeId } = await aWrittenVolume();
    const other = cloud.control.addVolume();
    const larger = cloud.control.addVolume({ sizeGib: 2 });
    expect(cloud.control.digestVolume(other)).not.toBe(cloud.control.digestVolume(volumeId));
    write(cloud, other, 70_000, 'to be zeroed');
    write(cloud, other, 10, 'first');
    cloud.control.writeVolume(other, 70_000, new Uint8Array(20));
    write(cloud, larger, 10, 'first');
    expect(cloud.control.digestVolume(other)).toBe(cloud.control.digestVolume(volumeId));
    expect(cloud.control.digestVolume(larger)).not.toBe(cloud.control.digestVolume(volumeId));
    expect(cloud.control.digestVolume(larger, 1)).toBe(cloud.control.digestVolume(volumeId));
  });

  it('goes along with a volume that grows, and with copies of it, which then go their own ways', async () => {
    const { cloud, volumeId } = await aWrittenVolume();
    await cloud.ask('POST', `/volumes/${volumeId}/action`, { body: { 'os-extend': { new_size: 2 } } });
    cloud.pass(2);
    const snapshotId = await snapshotOf(cloud, volumeId);
    const clone = await create(cloud, { source_volid: volumeId });
    write(cloud, volumeId, 10, 'later');
    const copy = await create(cloud, { snapshot_id: snapshotId, size: 3 });
    cloud.pass(2);
    write(cloud, clone, 20, 'clone');
    expect(text(cloud, volumeId, 10, 15)).toBe('later\0\0\0\0\0\0\0\0\0\0');
    expect(text(cloud, clone, 10, 15)).toBe('first\0\0\0\0\0clone');
    expect(text(cloud, copy, 10, 15)).toBe('first\0\0\0\0\0\0\0\0\0\0');
    cloud.control.removeVolume(volumeId);
    expect(text(cloud, copy, 10, 5)).toBe('first');
  });
});

describe('the content of a backup', () => {
  it('is that of the instant at which it was asked for, by volume, in-use volume or snapshot', async () => {
    const { cloud, volumeId } = await aWrittenVolume();
    const target = cloud.control.addVolume();
    const snapshotId = await snapshotOf(cloud, volumeId);
    write(cloud, volumeId, 10, 'after');
    cloud.control.attachVolume(volumeId, 's1');
    const body = { backup: { volume_id: volumeId, force: true } };
    const made = await cloud.ask('POST', '/backups', { body });
    write(cloud, volumeId, 10, 'while');
    cloud.pass(5);
    const ofSnapshot = await cloud.backUp(volumeId, { snapshot_id: snapshotId });
    expect(await restoreInto(cloud, made.body.backup.id, target)).toBe('available');
    expect(text(cloud, target, 10, 5)).toBe('after');
    expect(await restoreInto(cloud, ofSnapshot, target)).toBe('available');
    expect(text(cloud, target, 10, 5)).toBe('first');
  });

  it('is of an incremental what changed: one object for each run of blocks, none when nothing did', async () => {
    const { cloud, volumeId } = await aWrittenVolume();
    const count = async (id: string) => {
      const { object_count } = (await cloud.ask('GET', `/backups/${id}`)).body.backup;
      return `${object_count} ${cloud.control.backupObjects(id).length}`;
    };
    expect(await count(await cloud.backUp(volumeId))).toBe('4 1');
    expect(await count(await cloud.backUp(volumeId, { incremental: true }))).toBe('0 0');
    write(cloud, volumeId, 5 * BLOCK, 'x'.repeat(BLOCK + 1));
    cloud.control.writeVolume(volumeId, 300 * MIB, Buffer.alloc(3 * BLOCK, 'y'));
    expect(await count(await cloud.backUp(volumeId, { incremental: true }))).toBe('2 2');
    cloud.control.writeVolume(volumeId, 0, Buffer.alloc(BLOCK));
    cloud.control.writeVolume(volumeId, 256 * MIB - BLOCK, Buffer.alloc(2 * BLOCK, 'border of two chunks'));
    expect(await count(await cloud.backUp(volumeId, { incremental: true }))).toBe('3 3');
  });

  it('of a volume that was never written is plausible', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume({ sizeGib: 2 });
    const full = await cloud.backUp(volumeId);
    const incremental = await cloud.backUp(volumeId, { incremental: true });
    expect(cloud.rowOf(full).object_count).toBe(8);
    expect(cloud.rowOf(incremental).object_count).toBe(1);
    const target = cloud.control.addVolume({ sizeGib: 3 });
    write(cloud, target, 2 * GIB - 3, 'over the end');
    expect(await restoreInto(cloud, incremental, target)).toBe('available');
    expect(text(cloud, target, 2 * GIB - 3, 12)).toBe('\0\0\0r the end');
  });

  it('comes back from each link of its chain, zeros too, after the volume is gone', async () => {
    const { cloud, volumeId } = await aWrittenVolume();
    const made: { id: string; digest: string }[] = [];
    for (const [offset, what] of [
      [40_000, 'one'],
      [10, '\0'.repeat(5)],
      [90_000, 'two'],
      [40_000, '\0'.repeat(3)],
    ] as const) {
      const digest = cloud.control.digestVolume(volumeId);
      made.push({ id: await cloud.backUp(volumeId, { incremental: made.length > 0 }), digest });
      write(cloud, volumeId, offset, what);
    }
    cloud.control.removeVolume(volumeId);
    for (const { id, digest } of made) {
      const target = cloud.control.addVolume();
      write(cloud, target, 500_000, 'in the way');
      expect(await restoreInto(cloud, id, target)).toBe('available');
      expect(cloud.control.digestVolume(target)).toBe(digest);
    }
  });

  it('comes back into a new volume, made by the restore or from the backup', async () => {
    const { cloud, volumeId } = await aWrittenVolume();
    const id = await cloud.backUp(volumeId);
    const restored = (await cloud.ask('POST', `/backups/${id}/restore`, { body: { restore: {} } })).body
      .restore;
    cloud.pass(5);
    expect(text(cloud, restored.volume_id, 10, 5)).toBe('first');
    const made = await create(cloud, { backup_id: id });
    cloud.pass(2);
    const status = async (path: string) =>
      Object.values<{ status: string }>((await cloud.ask('GET', path)).body)[0]?.status;
    expect(await status(`/volumes/${made}`)).toBe('creating');
    expect(await status(`/backups/${id}`)).toBe('restoring');
    cloud.pass(5);
    expect(await status(`/volumes/${made}`)).toBe('available');
    expect(await status(`/backups/${id}`)).toBe('available');
    expect(text(cloud, made, 10, 5)).toBe('first');
  });

  it('is not taken of a source that is busy, nor into less than it was', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume({ sizeGib: 2 });
    const id = await cloud.backUp(volumeId);
    const message = async (volume: object) =>
      (await cloud.ask('POST', '/volumes', { version: '3.47', body: { volume } })).message;
    expect(await message({ backup_id: id, size: 1 })).toBe(
      'Invalid input received: Volume size 1GB cannot be smaller than the backup size 2GB. It must be >= backup size.',
    );
    cloud.control.setBackup(id, { status: 'error' });
    expect(await message({ backup_id: id })).toBe(
      "Invalid backup: Originating backup status must be one of 'available' values",
    );
    cloud.control.setVolumeStatus(volumeId, 'error');
    expect(await message({ source_volid: volumeId })).toBe(
      "Invalid volume: Originating source volume status must be one of 'available, in-use' values",
    );
  });
});

describe('a chain that lost an object', () => {
  async function aChain() {
    const { cloud, volumeId } = await aWrittenVolume();
    const full = await cloud.backUp(volumeId);
    write(cloud, volumeId, 40_000, 'second');
    const middle = await cloud.backUp(volumeId, { incremental: true });
    write(cloud, volumeId, 80_000, 'third');
    const last = await cloud.backUp(volumeId, { incremental: true });
    return { cloud, volumeId, full, middle, last, target: cloud.control.addVolume() };
  }

  it.each(['one object', 'all of it'])(
    'in the middle, %s: is not restored, and the volume tells',
    async (what) => {
      const { cloud, full, middle, last, target } = await aChain();
      cloud.control.loseBackupObject(middle, what === 'all of it' ? undefined : '00001');
      expect(await restoreInto(cloud, last, target)).toBe('error_restoring');
      expect((await cloud.ask('GET', `/backups/${last}`)).body.backup).toMatchObject({
        status: 'available',
        fail_reason: null,
      });
      const { messages } = (await cloud.ask('GET', `/messages?resource_uuid=${last}`, { version: '3.3' }))
        .body;
      expect(messages[0]).toMatchObject({
        user_message: 'restore backup:Backup driver failed to restore backup.',
        event_id: 'VOLUME_VOLUME_BACKUP_015_026',
        message_level: 'ERROR',
      });
      const other = cloud.control.addVolume();
      expect(await restoreInto(cloud, full, other)).toBe('available');
      expect(text(cloud, other, 10, 5)).toBe('first');
    },
  );

  it('cannot be gone on with when all of its end is lost', async () => {
    const { cloud, volumeId, last } = await aChain();
    cloud.control.loseBackupObject(last);
    const next = await cloud.backUp(volumeId, { incremental: true });
    expect(cloud.rowOf(next)).toMatchObject({
      status: 'error',
      fail_reason: expect.stringContaining('parent'),
    });
    expect((await cloud.ask('GET', `/volumes/${volumeId}`)).body.volume.status).toBe('available');
  });
});
