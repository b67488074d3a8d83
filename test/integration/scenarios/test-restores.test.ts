import { describe, expect, it } from 'vitest';
import { type ListBackupsRequest, listBackups } from '../../../lambdas/app/list-backups.ts';
import { showBackup } from '../../../lambdas/app/show-backup.ts';
import { PASS, useHooks } from '../../support/hook-server.ts';
import { backUpKnownBytes } from '../../support/known-bytes.ts';
import { openTested, scratchOf, testedPolicy, testsOf } from '../../support/restore-tests.ts';
import { newestOf } from '../../support/restores.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { backUp, failuresOf, follow, prune, restore, runSlots, testNow } from '../../support/world-steps.ts';

const open = useWorlds();
const openHook = useHooks();

describe('a test of a restore', () => {
  it('restores the newest good backup, byte for byte, into a scratch volume, and leaves nothing', async () => {
    const hook = await openHook();
    const { world, volumeId, backups } = await openTested(open, `hook: { url: "${hook.url}" }`);
    const digests: string[] = [];
    hook.reply = (question) => {
      digests.push(world.control.digestVolume(question.volumeId));
      return PASS;
    };
    const report = await testNow(world);
    expect(report).toMatchObject({
      run: 'test-restores',
      failedCount: 0,
      counts: { proved: 1 },
      warnings: [],
    });
    expect(report.items).toMatchObject([
      {
        outcome: 'proved',
        policy: 'nightly',
        volumeId,
        backupId: newestOf(backups).id,
        tookMs: expect.any(Number),
      },
    ]);
    expect(digests).toEqual([newestOf(backups).digest]);
    expect(hook.questions).toMatchObject([
      {
        deployment: 'acme',
        cloud: 'prod',
        policy: 'nightly',
        sizeGib: 1,
        backupId: newestOf(backups).id,
        sourceVolumeId: volumeId,
        sourceVolumeName: 'vol-0',
        dataTimestampAt: newestOf(backups).at.toISOString(),
      },
    ]);
    expect(scratchOf(world)).toEqual([]);
    expect(await audit(world)).toEqual([]);
  });

  it('is remembered with the backup and with the volume', async () => {
    const { world, volumeId, backups } = await openTested(open);
    await testNow(world);
    const { id } = newestOf(backups);
    const record = (await world.records()).find(({ backupId }) => backupId === id);
    expect(record?.lastRestore).toMatchObject({ purpose: 'test', outcome: 'restored', backupId: id });
    expect(record?.lastRestore?.tookMs).toBeGreaterThan(0);
    expect(record?.provedAt).toEqual(record?.lastRestore?.at);
    const volume = await world.catalog.getVolume('prod', volumeId);
    expect(volume?.proof).toMatchObject({ provedBackupId: id, last: { purpose: 'test' } });
  });

  it('is shown with every backup, and backups can be chosen by it', async () => {
    const { world, backups, all } = await openTested(open, '', { volumes: 2 });
    const foreign = world.control.addForeignBackup({
      volumeId: world.volumeIds[0] ?? '',
      status: 'available',
    });
    await testNow(world, { volumeIds: world.volumeIds.slice(0, 1) });
    const idsOf = async (request: ListBackupsRequest) =>
      (await listBackups(request, world.deps)).backups.map(({ backup }) => backup.id);
    const { id } = newestOf(backups);
    expect(await idsOf({ proved: true })).toEqual([id]);
    const others = [...all.values()].flat().filter((backup) => backup.id !== id);
    expect((await idsOf({ proved: false })).toSorted()).toEqual(
      [foreign, ...others.map((each) => each.id)].sort(),
    );
    const { backups: listed } = await listBackups({}, world.deps);
    const shown = listed.filter(({ provedAt }) => provedAt !== undefined);
    expect(shown).toMatchObject([{ backup: { id } }]);
    expect(await showBackup(id, world.deps)).toMatchObject({ provedAt: shown[0]?.provedAt });
  });

  it('makes no volume that a policy selects, or that looks like the original meanwhile', async () => {
    const policies = testedPolicy();
    const world = await open({ policies, cloud: { durations: { restoreSeconds: 3 * 3_600 } } });
    world.addVolume({ metadata: { backup: 'yes' } });
    await backUpKnownBytes(world, 1);
    const report = testNow(world);
    await world.pass(MINUTE_MS);
    expect(scratchOf(world).map(({ status, metadata }) => [status, metadata])).toEqual([
      ['restoring-backup', {}],
    ]);
    await runSlots(world, 1, await world.another({ owner: 'another' }));
    expect(new Set((await world.records()).map(({ volumeId }) => volumeId))).toEqual(
      new Set(world.volumeIds),
    );
    await report;
    expect(world.control.backups().every((row) => row.volume_id === world.volumeIds[0])).toBe(true);
  });

  it('of a policy is of its own backups', async () => {
    const quiet = {
      schedule: '{ cron: "30 1 1 1 *", timezone: UTC }',
      keep: '{ semantics: restic, last: 9 }',
    };
    const policies = `${testedPolicy()}\n${policyText('other', quiet)}`;
    const { world, volumeId, backups } = await openTested(open, '', { policies });
    await backUp(world, 'other', [volumeId]);
    expect((await testNow(world)).items).toMatchObject([{ backupId: newestOf(backups).id }]);
    const any = await testNow(world, { volumeIds: [volumeId] });
    expect(any.items).toMatchObject([{ outcome: 'proved', policy: 'other' }]);
  });

  it('of a volume that is gone can be asked for by its id', async () => {
    const { world, volumeId } = await openTested(open);
    world.control.removeVolume(volumeId);
    expect((await testNow(world)).counts).toEqual({});
    expect((await testNow(world, { volumeIds: [volumeId] })).counts).toEqual({ proved: 1 });
    expect(scratchOf(world)).toEqual([]);
  });

  it('can be asked for of a policy without any, and of no policy that there is not', async () => {
    const { world } = await openTested(open, '', { policies: policyText('nightly') });
    await expect(testNow(world)).rejects.toThrow('no policy has restoreTests');
    await expect(testNow(world, { policy: 'weekly' })).rejects.toThrow('there is no policy "weekly"');
    expect((await testNow(world, { policy: 'nightly' })).counts).toEqual({ proved: 1 });
  });

  it('that would be made is told of in a dry run, which changes nothing', async () => {
    const { world, backups } = await openTested(open);
    const before = world.control.requests.countOf('create-volume');
    const report = await testNow(world, { dryRun: true });
    expect(report).toMatchObject({ dryRun: true, counts: { restoring: 1 } });
    expect(report.items[0]?.reason).toMatch(
      /^dry run: it would be restored from a full and 1 incremental .* into a scratch volume of 1 GiB/,
    );
    expect(report.items[0]?.backupId).toBe(newestOf(backups).id);
    expect(await testsOf(world)).toEqual([]);
    expect(world.control.requests.countOf('create-volume')).toBe(before);
    expect(scratchOf(world)).toEqual([]);
  });

  it('of a volume that has no backup fails if it was asked for by its id, and says why', async () => {
    const { world } = await openTested(open);
    const bare = world.control.addVolume({ name: 'bare' });
    expect((await testNow(world)).counts).toEqual({ proved: 1 });
    expect(failuresOf(await testNow(world, { volumeIds: [bare] }))).toEqual([
      'refused: no cloud of the config has a backup of it',
    ]);
    expect(failuresOf(await testNow(world, { policy: 'nightly', volumeIds: [bare] }))).toEqual([
      'refused: it has no backup of policy nightly',
    ]);
  });

  it('passes over backups that cannot be restored, and says so; fails where none can be', async () => {
    const { world, backups } = await openTested(open, '', { backups: 5 });
    const [first, , , , newest] = backups;
    world.control.setBackup(newest?.id ?? '', { status: 'error' });
    const report = await testNow(world);
    expect(report.items).toMatchObject([{ outcome: 'proved', backupId: backups[3]?.id }]);
    expect(report.warnings).toEqual([`backup ${newest?.id} cannot be restored: its status is error`]);
    world.control.setBackup(first?.id ?? '', { status: 'error' });
    const none = await testNow(world);
    expect(none.counts).toEqual({ refused: 1 });
    expect(failuresOf(none)[0]).toContain('none of its backups can be restored; backup');
  });
});

describe('a random backup', () => {
  it('is any good one within the window, another from time to time', async () => {
    const settings = 'pick: random, within: 1d';
    const { world, backups } = await openTested(open, settings, { backups: 30 });
    const tested = new Set<string | undefined>();
    for (let run = 0; run < 6; run += 1) {
      const report = await testNow(world);
      expect(failuresOf(report)).toEqual([]);
      tested.add(report.items[0]?.backupId);
      await world.pass(MINUTE_MS);
    }
    const young = new Set(backups.slice(5).map(({ id }) => id));
    expect([...tested].filter((id) => !young.has(id ?? ''))).toEqual([]);
    expect(tested.size).toBeGreaterThan(2);
    await world.pass(48 * HOUR_MS);
    expect((await testNow(world)).counts).toEqual({ skipped: 1 });
  });
});

describe('a test that fails', () => {
  it('because the cloud could not restore says why, and nothing is left', async () => {
    const { world, backups } = await openTested(open);
    await testNow(world);
    await world.pass(MINUTE_MS);
    world.control.addFault({ match: { operation: 'restore-backup' }, effect: { fail: { reason: 'no' } } });
    const report = await testNow(world);
    expect(report.counts).toEqual({ failed: 1 });
    expect(failuresOf(report)[0]).toMatch(/volume \S+ is error_restoring: restore backup:/);
    expect(scratchOf(world)).toEqual([]);
    const record = (await world.records()).find(({ backupId }) => backupId === newestOf(backups).id);
    expect(record?.lastRestore).toMatchObject({ purpose: 'test', outcome: 'failed' });
    expect(record?.provedAt).toBeDefined();
  });

  it('because an object of the chain is lost says so', async () => {
    const { world, backups } = await openTested(open);
    world.control.loseBackupObject(backups[0]?.id ?? '');
    expect(failuresOf(await testNow(world))[0]).toContain('error_restoring');
    expect(scratchOf(world)).toEqual([]);
  });

  it('because the volume has another size says so', async () => {
    const { world } = await openTested(open, '', { cloud: { durations: { restoreSeconds: 60 } } });
    const report = testNow(world);
    await world.pass(20_000);
    world.control.extendVolume(scratchOf(world)[0]?.id ?? '', 3);
    expect(failuresOf(await report)).toEqual([
      'failed: the restored volume is of another size: it has 3 GiB instead of 1',
    ]);
    expect(scratchOf(world)).toEqual([]);
  });

  it('because the volume is not available after all says so', async () => {
    const { world } = await openTested(open);
    const report = testNow(world);
    while ((await testsOf(world))[0]?.state !== 'checking') await world.pass(100);
    world.control.attachVolume(scratchOf(world)[0]?.id ?? '', 'someone');
    await world.pass(2_500);
    world.control.detachVolume(scratchOf(world)[0]?.id ?? '');
    expect(failuresOf(await report)).toEqual(['failed: the restored volume is in-use']);
  });

  it('is none when its backup was deleted before its turn came', async () => {
    const limits = '{ inFlight: 8, restoresInFlight: 1, requestsPerSecond: 1000 }';
    const options = { limits, volumes: 2, cloud: { durations: { restoreSeconds: 600 } } };
    const { world, all } = await openTested(open, 'volumes: all', options);
    const report = testNow(world);
    await world.pass(MINUTE_MS);
    const waiting = (await testsOf(world)).find(({ state }) => state === 'waiting');
    for (const { id } of all.get(waiting?.volumeId ?? '') ?? []) world.control.removeBackup(id);
    expect(await report).toMatchObject({ counts: { proved: 1, skipped: 1 }, failedCount: 0 });
    const volume = await world.catalog.getVolume('prod', waiting?.volumeId ?? '');
    expect(volume?.proof).toBeUndefined();
  });

  it('because someone deleted the scratch volume says so', async () => {
    const { world } = await openTested(open, '', { cloud: { durations: { restoreSeconds: 60 } } });
    const report = testNow(world);
    await world.pass(20_000);
    world.control.removeVolume(scratchOf(world)[0]?.id ?? '');
    expect(failuresOf(await report)[0]).toContain('someone deleted it while it was being restored');
  });

  it('leaves a scratch volume that cannot be deleted to later runs, says so, and deletes it when it can', async () => {
    const { world } = await openTested(open);
    const id = world.control.addFault({
      match: { operation: 'delete-volume' },
      effect: { refuse: { status: 400 } },
    });
    const report = await testNow(world);
    expect(failuresOf(report)[0]).toMatch(/volume \S+ \(available\) could not be deleted/);
    expect(scratchOf(world)).toHaveLength(1);
    world.control.removeFault(id);
    await world.pass(11 * MINUTE_MS);
    expect(failuresOf(await follow(world))).toEqual([]);
    await world.pass(MINUTE_MS);
    await follow(world);
    expect(scratchOf(world)).toEqual([]);
  });
});

describe('a hook', () => {
  const openAsking = async (timeout = '5min') => {
    const hook = await openHook();
    const settings = `hook: { url: "${hook.url}", timeout: ${timeout} }`;
    return { hook, ...(await openTested(open, settings)) };
  };

  it.each([
    [
      'that finds it wrong',
      [200, { pass: false, reason: 'no\n filesystem' }],
      'the hook found it wrong: no filesystem',
    ],
    ['that gives no reason', [200, { pass: false }], 'the hook found it wrong: it gave no reason'],
    ['that is not there', [404], /^the hook is of no use: 127\.0\.0\.1:\d+ answered 404$/],
    ['that sends elsewhere', [302], /the hook is of no use: .* answered 302/],
    ['that says nothing of it', [200, 'ok'], /the hook is of no use: it answered something other than/],
    ['that is always at it', [202], 'the hook gave no answer within 5min; last: it was still at it'],
    ['that is broken', [500], /the hook gave no answer within 5min; last: 127\.0\.0\.1:\d+ answered 500/],
    [
      'that hangs up',
      'hangs up',
      /the hook gave no answer within 5min; last: 127\.0\.0\.1:\d+ gave no answer/,
    ],
  ] as const)('%s fails the test, and nothing is left', async (_which, reply, reason) => {
    const { world, hook } = await openAsking();
    hook.reply = () => reply;
    const report = await testNow(world);
    expect(report.counts).toEqual({ failed: 1 });
    expect(report.items[0]?.reason).toMatch(reason);
    expect(JSON.stringify([report, world.log])).not.toContain('s3cret');
    expect(scratchOf(world)).toEqual([]);
    const [volume] = await Promise.all(world.volumeIds.map((id) => world.catalog.getVolume('prod', id)));
    expect(volume?.proof).toMatchObject({ last: { outcome: 'failed' } });
    expect(volume?.proof?.provedAt).toBeUndefined();
  });

  it('that is at it, or fails for a while, is asked again about the same test', async () => {
    const { world, hook } = await openAsking();
    const replies = [[202], [503], [200, { pending: true }], 'hangs up', [200, { pass: true }]] as const;
    hook.reply = () => replies[Math.min(hook.questions.length, replies.length) - 1] ?? PASS;
    expect((await testNow(world)).counts).toEqual({ proved: 1 });
    expect(hook.questions).toHaveLength(5);
    expect(new Set(hook.questions.map(({ testId }) => testId)).size).toBe(1);
  });

  it('may attach the volume; as long as it is attached it cannot go', async () => {
    const { world, hook } = await openAsking();
    hook.reply = ({ volumeId }) => {
      if (hook.questions.length === 1) {
        world.control.attachVolume(volumeId, 'checker');
        return [202];
      }
      world.control.detachVolume(volumeId);
      return PASS;
    };
    expect((await testNow(world)).counts).toEqual({ proved: 1 });
    expect(scratchOf(world)).toEqual([]);
  });

  it('is left to whoever can ask it', async () => {
    const { world, hook } = await openAsking();
    const { askHook: _none, ...deps } = await world.another({ owner: 'without' });
    const report = await testNow(world, {}, deps);
    expect(report).toMatchObject({ counts: { restoring: 1 }, failedCount: 0 });
    expect(await testsOf(world)).toMatchObject([{ state: 'checking' }]);
    expect(hook.questions).toEqual([]);
    for (let minutes = 0; minutes < 3; minutes += 1) {
      await world.pass(MINUTE_MS);
      expect(failuresOf(await follow(world))).toEqual([]);
    }
    expect(await testsOf(world)).toMatchObject([{ state: 'restored' }]);
    expect(scratchOf(world)).toEqual([]);
  });
});

describe('while a test is under way', () => {
  it('or waits for its turn, pruning keeps all that it needs, and nothing longer', async () => {
    const policies = testedPolicy('volumes: all', {
      keep: '{ semantics: restic, last: 1 }',
      full: '{ every: 3 }',
      guards: '{ maxDeleteShare: 1 }',
    });
    const limits = '{ inFlight: 8, restoresInFlight: 1, requestsPerSecond: 1000 }';
    const cloud = { durations: { restoreSeconds: 2 * 3_600 } };
    const options = { policies, limits, volumes: 2, backups: 3, cloud };
    const { world, all } = await openTested(open, '', options);
    const report = testNow(world);
    await world.pass(MINUTE_MS);
    expect((await testsOf(world)).map(({ state }) => state).toSorted()).toEqual(['restoring', 'waiting']);
    const other = await world.another({ owner: 'another' });
    // A new full: the three before are past retention.
    await runSlots(world, 1, other);
    expect(failuresOf(await prune(world, { trigger: 'schedule' }, other))).toEqual([]);
    const ids = world.control.backups().map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining([...all.values()].flat().map(({ id }) => id)));
    expect((await report).counts).toEqual({ proved: 2 });
    await prune(world, { trigger: 'schedule' }, other);
    expect(world.control.backups()).toHaveLength(2);
    expect(await audit(world)).toEqual([]);
  });

  it('a restore that a person asks for goes first, and the limit of restores holds', async () => {
    const limits = '{ inFlight: 8, restoresInFlight: 2, requestsPerSecond: 1000 }';
    const options = { limits, volumes: 4, cloud: { durations: { restoreSeconds: 600 } } };
    const { world, backups } = await openTested(open, 'volumes: all', options);
    const running = () => world.control.volumes().filter(({ status }) => status === 'restoring-backup');
    const tests = testNow(world);
    await world.pass(MINUTE_MS);
    // One place is left for whoever may need it.
    expect(running()).toHaveLength(1);
    // Not one that is being tested: a backup is restored once at a time.
    const backupId = backups[0]?.id ?? '';
    const deps = await world.another({ owner: 'a person' });
    const begunAt = world.clock.now().getTime();
    const restored = restore(world, { backupId, into: { name: 'rescued' } }, deps);
    await world.pass(MINUTE_MS);
    expect(running().map(({ name }) => name)).toContain('rescued');
    expect(running().length).toBeLessThanOrEqual(2);
    expect((await restored).counts).toEqual({ restored: 1 });
    expect(world.clock.now().getTime() - begunAt).toBeLessThan(13 * MINUTE_MS);
    expect((await tests).counts.proved).toBe(4);
    expect(scratchOf(world)).toEqual([]);
  });

  it('no test takes the place of a restore that has to wait a little', async () => {
    const limits = '{ inFlight: 8, restoresInFlight: 1, requestsPerSecond: 1000 }';
    const options = { limits, volumes: 2, cloud: { durations: { restoreSeconds: 3_600 } } };
    const { world, backups } = await openTested(open, 'volumes: all', options);
    const [{ id: backupId = '' } = {}] = backups;
    // Someone else restores it just now.
    world.control.setBackup(backupId, { status: 'restoring' });
    const restored = restore(world, { backupId, into: { name: 'rescued' } });
    await world.pass(10_000);
    const tests = testNow(world, {}, await world.another({ owner: 'tests' }));
    await world.pass(30_000);
    expect(scratchOf(world)).toEqual([]);
    world.control.setBackup(backupId, { status: 'available' });
    const begunAt = world.clock.now().getTime();
    expect((await restored).counts).toEqual({ restored: 1 });
    expect(world.clock.now().getTime() - begunAt).toBeLessThan(65 * MINUTE_MS);
    expect((await tests).counts.proved).toBe(2);
  });

  it('that lasts for hours, other runs leave its scratch volume alone', async () => {
    const hook = await openHook();
    hook.reply = () => [202];
    const settings = `hook: { url: "${hook.url}", timeout: 6h }`;
    const { world, volumeId } = await openTested(open, settings, { volumes: 2 });
    await testNow(world, { volumeIds: [volumeId] }, world.deps, false);
    await world.pass(2 * HOUR_MS);
    const report = await testNow(world, { volumeIds: world.volumeIds.slice(1) }, world.deps, false);
    expect(report).toMatchObject({ failedCount: 0, warnings: [] });
    expect(scratchOf(world).map(({ status }) => status)).toEqual(['available', 'available']);
    // The same once more joins them.
    const again = await testNow(world, { volumeIds: world.volumeIds }, world.deps, false);
    expect(again.counts).toEqual({ restoring: 2 });
    expect(scratchOf(world)).toHaveLength(2);
  });

  it('a restore does not wait for tests that it has nothing to do with', async () => {
    const options = { volumes: 5, cloud: { durations: { restoreSeconds: 3_600 } } };
    const { world, backups } = await openTested(open, 'volumes: all', options);
    await testNow(world, {}, world.deps, false);
    const begunAt = world.clock.now().getTime();
    const report = await restore(world, { backupId: backups[0]?.id ?? '', into: { name: 'rescued' } });
    expect(report.items.filter(({ outcome }) => outcome === 'restored')).toMatchObject([
      { targetName: 'rescued' },
    ]);
    expect(world.clock.now().getTime() - begunAt).toBeLessThan(70 * MINUTE_MS);
    expect((await testsOf(world)).filter(({ state }) => state === 'restoring')).not.toEqual([]);
  });
});

describe('the credential for restores', () => {
  it('that is missing fails the run, and nothing is written down', async () => {
    const { world } = await openTested(open);
    const report = await testNow(world, {}, await world.another({ owner: 'without', lacks: ['restore'] }));
    expect(failuresOf(report)).toEqual([
      'failed: cloud prod has no credential to restore with; name one at auth.restore in the config',
    ]);
    expect(await testsOf(world)).toEqual([]);
    const preview = await testNow(world, { dryRun: true }, await world.another({ lacks: ['restore'] }));
    expect(preview).toMatchObject({ counts: { restoring: 1 }, failedCount: 0 });
    expect(preview.warnings.join()).toContain('it could not be carried out: cloud prod has no credential');
  });
});

describe('the quota', () => {
  it('that is too small for a scratch volume is a failure that is told, and nothing is touched', async () => {
    const { world } = await openTested(open);
    world.control.setQuota({ gigabytes: 1 });
    const report = await testNow(world);
    expect(report.counts).toEqual({ refused: 1 });
    expect(failuresOf(report)[0]).toContain(
      'the quota of gigabytes does not suffice: 1 GiB wanted, 0 of 1 free',
    );
    expect(await testsOf(world)).toEqual([]);
  });

  it('that suffices for one scratch volume at a time makes them wait for each other', async () => {
    const { world } = await openTested(open, 'volumes: all', { volumes: 3 });
    world.control.setQuota({ volumes: 4 });
    const report = await testNow(world);
    expect(failuresOf(report)).toEqual([]);
    expect(report.counts).toEqual({ proved: 3 });
    expect(scratchOf(world)).toEqual([]);
  });
});
