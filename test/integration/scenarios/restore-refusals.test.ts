import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../../lambdas/app/request-error.ts';
import type { RestoreBackupRequest } from '../../../lambdas/app/restore-backup.ts';
import type { BackupRecord } from '../../../lambdas/domain/backup-record.ts';
import { newestOf, openWithBackups, targetOf, volumeOf } from '../../support/restores.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, type World } from '../../support/world.ts';
import { failuresOf, follow, prune, restore } from '../../support/world-steps.ts';

const open = useWorlds();

/** Nothing but reading was done since the count began. */
function expectUntouched(world: World): void {
  const writes = world.control.requests
    .list()
    .filter(({ method, path }) => method !== 'GET' && !path.includes('/auth/'));
  expect(writes.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
}

async function expectRefused(world: World, request: RestoreBackupRequest, ...says: readonly string[]) {
  world.control.requests.reset();
  const report = await restore(world, request);
  expect(report.counts).toEqual({ refused: 1 });
  for (const text of says) expect(failuresOf(report)[0]).toContain(text);
  expectUntouched(world);
  expect(await Array.fromAsync(world.catalog.listOpenRestores('prod'))).toEqual([]);
}

describe('an existing volume is refused before anything is touched', () => {
  it('unless it may be overwritten, with what would be lost', async () => {
    const { world, backups, volumeId } = await openWithBackups(open);
    const backupId = backups[0]?.id ?? '';
    await expectRefused(
      world,
      { backupId, into: { original: true } },
      'all of its 1 GiB are overwritten',
      `what was written after its newest backup (${newestOf(backups).id} of`,
      'say overwrite',
    );
    const fresh = world.control.addVolume({ name: 'fresh' });
    await expectRefused(
      world,
      { volumeId, into: { volumeId: fresh } },
      'volume fresh',
      'it has no backup at all',
    );
  });

  it.each([
    [
      'is too small',
      (world: World) => world.control.addVolume({ sizeGib: 1 }),
      'it has 1 GiB, and the backup is of 2 GiB',
    ],
    [
      'is attached to a server',
      (world: World) => world.control.addVolume({ sizeGib: 2, attachments: [{ serverId: 'server-1' }] }),
      'it is in use by server server-1; detach it first',
    ],
    [
      'is busy',
      (world: World) => world.control.addVolume({ sizeGib: 2, status: 'backing-up' }),
      'its status is backing-up',
    ],
    [
      'is in an error',
      (world: World) => world.control.addVolume({ sizeGib: 2, status: 'error_restoring' }),
      'its status is error_restoring',
    ],
    ['is not there', () => '7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11', 'it is not in the cloud'],
  ])('when it %s', async (_what, prepare, says) => {
    const { world, volumeId } = await openWithBackups(open);
    world.control.extendVolume(volumeId, 2);
    const large = world.control.addForeignBackup({ volumeId, status: 'available', sizeGib: 2 });
    const target = prepare(world);
    await expectRefused(world, { backupId: large, into: { volumeId: target }, overwrite: true }, says);
  });

  it('while another restore into it is under way, which goes on', async () => {
    const { world, backups, volumeId } = await openWithBackups(open, {
      cloud: { durations: { restoreSeconds: 60 } },
    });
    const into = { volumeId };
    const first = restore(world, { backupId: backups[0]?.id ?? '', into, overwrite: true });
    await world.pass(5_000);
    const other = { backupId: backups[1]?.id ?? '', into, overwrite: true };
    const second = await restore(world, other, await world.another({ owner: 'another' }));
    expect(second.counts).toEqual({ refused: 1 });
    expect(world.control.digestVolume(targetOf(await first))).toBe(backups[0]?.digest);
  });
});

describe('two restores into one volume that were asked for at the same instant', () => {
  it('are one restore: the other is refused, whoever of them is first', async () => {
    const { world, backups } = await openWithBackups(open);
    const volumeId = world.control.addVolume();
    const ask = async (index: number, owner: string) =>
      restore(
        world,
        { backupId: backups[index]?.id ?? '', into: { volumeId }, overwrite: true },
        await world.another({ owner }),
      );
    const reports = await Promise.all([ask(0, 'one'), ask(1, 'two')]);
    const outcomes = new Set(
      reports.flatMap(({ items }) => items.map(({ backupId, outcome }) => `${outcome} ${backupId}`)),
    );
    const restored = backups.filter(({ id }) => outcomes.has(`restored ${id}`));
    expect(restored).toHaveLength(1);
    expect(world.control.digestVolume(volumeId)).toBe(restored[0]?.digest);
    expect(world.control.requests.countOf('restore-backup')).toBe(1);
  });
});

describe('a chain that is not whole is refused before anything is touched', () => {
  it('when its middle is missing, with what is missing and that it is inferred', async () => {
    const { world, backups } = await openWithBackups(open);
    world.control.removeBackup(backups[2]?.id ?? '');
    await expectRefused(
      world,
      { backupId: backups[3]?.id ?? '' },
      `was based on backup ${backups[2]?.id}`,
      'no longer in the cloud',
      'inferred',
      'tryAnyway',
    );
    const below = await restore(world, { backupId: backups[1]?.id ?? '' });
    expect(world.control.digestVolume(targetOf(below))).toBe(backups[1]?.digest);
  });

  it('when its full is missing, even if no record tells', async () => {
    const { world, backups } = await openWithBackups(open);
    const rebuilt = await world.another();
    for (const index of [0, 4]) world.control.removeBackup(backups[index]?.id ?? '');
    for (const record of await world.records()) {
      const { parentId: _forgotten, ...rest } = record;
      await world.catalog.save(rest);
    }
    world.control.requests.reset();
    const report = await restore(world, { backupId: backups[1]?.id ?? '' }, rebuilt);
    expect(failuresOf(report)[0]).toContain('no full is in the cloud that it could go back to');
    expectUntouched(world);
  });

  it.each(['error', 'creating', 'deleting'])('when an ancestor is %s', async (status) => {
    const { world, backups } = await openWithBackups(open);
    world.control.setBackup(backups[1]?.id ?? '', { status });
    await expectRefused(
      world,
      { backupId: backups[3]?.id ?? '' },
      `the incremental ${backups[1]?.id}`,
      `whose status is ${status}`,
    );
  });

  it('when the backup itself is not available', async () => {
    const { world, backups } = await openWithBackups(open);
    world.control.setBackup(newestOf(backups).id, { status: 'error' });
    await expectRefused(world, { backupId: newestOf(backups).id }, 'its status is error');
  });

  it('but tried if someone says so; it fails in the cloud, and what was made goes', async () => {
    const { world, backups } = await openWithBackups(open);
    world.control.removeBackup(backups[2]?.id ?? '');
    const before = world.control.volumes().length;
    const report = await restore(world, { backupId: backups[3]?.id ?? '', tryAnyway: true });
    expect(report.counts).toEqual({ failed: 1 });
    expect(failuresOf(report)[0]).toContain('is error_restoring');
    expect(report.warnings.join()).toContain('tried although');
    expect(world.control.volumes()).toHaveLength(before);
  });

  it('unless the missing one was deleted by us: the cloud let it go, so it was no parent', async () => {
    const { world, backups } = await openWithBackups(open);
    const records = await world.records();
    const record = records.find(({ backupId }) => backupId === newestOf(backups).id) as BackupRecord;
    const gone = '11111111-2222-4333-8444-555555555555';
    await world.catalog.save({ ...record, parentId: gone });
    await world.catalog.save({ ...record, attempt: 9, backupId: gone, state: 'deleted', version: 0 });
    const report = await restore(world, { backupId: newestOf(backups).id });
    expect(world.control.digestVolume(targetOf(report))).toBe(newestOf(backups).digest);
  });
});

describe('a quota that does not suffice', () => {
  it.each([
    ['volumes', { volumes: 1 }, 'the quota of volumes does not suffice: 1 wanted, 0 of 1 free'],
    ['gigabytes', { gigabytes: 1 }, 'the quota of gigabytes does not suffice: 1 GiB wanted, 0 of 1 free'],
  ])('of %s is seen before anything is touched', async (_what, quota, says) => {
    const { world, backups } = await openWithBackups(open);
    world.control.setQuota(quota);
    await expectRefused(world, { backupId: newestOf(backups).id }, says);
    const dry = await restore(world, { backupId: newestOf(backups).id, dryRun: true });
    expect(failuresOf(dry)[0]).toContain(says);
  });
});

describe('without a credential to restore with', () => {
  const says = 'cloud prod has no credential to restore with; name one at auth.restore in the config';

  it('it is refused before anything is written down, and everything else goes on', async () => {
    const { world, backups, volumeId } = await openWithBackups(open);
    const deps = await world.another({ lacks: ['restore'] });
    world.control.requests.reset();
    await expect(restore(world, { backupId: newestOf(backups).id }, deps)).rejects.toThrow(says);
    expectUntouched(world);
    expect(await world.catalog.listRestores('prod', volumeId)).toEqual([]);
    await world.pass(HOUR_MS);
    expect(failuresOf(await follow(world, deps), await prune(world, {}, deps))).toEqual([]);
    expect(world.control.backups()).toHaveLength(backups.length + 1);
  });

  it('a dry run says what would be restored, and that it could not be carried out', async () => {
    const { world, backups } = await openWithBackups(open);
    const deps = await world.another({ lacks: ['restore'] });
    const report = await restore(world, { backupId: newestOf(backups).id, dryRun: true }, deps);
    expect(report).toMatchObject({ counts: { restoring: 1 }, failedCount: 0 });
    expect(report.warnings).toEqual([`it could not be carried out: ${says}`]);
  });
});

describe('a dry run', () => {
  it('says what it would do and touches nothing', async () => {
    const { world, backups } = await openWithBackups(open);
    world.control.requests.reset();
    const report = await restore(world, { backupId: backups[3]?.id ?? '', dryRun: true });
    expect(report).toMatchObject({ dryRun: true, counts: { restoring: 1 }, failedCount: 0 });
    expect(report.items[0]?.reason).toBe(
      'dry run: it would be restored from a full and 3 incrementals (parents inferred: certain) into a new volume of 1 GiB, type __DEFAULT__, zone nova',
    );
    expectUntouched(world);
    expect(await world.catalog.listRestores('prod', report.items[0]?.volumeId ?? '')).toEqual([]);
  });
});

describe('when a volume id and a name are given, the id counts', () => {
  it('and the volume keeps its name', async () => {
    const { world, backups } = await openWithBackups(open);
    const target = world.control.addVolume({ name: 'mine' });
    const into = { volumeId: target, name: 'yours' };
    const report = await restore(world, { backupId: newestOf(backups).id, into, overwrite: true });
    expect(targetOf(report)).toBe(target);
    expect(volumeOf(world, target)?.name).toBe('mine');
    expect(report.warnings.join()).toContain('it keeps its name');
  });
});

describe('a request is wrong', () => {
  const id = '7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11';
  it.each([
    ['without a subject', {}, 'exactly one of them'],
    ['with two', { backupId: id, volumeId: id }, 'exactly one of them'],
    ['with an instant for a backup', { backupId: id, at: new Date(0) }, 'at: a backup is of one instant'],
    [
      'with an instant in the future',
      { volumeId: id, at: new Date('2099-01-01T00:00:00Z') },
      'is in the future',
    ],
    [
      'with two targets',
      { backupId: id, into: { volumeId: id, original: true } },
      'into: volumeId and original',
    ],
    [
      'with one name for a server',
      { serverId: 's', into: { name: 'n' } },
      'into.name: a server may have several',
    ],
    ['with one volume for a server', { serverId: 's', into: { volumeId: id } }, 'into.volumeId: a server'],
    ['for another cloud', { backupId: id, cloud: 'mars' }, 'there is no cloud "mars"; there is prod'],
    ['for a backup that is not there', { backupId: id }, `there is no backup ${id}`],
    ['for a volume without backups', { volumeId: id }, `there is no backup of volume ${id}`],
    ['for a server that nobody knows', { serverId: 's' }, 'no volume of server s at'],
  ] as const)('%s', async (_how, request, says) => {
    const { world } = await openWithBackups(open);
    const error = await restore(world, request).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toContain(says);
  });
});
