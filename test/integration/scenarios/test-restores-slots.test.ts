import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import type { Catalog } from '../../../lambdas/app/ports.ts';
import type { RunReport } from '../../../lambdas/app/run-report.ts';
import { testSlotsOf } from '../../../lambdas/domain/restore-tests.ts';
import { runDaemon, runOnce } from '../../../local/daemon.ts';
import { createPowerSupply } from '../../support/power-cut.ts';
import { openTested, scratchOf, testedPolicy, testsOf } from '../../support/restore-tests.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { backUp, failuresOf, followRestores, testNow } from '../../support/world-steps.ts';

const open = useWorlds();
const NOON = new Date('2026-03-02T12:00:00Z');
const DAY_MS = 24 * HOUR_MS;
const MORE_CALLS_THAN_ANY_RUN = 300;
/** No slot of the backups is missed before noon. */
const IN_THE_NIGHT = { schedule: '{ cron: "0 0-2 * * *", timezone: UTC }' };
/** Short, for few looks in between. */
const cloud = {
  durations: {
    fullSeconds: 0.3,
    incrementalSeconds: 0.3,
    volumeSeconds: 0.3,
    restoreSeconds: 1,
    deleteSeconds: 0.3,
  },
};

const slotAt = (day = 0) => new Date(NOON.getTime() + day * DAY_MS);
const atSlot = (world: World, day = 0) => world.pass(slotAt(day).getTime() - world.clock.now().getTime());
const inSlot = (world: World, day = 0, deps = world.deps, waits = true) =>
  testNow(world, { trigger: 'schedule', policy: 'nightly', slot: slotAt(day) }, deps, waits);
const testedVolumes = async (world: World) => (await testsOf(world)).map(({ volumeId }) => volumeId);

describe('the tests of a slot', () => {
  it('are made once, however often it is triggered', async () => {
    const { world } = await openTested(open, 'volumes: 2', { volumes: 5, cloud });
    await atSlot(world);
    expect((await inSlot(world)).counts).toEqual({ proved: 2 });
    expect((await inSlot(world)).counts).toEqual({});
    expect((await inSlot(world, 0, await world.another({ owner: 'another' }))).counts).toEqual({});
    expect(await testedVolumes(world)).toHaveLength(2);
  });

  it('are made once, also by two that come at the same moment', async () => {
    const { world } = await openTested(open, 'volumes: 2', { volumes: 5, cloud });
    await atSlot(world);
    const [one, two] = await Promise.all([world.another({ owner: 'one' }), world.another({ owner: 'two' })]);
    const reports = await Promise.all([inSlot(world, 0, one), inSlot(world, 0, two)]);
    expect(failuresOf(...reports)).toEqual([]);
    expect(new Set(await testedVolumes(world)).size).toBe(2);
    expect(await testsOf(world)).toHaveLength(2);
    expect(scratchOf(world)).toEqual([]);
  });

  it('are made once, also by one that does not yet see what another has begun', async () => {
    const { world } = await openTested(open, 'volumes: 2', {
      volumes: 5,
      cloud: { durations: { restoreSeconds: 600 } },
    });
    await atSlot(world);
    await inSlot(world, 0, world.deps, false);
    await world.pass(MINUTE_MS);
    // An index that lags behind, and a slot that is asked for a moment too soon.
    const lagging: Catalog = {
      ...world.catalog,
      getSlot: async () => undefined,
      async *listOpenRestores() {},
    };
    await inSlot(world, 0, await world.another({ owner: 'hasty', catalog: lagging }), false);
    expect(await testsOf(world)).toHaveLength(2);
  });

  it('come round to every volume, those first whose last test is the longest ago', async () => {
    const { world } = await openTested(open, 'volumes: { share: 0.5 }', { volumes: 4, cloud });
    for (let day = 0; day < 4; day += 1) {
      await atSlot(world, day);
      expect((await inSlot(world, day)).counts).toEqual({ proved: 2 });
    }
    const times = Map.groupBy(await testedVolumes(world), (id) => id);
    expect([...times.values()].map(({ length }) => length)).toEqual([2, 2, 2, 2]);
  });

  it('pass over a volume whose test from before has not ended', async () => {
    const { world } = await openTested(open, 'volumes: 1', {
      volumes: 2,
      cloud: { durations: { restoreSeconds: 30 * 3_600 } },
    });
    await atSlot(world);
    await inSlot(world, 0, world.deps, false);
    await atSlot(world, 1);
    await inSlot(world, 1, world.deps, false);
    expect(new Set(await testedVolumes(world)).size).toBe(2);
  });

  it('do not stop at volumes that have nothing to test', async () => {
    const { world, all } = await openTested(open, 'volumes: 1', { volumes: 3, cloud });
    // Never tested, so that it would be its turn for ever.
    for (const id of world.volumeIds.slice(0, 2)) {
      for (const backup of all.get(id) ?? []) world.control.removeBackup(backup.id);
    }
    await atSlot(world);
    const report = await inSlot(world);
    expect(report.counts.proved).toBe(1);
    expect(report.failedCount).toBe(0);
    expect(await testedVolumes(world)).toEqual([world.volumeIds[2]]);
  });

  it('are refused for an instant that is none, that is to come, or of a policy without', async () => {
    const { world } = await openTested(open, '', {
      policies: `${testedPolicy()}\n${policyText('plain', { schedule: '{ cron: "30 1 * * *", timezone: UTC }' })}`,
    });
    const ask = (policy: string, slot: Date) => testNow(world, { trigger: 'schedule', policy, slot });
    await expect(ask('nightly', new Date('2026-03-02T11:00:00Z'))).rejects.toThrow(
      'slot: 2026-03-02T11:00:00.000Z is not a slot of the restore tests of policy nightly (0 12 * * *, UTC)',
    );
    await expect(ask('nightly', NOON)).rejects.toThrow('is in the future');
    await expect(ask('plain', NOON)).rejects.toThrow('policy: plain has no restoreTests');
  });

  it('that come too late are reported as missed, once', async () => {
    const { world } = await openTested(open, '', { cloud });
    await atSlot(world, 1);
    const late = await inSlot(world, 0);
    expect(late).toMatchObject({ counts: { missed: 1 }, failedCount: 1 });
    expect(failuresOf(late)).toEqual(['missed: the restore tests came later than makeUp allows']);
    expect((await inSlot(world, 0)).counts).toEqual({});
    expect(await testsOf(world)).toEqual([]);
  });

  it('that no call has reached are made up by the call for what was missed, once, and not when they are too old', async () => {
    const { world } = await openTested(open, 'volumes: 2', { volumes: 5, cloud });
    const makeUp = () => testNow(world, { trigger: 'makeUp' });
    expect((await makeUp()).counts).toEqual({});
    await atSlot(world);
    await world.pass(50 * MINUTE_MS);
    expect((await makeUp()).counts).toEqual({ proved: 2 });
    expect((await makeUp()).counts).toEqual({});
    expect((await inSlot(world)).counts).toEqual({});
    expect(await world.catalog.listSlots(testSlotsOf('nightly'), 9)).toMatchObject([
      { slotAt: NOON, state: 'recorded', trigger: 'makeUp' },
    ]);
    await atSlot(world, 1);
    await world.pass(13 * HOUR_MS);
    expect((await makeUp()).counts).toEqual({});
    expect(await testedVolumes(world)).toHaveLength(2);
    expect(scratchOf(world)).toEqual([]);
  });

  it('of a paused policy are passed over', async () => {
    const { world } = await openTested(open, '', { cloud });
    const paused = await world.another({ policies: testedPolicy('', { paused: 'true' }) });
    await atSlot(world);
    const report = await inSlot(world, 0, paused);
    expect(report).toMatchObject({ counts: {}, failedCount: 0 });
    expect(report.warnings.join()).toContain('policy nightly is paused');
    expect((await inSlot(world)).counts).toEqual({});
  });

  it('stand in the catalog beside those of the backups', async () => {
    const { world } = await openTested(open, '', { cloud });
    await atSlot(world);
    await inSlot(world);
    expect(await world.catalog.listSlots(testSlotsOf('nightly'), 9)).toMatchObject([
      { slotAt: NOON, state: 'recorded', trigger: 'schedule', volumeCount: 1 },
    ]);
    const own = await world.catalog.listSlots('nightly', 99);
    expect(own.every(({ slotAt: at }) => at.getTime() !== NOON.getTime())).toBe(true);
  });
});

describe('when the power goes at any instant', () => {
  it('the tests of a slot are finished, once for each volume, and nothing is left', async () => {
    let cuts = 0;
    for (let cutAt = 1; ; cutAt += 1) {
      expect(cutAt).toBeLessThan(MORE_CALLS_THAN_ANY_RUN);
      const { world } = await openTested(open, '', {
        policies: testedPolicy('volumes: 2', IN_THE_NIGHT),
        volumes: 3,
        backups: 1,
        cloud,
      });
      await atSlot(world);
      const power = createPowerSupply(cutAt);
      const doomed = await world.another({ owner: 'doomed', wrap: power.wrap });
      const end = await Promise.race([power.cut, inSlot(world, 0, doomed)]);
      if (end !== 'cut') break;
      cuts += 1;
      await world.pass(MINUTE_MS);
      // The worker alone, or the same event once more.
      const failures = cutAt % 2 === 0 ? [] : failuresOf(await inSlot(world));
      failures.push(...(await followRestores(world, 60)), ...failuresOf(await inSlot(world)));
      failures.push(...(await followRestores(world, 60)));
      const at = `cut at call ${cutAt}`;
      expect(failures, at).toEqual([]);
      expect(new Set(await testedVolumes(world)).size, at).toBe(2);
      expect(await testsOf(world), at).toHaveLength(2);
      for (const { state } of await testsOf(world)) expect(state, at).toBe('restored');
      expect(scratchOf(world), at).toEqual([]);
      expect(await audit(world), at).toEqual([]);
      await world.close();
    }
    expect(cuts).toBeGreaterThan(30);
  });
});

describe('scratch volumes that no test of the catalog has to do with', () => {
  const ID = '20260302T010000.000Z-0123456789abcdef';
  const describeScratch = (parts: { deployment?: string; purpose?: string; backup?: string } = {}) =>
    `restored from backup ${parts.backup ?? 'b1'} of 2026-03-02T00:00:00.000Z [cinderkeep-restore=v1;${parts.deployment ?? 'acme'};${parts.purpose ?? 'test'};${ID};1]`;
  const leave = (
    world: World,
    description: string,
    createdAt = '2026-03-02T00:10:00Z',
    status = 'available',
  ) =>
    world.control.addVolume({
      name: `cinderkeep-test-acme-${ID}`,
      description,
      status,
      createdAt: new Date(createdAt),
    });

  it('are deleted by the next run, which says so', async () => {
    const { world } = await openTested(open, '', { cloud });
    const id = leave(world, describeScratch());
    const report = await testNow(world);
    expect(report.counts).toEqual({ proved: 1 });
    expect(report.warnings).toEqual([
      `volume cinderkeep-test-acme-${ID} (${id}), left over from a test of a restore, was deleted`,
    ]);
    await world.pass(MINUTE_MS);
    expect(scratchOf(world)).toEqual([]);
  });

  it('are told of when they cannot be', async () => {
    const { world } = await openTested(open, '', { cloud });
    const id = leave(world, describeScratch());
    world.control.attachVolume(id, 'someone');
    const report = await testNow(world);
    expect(report.counts).toEqual({ proved: 1, failed: 1 });
    expect(failuresOf(report)[0]).toMatch(
      /left over from a test of a restore, is in-use and could not be deleted/,
    );
  });

  it.each([
    ['of another deployment', describeScratch({ deployment: 'other' })],
    ['of a restore that a person asked for', describeScratch({ purpose: 'restore' })],
    ['without a marker, whatever its name', 'just mine'],
    ['that is younger than an hour', describeScratch(), '2026-03-02T01:59:00Z'],
  ])('but not one %s', async (_which, description, createdAt?: string) => {
    const { world } = await openTested(open, '', { cloud });
    const id = leave(world, description, createdAt);
    const report = await testNow(world);
    expect(report).toMatchObject({ failedCount: 0, warnings: [] });
    await world.pass(MINUTE_MS);
    expect(scratchOf(world).map((volume) => volume.id)).toEqual([id]);
  });

  it('but not a copy of one that someone restored from a backup of their own: it is told of', async () => {
    const { world } = await openTested(open, '', { cloud });
    const id = world.control.addVolume({
      name: `cinderkeep-test-acme-${ID}`,
      description: describeScratch({ backup: 'b1' }),
      metadata: { src_backup_id: 'b2' },
      createdAt: new Date('2026-03-02T00:10:00Z'),
    });
    const report = await testNow(world);
    expect(report.warnings.join()).toContain('was restored from another backup than it says');
    await world.pass(MINUTE_MS);
    expect(scratchOf(world).map((volume) => volume.id)).toEqual([id]);
  });

  it('are not touched by a dry run', async () => {
    const { world } = await openTested(open, '', { cloud });
    const id = leave(world, describeScratch());
    await testNow(world, { dryRun: true });
    await world.pass(MINUTE_MS);
    expect(scratchOf(world).map((volume) => volume.id)).toEqual([id]);
  });

  it('are cleared when the catalog was lost in the middle of a test', async () => {
    const { world } = await openTested(open, '', { cloud: { durations: { restoreSeconds: 600 } } });
    void testNow(world, {}, await world.another({ owner: 'doomed', wrap: createPowerSupply(40).wrap }));
    await world.pass(20 * MINUTE_MS);
    expect(scratchOf(world)).toHaveLength(1);

    const anew = await world.another({ owner: 'anew', catalog: createMemoryCatalog() });
    await world.pass(2 * HOUR_MS);
    await testNow(world, { volumeIds: world.volumeIds }, anew);
    await world.pass(MINUTE_MS);
    expect(scratchOf(world)).toEqual([]);
  });
});

describe('the daemon', () => {
  async function runFor(world: World, ms: number, deps = world.deps): Promise<RunReport[]> {
    const reports: RunReport[] = [];
    const until = new Date(world.clock.now().getTime() + ms);
    const signal = new AbortController().signal;
    await runDaemon(deps, { signal, until, onReport: (report) => reports.push(report) });
    return reports;
  }

  it('tests restores at their slots, and the worker ends what takes longer', async () => {
    const policies = testedPolicy('volumes: all');
    const world = await open({ policies, volumes: 3, cloud: { durations: { restoreSeconds: 1_800 } } });
    const reports = await runFor(world, 2 * DAY_MS);
    expect(failuresOf(...reports)).toEqual([]);
    const proved = reports.reduce((sum, { counts }) => sum + (counts.proved ?? 0), 0);
    expect(proved).toBe(6);
    expect(reports.some(({ run, counts }) => run === 'follow-backups' && (counts.proved ?? 0) > 0)).toBe(
      true,
    );
    expect(scratchOf(world)).toEqual([]);
    expect(await audit(world, { mayBeOpen: true })).toEqual([]);
  });

  it('makes up a slot that it slept through, if that is not too old', async () => {
    const { world } = await openTested(open, '', { cloud });
    await world.pass(NOON.getTime() + 5 * HOUR_MS - world.clock.now().getTime());
    await runFor(world, 10 * MINUTE_MS);
    expect(await world.catalog.listSlots(testSlotsOf('nightly'), 9)).toMatchObject([
      { slotAt: NOON, state: 'recorded', trigger: 'makeUp' },
    ]);
    await world.pass(DAY_MS + 13 * HOUR_MS);
    await runFor(world, 10 * MINUTE_MS);
    expect(await world.catalog.listSlots(testSlotsOf('nightly'), 9)).toHaveLength(1);
  });

  it('tests nothing of a slot from before the policy was there', async () => {
    const world = await open({
      policies: testedPolicy(),
      volumes: 1,
      startAt: '2026-03-02T13:00:00Z',
      cloud,
    });
    await runFor(world, 10 * MINUTE_MS);
    expect(await world.catalog.listSlots(testSlotsOf('nightly'), 9)).toEqual([]);
  });

  it('run once tests what is due, to its end', async () => {
    const { world } = await openTested(open, '', { policies: testedPolicy('', IN_THE_NIGHT), cloud });
    expect(await runOnce(world.deps)).toHaveLength(3);
    expect(await testsOf(world)).toEqual([]);
    await atSlot(world);
    await backUp(world);
    const reports = await runOnce(world.deps);
    expect(failuresOf(...reports)).toEqual([]);
    expect(reports.map(({ run, counts }) => `${run} ${counts.proved ?? 0}`)).toContain('test-restores 1');
    expect(scratchOf(world)).toEqual([]);
  });
});
