import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../../lambdas/app/run-report.ts';
import { backUpKnownBytes, type KnownBackup, scribble } from '../../support/known-bytes.ts';
import { newestOf, openWithBackups, RESTORE_POLICIES, targetOf, volumeOf } from '../../support/restores.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { MINUTE_MS, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { backUp, failuresOf, follow, followRestores, restore } from '../../support/world-steps.ts';

const open = useWorlds();

describe('every backup', () => {
  it('is restored into a new volume, byte for byte', async () => {
    const { world, backups } = await openWithBackups(open);
    expect(backups.map(({ isIncremental }) => (isIncremental ? 'i' : 'F')).join('')).toBe('FiiiFi');
    for (const { id, digest, at } of backups) {
      const report = await restore(world, { backupId: id });
      expect(failuresOf(report)).toEqual([]);
      expect(report.items).toMatchObject([{ backupId: id, asOf: at, tookMs: expect.any(Number) }]);
      expect(world.control.digestVolume(targetOf(report))).toBe(digest);
    }
    expect(await audit(world)).toEqual([]);
  });

  it('is restored into an existing volume, byte for byte, over whatever was there', async () => {
    const { world, backups } = await openWithBackups(open);
    const target = world.control.addVolume({ name: 'old', sizeGib: 1 });
    scribble(world, target, 500);
    for (const { id, digest } of backups) {
      const report = await restore(world, { backupId: id, into: { volumeId: target }, overwrite: true });
      expect(targetOf(report)).toBe(target);
      expect(world.control.digestVolume(target)).toBe(digest);
    }
    expect(volumeOf(world, target)?.name).toBe('old');
  });

  it('is restored into the original, for which its name need not be known', async () => {
    const { world, backups, volumeId } = await openWithBackups(open);
    scribble(world, volumeId, 500);
    const report = await restore(world, {
      backupId: newestOf(backups).id,
      into: { original: true },
      overwrite: true,
    });
    expect(targetOf(report)).toBe(volumeId);
    expect(world.control.digestVolume(volumeId)).toBe(newestOf(backups).digest);
  });

  it('is restored when its volume is gone, into one like it', async () => {
    const world = await open({ policies: RESTORE_POLICIES, cloud: { zones: ['zone-b'] } });
    const volumeId = world.addVolume({
      name: 'db-1',
      sizeGib: 3,
      volumeType: 'ssd',
      availabilityZone: 'zone-b',
      metadata: { backup: 'nightly', owner: 'Zoë' },
    });
    const backups = (await backUpKnownBytes(world, 2)).get(volumeId) ?? [];
    world.control.removeVolume(volumeId);
    const report = await restore(world, { backupId: newestOf(backups).id });
    const made = await (await world.deps.openCloud('prod')).getVolume(targetOf(report));
    expect(made).toMatchObject({
      name: 'db-1',
      sizeGib: 3,
      volumeType: 'ssd',
      availabilityZone: 'zone-b',
      metadata: { backup: 'nightly', owner: 'Zoë' },
    });
    expect(volumeOf(world, made?.id)?.description).toContain(newestOf(backups).id);
    expect(world.control.digestVolume(made?.id ?? '')).toBe(newestOf(backups).digest);
  });

  it('of someone else is restored as well', async () => {
    const { world, volumeId } = await openWithBackups(open);
    const id = world.control.addForeignBackup({ volumeId, status: 'available' });
    const report = await restore(world, { backupId: id });
    expect(failuresOf(report)).toEqual([]);
    expect(volumeOf(world, targetOf(report))?.name).toBe('vol-0');
  });
});

describe('a new volume', () => {
  it('is what the request says, where it says something', async () => {
    const { world, backups } = await openWithBackups(open, { cloud: { zones: ['zone-c'] } });
    world.control.addVolume({ volumeType: 'hdd' });
    const into = { name: 'rescued', volumeType: 'hdd', availabilityZone: 'zone-c' };
    const report = await restore(world, { backupId: newestOf(backups).id, into });
    expect(await (await world.deps.openCloud('prod')).getVolume(targetOf(report))).toMatchObject(into);
  });

  it('does not bear the marks of an earlier restore or attachment of the original', async () => {
    const { world, backups } = await openWithBackups(open);
    const first = targetOf(await restore(world, { backupId: newestOf(backups).id, into: { name: 'first' } }));
    world.volumeIds.push(first);
    world.control.attachVolume(first, 'server-1');
    await backUpKnownBytes(world, 1);
    const [copyOfCopy] = world.control.backups().filter((row) => row.volume_id === first);
    const second = targetOf(await restore(world, { backupId: copyOfCopy?.id ?? '' }));
    const markerOf = (id: string) =>
      /\[cinderkeep-restore=.*\]/.exec(volumeOf(world, id)?.description ?? '')?.[0];
    expect(markerOf(first)).toMatch(/=v1;acme;restore;.*;1\]/);
    expect(markerOf(second)).toMatch(/=v1;acme;restore;.*;1\]/);
    expect(markerOf(second)).not.toBe(markerOf(first));
    expect(volumeOf(world, second)?.metadata).toEqual({ src_backup_id: copyOfCopy?.id });
  });

  it('that the cloud takes for something else in between is waited for', async () => {
    const { world, backups } = await openWithBackups(open, { cloud: { durations: { volumeSeconds: 5 } } });
    const report = restore(world, { backupId: newestOf(backups).id, into: { name: 'busy' } });
    await world.pass(2_000);
    const made = world.control.volumes().find(({ name }) => name === 'busy');
    world.control.setVolumeStatus(made?.id ?? '', 'retyping');
    await world.pass(60_000);
    world.control.setVolumeStatus(made?.id ?? '', 'available');
    expect(world.control.digestVolume(targetOf(await report))).toBe(newestOf(backups).digest);
  });
});

describe('the newest good backup at an instant or before', () => {
  it.each([
    ['at the instant of one', 0, 2],
    ['a second before the next', 3_599_000, 2],
    ['a second before it', -1_000, 1],
  ])('is meant %s', async (_when, offsetMs, expected) => {
    const { world, backups, volumeId } = await openWithBackups(open);
    const at = new Date((backups[2]?.at.getTime() ?? 0) + offsetMs);
    const report = await restore(world, { volumeId, at });
    expect(report.items[0]?.backupId).toBe(backups[expected]?.id);
    expect(world.control.digestVolume(targetOf(report))).toBe(backups[expected]?.digest);
  });

  it('is the newest of all when no instant is given, the foreign ones not counted', async () => {
    const { world, backups, volumeId } = await openWithBackups(open);
    world.control.addForeignBackup({ volumeId, status: 'available' });
    const report = await restore(world, { volumeId });
    expect(report.items[0]?.backupId).toBe(newestOf(backups).id);
  });

  it('passes over those that cannot be restored, and says so', async () => {
    const { world, backups, volumeId } = await openWithBackups(open);
    // The full of the newest two: neither can be restored.
    world.control.setBackup(backups[4]?.id ?? '', { status: 'error' });
    const report = await restore(world, { volumeId });
    expect(report.items[0]?.backupId).toBe(backups[3]?.id);
    expect(report.warnings.join()).toContain(`backup ${backups[5]?.id} of`);
    expect(report.warnings.join()).toContain('whose status is error');
  });
});

describe('all volumes of a server', () => {
  const at = (world: World, minutesAgo: number) =>
    new Date(world.clock.now().getTime() - minutesAgo * 60_000);

  async function openWithServer() {
    const world = await open({ policies: RESTORE_POLICIES, volumes: 3 });
    const [root, disk, other] = world.volumeIds as [string, string, string];
    world.control.attachVolume(root, 'server-1');
    world.control.attachVolume(disk, 'server-1');
    world.control.attachVolume(other, 'server-2');
    return { world, root, disk, other, backups: await backUpKnownBytes(world, 3) };
  }

  it('are restored to one instant, though the server and its volumes are gone', async () => {
    const { world, root, disk, backups } = await openWithServer();
    for (const id of [root, disk]) world.control.removeVolume(id);
    const report = await restore(world, {
      serverId: 'server-1',
      at: at(world, 45),
      into: { namePrefix: 'r-' },
    });
    expect(failuresOf(report)).toEqual([]);
    expect(report.counts).toEqual({ restored: 2 });
    for (const volumeId of [root, disk]) {
      const item = report.items.find((each) => each.volumeId === volumeId);
      expect(item?.targetName).toBe(`r-${item?.volumeName}`);
      expect(world.control.digestVolume(item?.targetId ?? '')).toBe(backups.get(volumeId)?.[1]?.digest);
    }
  });

  it('are those that it had then, whatever it has now', async () => {
    const { world, root, disk, other } = await openWithServer();
    const before = world.clock.now();
    for (const id of [root, disk, other]) world.control.detachVolume(id);
    world.control.attachVolume(other, 'server-1');
    await backUpKnownBytes(world, 1);
    const volumesOf = (report: RunReport) => report.items.map(({ volumeId }) => volumeId).sort();
    const request = { serverId: 'server-1', dryRun: true };
    expect(volumesOf(await restore(world, { ...request, at: before }))).toEqual([root, disk].sort());
    expect(volumesOf(await restore(world, request))).toEqual([other]);
  });

  it('are those that it has now where nothing was remembered, with a word on it', async () => {
    const { world, root, disk } = await openWithServer();
    const forgetful = await world.another();
    for (const record of await world.records()) {
      const { serverIds: _forgotten, ...volume } = record.volume;
      await world.catalog.save({ ...record, volume });
    }
    const report = await restore(world, { serverId: 'server-1', dryRun: true }, forgetful);
    expect(report.items.map(({ volumeId }) => volumeId).sort()).toEqual([root, disk].sort());
    expect(report.warnings.join()).toContain('is not known');
  });

  it('are not restored a second time when the request is made again while it is under way', async () => {
    const { world, backups } = await openWithServer();
    const slow = await world.another({ limits: '{ restoresInFlight: 1, requestsPerSecond: 1000 }' });
    const request = { serverId: 'server-1', into: { namePrefix: 'r-' } };
    const deadlineAt = new Date(world.clock.now().getTime() + 8_000);
    const cut = { ...world, run: () => ({ startedAt: world.clock.now(), waits: true, deadlineAt }) };
    expect((await restore(cut, request, slow)).counts).toEqual({ restored: 1, restoring: 1 });
    // Newer ones do not make another request of it.
    await backUp(world);
    const report = await restore(world, request);
    expect(report.counts).toEqual({ restored: 2 });
    for (const { volumeId, targetId } of report.items) {
      expect(world.control.digestVolume(targetId ?? '')).toBe(backups.get(volumeId ?? '')?.at(-1)?.digest);
    }
    expect(world.control.volumes().filter(({ name }) => name?.startsWith('r-'))).toHaveLength(2);
  });

  it('that have no backup are told, and the others are restored', async () => {
    const { world, disk } = await openWithServer();
    for (const row of world.control.backups()) {
      if (row.volume_id === disk) world.control.removeBackup(row.id);
    }
    const report = await restore(world, { serverId: 'server-1' });
    expect(report.counts).toEqual({ restored: 1, refused: 1 });
    expect(failuresOf(report)).toEqual([expect.stringContaining('no good backup of it was made at')]);
  });
});

describe('several restores at once', () => {
  it('are under way side by side, as many as the limit allows', async () => {
    const { world, backups } = await openWithBackups(open, {
      limits: '{ restoresInFlight: 2, requestsPerSecond: 1000 }',
      cloud: { durations: { restoreSeconds: 60 } },
    });
    const restores = backups.slice(0, 3).map(({ id }) => restore(world, { backupId: id }));
    let most = 0;
    for (let looks = 0; looks < 30; looks += 1) {
      await world.pass(5_000);
      const restoring = world.control.volumes().filter(({ status }) => status === 'restoring-backup');
      most = Math.max(most, restoring.length);
    }
    expect(most).toBe(2);
    const reports = await Promise.all(restores);
    const told = reports.map(({ items }) => items.map(({ backupId, outcome }) => `${outcome} ${backupId}`));
    for (const [index, { id }] of backups.slice(0, 3).entries())
      expect(told[index]).toContain(`restored ${id}`);
  });

  it('of the same backup come one after the other', async () => {
    const { world, backups } = await openWithBackups(open);
    const { id, digest } = newestOf(backups);
    const reports = await Promise.all([
      restore(world, { backupId: id, into: { name: 'one' } }),
      restore(world, { backupId: id, into: { name: 'two' } }, await world.another({ owner: 'another' })),
    ]);
    for (const report of reports) expect(world.control.digestVolume(targetOf(report))).toBe(digest);
    expect(new Set(reports.map(targetOf)).size).toBe(2);
  });

  it('that are the same request are one restore', async () => {
    const { world, backups } = await openWithBackups(open);
    const request = { backupId: newestOf(backups).id, into: { name: 'one' } };
    const first = restore(world, request);
    await world.pass(1_000);
    const second = restore(world, request, await world.another({ owner: 'another' }));
    expect(targetOf(await second)).toBe(targetOf(await first));
    expect(world.control.volumes().filter(({ name }) => name === 'one')).toHaveLength(1);
  });

  it('wait for no backups: these have a worker of their own', async () => {
    const { world, backups } = await openWithBackups(open, { cloud: { durations: { fullSeconds: 7_200 } } });
    await world.pass(3_600_000);
    const worker = follow(world, await world.another());
    await world.pass(5_000);
    const begunAt = world.clock.now().getTime();
    await restore(world, { backupId: backups[0]?.id ?? '' });
    expect(world.clock.now().getTime() - begunAt).toBeLessThan(60_000);
    await worker;
  });
});

describe('a restore that somebody waits for', () => {
  it('does not keep its run until those of others have ended, which go on', async () => {
    const { world, backups } = await openWithBackups(open);
    world.control.addFault({ match: { operation: 'restore-backup' }, times: 1, effect: { stuck: true } });
    await restore(world, { backupId: backups[0]?.id ?? '' }, world.deps, false);
    const begunAt = world.clock.now().getTime();
    const report = await restore(world, { backupId: backups[1]?.id ?? '', into: { name: 'mine' } });
    expect(report.items.map(({ outcome, backupId }) => `${outcome} ${backupId}`)).toEqual([
      `restored ${backups[1]?.id}`,
    ]);
    expect(world.clock.now().getTime() - begunAt).toBeLessThan(60_000);
    const [other] = (await Array.fromAsync(world.catalog.listOpenRestores('prod'))).flat();
    expect(other).toMatchObject({ backupId: backups[0]?.id, state: 'restoring' });
    world.control.setVolumeStatus(other?.targetId ?? '', 'available');
    expect((await follow(world)).counts.restored).toBe(1);
  });
});

describe('a restore that nobody waits for', () => {
  it('is gone on with by the worker', async () => {
    const { world, backups } = await openWithBackups(open, { cloud: { durations: { restoreSeconds: 900 } } });
    const report = await restore(world, { backupId: newestOf(backups).id }, world.deps, false);
    expect(report.counts).toEqual({ restoring: 1 });
    await world.pass(1_000_000);
    const followed = await follow(world, await world.another());
    expect(followed.counts.restored).toBe(1);
    const [item] = followed.items.filter(({ outcome }) => outcome === 'restored');
    expect(world.control.digestVolume(item?.targetId ?? '')).toBe(newestOf(backups).digest);
  });
});

describe('a restore that waits for another of the same backup', () => {
  it('takes no time of the worker but for a look, and begins when the other has ended', async () => {
    const { world, backups } = await openWithBackups(open);
    world.control.addFault({ match: { operation: 'restore-backup' }, times: 1, effect: { stuck: true } });
    const { id: backupId, digest } = newestOf(backups);
    await restore(world, { backupId, into: { name: 'one' } }, world.deps, false);
    await restore(world, { backupId, into: { name: 'two' } }, world.deps, false);
    const spentMs: number[] = [];
    for (let minute = 0; minute < 15; minute += 1) {
      const begunAt = world.clock.now().getTime();
      expect((await follow(world, await world.another())).failedCount).toBe(0);
      spentMs.push(world.clock.now().getTime() - begunAt);
      await world.pass(MINUTE_MS);
    }
    expect(Math.max(...spentMs.slice(5))).toBeLessThan(1_000);
    const made = (name: string) => world.control.volumes().find((each) => each.name === name)?.id ?? '';
    world.control.setVolumeStatus(made('one'), 'available');
    world.control.setBackup(backupId, { status: 'available' });
    expect(await followRestores(world, 5)).toEqual([]);
    expect(world.control.digestVolume(made('two'))).toBe(digest);
  });
});

describe('what a restore has shown', () => {
  it('is remembered with the backup and with its volume', async () => {
    const { world, backups, volumeId } = await openWithBackups(open);
    const { id } = newestOf(backups);
    const report = await restore(world, { backupId: id });
    const record = (await world.records()).find(({ backupId }) => backupId === id);
    expect(record?.lastRestore).toMatchObject({
      outcome: 'restored',
      targetId: targetOf(report),
      purpose: 'restore',
    });
    expect(record?.provedAt).toEqual(record?.lastRestore?.at);
    const volume = await world.catalog.getVolume('prod', volumeId);
    expect(volume?.proof).toMatchObject({ provedAt: record?.provedAt, provedBackupId: id });
    expect(await audit(world)).toEqual([]);
  });

  it('is remembered when it failed, and takes no earlier proof away', async () => {
    const { world, backups, volumeId } = await openWithBackups(open);
    const [first, second] = backups as readonly [KnownBackup, KnownBackup, ...KnownBackup[]];
    await restore(world, { backupId: first.id });
    world.control.addFault({
      times: 1,
      effect: { fail: { reason: 'no' } },
      match: { operation: 'restore-backup' },
    });
    await restore(world, { backupId: second.id });
    const record = (await world.records()).find(({ backupId }) => backupId === second.id);
    expect(record).toMatchObject({ lastRestore: { outcome: 'failed' } });
    expect(record?.provedAt).toBeUndefined();
    const { proof } = (await world.catalog.getVolume('prod', volumeId)) ?? {};
    expect(proof).toMatchObject({
      provedBackupId: first.id,
      last: { outcome: 'failed', backupId: second.id },
    });
  });
});
