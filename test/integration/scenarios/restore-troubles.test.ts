import { describe, expect, it } from 'vitest';
import { newestOf, openWithBackups, targetOf, volumeOf } from '../../support/restores.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { failuresOf, follow, restore } from '../../support/world-steps.ts';

const open = useWorlds();

const restoredVolumes = (world: World, name = 'rescued') =>
  world.control.volumes().filter((volume) => volume.name === name);
const into = { name: 'rescued' };

describe('a restore that fails in the cloud', () => {
  const fault = {
    match: { operation: 'restore-backup' as const },
    times: 1,
    effect: { fail: { reason: 'no' } },
  };

  it('into a new volume says why, and the volume goes', async () => {
    const { world, backups } = await openWithBackups(open);
    world.control.addFault(fault);
    const report = await restore(world, { backupId: newestOf(backups).id, into });
    expect(report.counts).toEqual({ failed: 1 });
    expect(failuresOf(report)[0]).toMatch(/volume \S+ is error_restoring: restore backup:/);
    expect(restoredVolumes(world)).toEqual([]);
    const again = await restore(world, { backupId: newestOf(backups).id, into });
    expect(world.control.digestVolume(targetOf(again))).toBe(newestOf(backups).digest);
  });

  it('into an existing volume says why, and the volume stays for whoever looks after it', async () => {
    const { world, backups, volumeId } = await openWithBackups(open);
    world.control.addFault(fault);
    const request = { backupId: newestOf(backups).id, into: { original: true }, overwrite: true };
    const report = await restore(world, request);
    expect(failuresOf(report)[0]).toContain('is error_restoring: restore backup:');
    expect(volumeOf(world, volumeId)?.status).toBe('error_restoring');
    world.control.setVolumeStatus(volumeId, 'available');
    expect(world.control.digestVolume(targetOf(await restore(world, request)))).toBe(
      newestOf(backups).digest,
    );
  });

  it('gives no reason where the cloud has no messages', async () => {
    const { world, backups } = await openWithBackups(open, { cloud: { maxMicroversion: '3.0' } });
    world.control.addFault(fault);
    const report = await restore(world, { backupId: newestOf(backups).id, into });
    expect(failuresOf(report)[0]).toContain('the cloud gave no reason');
  });

  it('because its volume was deleted under it, says that', async () => {
    const { world, backups } = await openWithBackups(open, { cloud: { durations: { restoreSeconds: 60 } } });
    const report = restore(world, { backupId: newestOf(backups).id, into });
    await world.pass(20_000);
    world.control.removeVolume(restoredVolumes(world)[0]?.id ?? '');
    expect(failuresOf(await report)[0]).toContain('someone deleted it while it was being restored');
  });
});

describe('a new volume that cannot be made', () => {
  it('fails the restore with the reason, and nothing is left', async () => {
    const { world, backups } = await openWithBackups(open);
    const refuse = { status: 400, message: 'Invalid input received: Availability zone atlantis is invalid' };
    world.control.addFault({ match: { operation: 'create-volume' }, effect: { refuse } });
    const begunAt = world.clock.now().getTime();
    const report = await restore(world, { backupId: newestOf(backups).id, into });
    expect(failuresOf(report)[0]).toContain('Availability zone atlantis is invalid');
    expect(world.clock.now().getTime() - begunAt).toBeLessThan(10_000);
  });

  it('for lack of quota that nobody could see before, fails the restore', async () => {
    const { world, backups } = await openWithBackups(open);
    const refuse = { status: 413, message: 'VolumeLimitExceeded: no more of this type' };
    world.control.addFault({ match: { operation: 'create-volume' }, effect: { refuse } });
    const report = await restore(world, { backupId: newestOf(backups).id, into });
    expect(failuresOf(report)[0]).toContain('VolumeLimitExceeded');
  });

  it('because it ends in an error, fails the restore, and it goes', async () => {
    const { world, backups } = await openWithBackups(open);
    world.control.addFault({
      match: { operation: 'create-volume' },
      effect: { fail: { reason: 'no host' } },
    });
    const report = await restore(world, { backupId: newestOf(backups).id, into });
    expect(failuresOf(report)[0]).toMatch(/the new volume \S+ is error/);
    expect(restoredVolumes(world)).toEqual([]);
  });
});

describe('an answer that is lost', () => {
  it.each([
    ['to the making of the volume, which was done', 'create-volume', { dropAnswer: true }],
    ['to the making of the volume, which was not done', 'create-volume', { dropRequest: true }],
    ['to the restore, which was begun', 'restore-backup', { dropAnswer: true }],
    ['to the restore, which was not begun', 'restore-backup', { dropRequest: true }],
  ] as const)('%s, makes neither a second volume nor an empty one', async (_what, operation, effect) => {
    const { world, backups } = await openWithBackups(open);
    world.control.addFault({ match: { operation }, times: 1, effect });
    const report = await restore(world, { backupId: newestOf(backups).id, into });
    expect(world.control.digestVolume(targetOf(report))).toBe(newestOf(backups).digest);
    expect(restoredVolumes(world)).toHaveLength(1);
  });

  it('to the restore into an existing volume that was restored from the same backup before', async () => {
    const { world, backups } = await openWithBackups(open);
    const request = { backupId: newestOf(backups).id, into: { original: true }, overwrite: true };
    await restore(world, request);
    world.control.writeVolume(world.volumeIds[0] ?? '', 0, Buffer.from('newer'));
    world.control.addFault({
      match: { operation: 'restore-backup' },
      times: 1,
      effect: { dropRequest: true },
    });
    const report = await restore(world, request);
    expect(world.control.digestVolume(targetOf(report))).toBe(newestOf(backups).digest);
  });

  it('to the making of a volume that comes to light after it was made again: it is deleted', async () => {
    const { world, backups } = await openWithBackups(open);
    world.control.addFault({
      match: { operation: 'create-volume' },
      times: 1,
      effect: { dropRequest: true },
    });
    const report = restore(world, { backupId: newestOf(backups).id, into });
    await world.pass(10_000);
    const [asked] = (await Array.fromAsync(world.catalog.listOpenRestores('prod'))).flat();
    await world.pass(115_000);
    const description = `[cinderkeep-restore=v1;acme;restore;${asked?.id};1]`;
    const late = world.control.addVolume({ name: 'rescued', status: 'creating', description });
    await world.pass(2_000);
    world.control.setVolumeStatus(late, 'available');
    expect(world.control.digestVolume(targetOf(await report))).toBe(newestOf(backups).digest);
    await world.pass(MINUTE_MS);
    expect(restoredVolumes(world)).toHaveLength(1);
  });
});

describe('a cloud that is in trouble', () => {
  it('with cinder-backup down is waited for', async () => {
    const { world, backups } = await openWithBackups(open);
    world.control.stopBackupService();
    const report = restore(world, { backupId: newestOf(backups).id, into });
    await world.pass(10 * MINUTE_MS);
    world.control.startBackupService();
    expect(world.control.digestVolume(targetOf(await report))).toBe(newestOf(backups).digest);
  });

  it('for too long fails the restore, and what was made goes', async () => {
    const limits = '{ stuckAfter: 30min, requestsPerSecond: 1000 }';
    const { world, backups } = await openWithBackups(open, { limits });
    world.control.stopBackupService();
    const report = await restore(world, { backupId: newestOf(backups).id, into });
    expect(failuresOf(report)[0]).toContain('Service cinder-backup could not be found');
    expect(restoredVolumes(world)).toEqual([]);
  });

  it('that answers nothing now and then is asked again', async () => {
    const { world, backups } = await openWithBackups(open);
    world.control.addFault({
      probability: 0.2,
      seed: 5,
      match: { method: 'GET' },
      effect: { refuse: { status: 503 } },
    });
    const report = await restore(world, { backupId: newestOf(backups).id, into });
    expect(world.control.digestVolume(targetOf(report))).toBe(newestOf(backups).digest);
  });
});

describe('a restore that does not end', () => {
  it('is reported as stuck, is not waited for, and ends well all the same when the cloud comes back on it', async () => {
    const limits = '{ stuckAfter: 30min, requestsPerSecond: 1000 }';
    const { world, backups } = await openWithBackups(open, { limits });
    world.control.addFault({ match: { operation: 'restore-backup' }, times: 1, effect: { stuck: true } });
    const report = await restore(world, { backupId: newestOf(backups).id, into });
    expect(failuresOf(report)).toEqual([expect.stringMatching(/^stuck: still restoring after 3\d min/)]);
    await world.pass(HOUR_MS);
    expect((await follow(world)).counts.restored).toBeUndefined();
    const again = await restore(world, { backupId: newestOf(backups).id, into });
    expect(again).toMatchObject({ counts: { restoring: 1 }, failedCount: 0 });
    expect(again.items[0]?.reason).toMatch(/^still restoring after/);
    const [made] = restoredVolumes(world);
    world.control.setVolumeStatus(made?.id ?? '', 'available');
    await world.pass(10 * MINUTE_MS);
    expect((await follow(world)).counts.restored).toBe(1);
  });
});

describe('a run that is told to stop', () => {
  it('leaves the restore to the next one', async () => {
    const { world, backups } = await openWithBackups(open, { cloud: { durations: { restoreSeconds: 600 } } });
    const deadlineAt = new Date(world.clock.now().getTime() + 30_000);
    const cut = { ...world, run: () => ({ startedAt: world.clock.now(), waits: true, deadlineAt }) };
    const first = await restore(cut, { backupId: newestOf(backups).id, into });
    expect(first.counts).toEqual({ restoring: 1 });
    const second = await restore(world, { backupId: newestOf(backups).id, into });
    expect(world.control.digestVolume(targetOf(second))).toBe(newestOf(backups).digest);
    expect(restoredVolumes(world)).toHaveLength(1);
    expect(await audit(world)).toEqual([]);
  });
});
