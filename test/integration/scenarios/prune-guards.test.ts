import { describe, expect, it } from 'vitest';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, policyText, type World } from '../../support/world.ts';
import { backUp, failuresOf, prune, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();
const DAY_MS = 24 * HOUR_MS;
const keepsTwo = { keep: '{ semantics: restic, last: 2 }', full: 'always', guards: '{ maxDeleteShare: 1 }' };

const countOf = (world: World) => world.control.backups().length;

async function openWithSlots(parts: Record<string, string>, slots: number, volumes = 2): Promise<World> {
  const world = await open({ policies: policyText('nightly', { ...keepsTwo, ...parts }), volumes });
  await runSlots(world, slots);
  return world;
}

describe('a guard', () => {
  it.each([
    ['maxDeletes', '{ maxDeletes: 3, maxDeleteShare: 1 }', { maxDeletes: 4 }, 'guards.maxDeletes'],
    ['maxDeleteShare', '{ maxDeleteShare: 0.3 }', { maxDeleteShare: 0.5 }, 'guards.maxDeleteShare'],
  ])(
    '%s stops everything of the policy, fails, and says what to do; the request may override it',
    async (_name, guards, override, key) => {
      const world = await openWithSlots({ guards }, 4);
      const stopped = await prune(world, { trigger: 'schedule' });
      expect(countOf(world)).toBe(8);
      expect(stopped.counts.refused).toBe(1);
      expect(failuresOf(stopped).join()).toContain(`${key} of policy nightly allows`);
      expect(failuresOf(stopped).join()).toContain('prune by hand with');
      await prune(world, override);
      expect(countOf(world)).toBe(4);
    },
  );

  it('maxDeleteShare stops a single volume, and the others are pruned', async () => {
    const world = await openWithSlots({ guards: '{ maxDeleteShare: 0.5 }' }, 2, 5);
    const [crowded, other] = world.volumeIds as [string, string];
    for (let backup = 0; backup < 4; backup += 1) {
      await world.pass(60_000);
      await backUp(world, 'nightly', backup === 0 ? [crowded, other] : [crowded]);
    }
    const report = await prune(world);
    expect(report.items.filter(({ outcome }) => outcome === 'refused')).toMatchObject([
      { volumeId: crowded },
    ]);
    expect(report.counts.deleted).toBe(1);
    expect(countOf(world)).toBe(6 + 4 * 2);
  });

  it('that stopped something is told again later, until someone acts', async () => {
    const world = await openWithSlots({ guards: '{ maxDeletes: 1, maxDeleteShare: 1 }' }, 4);
    await prune(world, { trigger: 'schedule' });
    expect((await prune(world, { trigger: 'schedule' })).counts).toEqual({});
    await world.pass(6 * HOUR_MS);
    expect((await prune(world, { trigger: 'schedule' })).counts.refused).toBe(1);
  });
});

describe('while the newest slot of a volume failed', () => {
  it('nothing of the policy is deleted there, and other volumes are pruned', async () => {
    const world = await openWithSlots({}, 3);
    world.control.addFault({
      match: { volumeName: 'vol-0' },
      effect: { fail: { reason: 'the driver gave up' } },
    });
    await runSlots(world, 1);
    await settle(world);
    await prune(world);
    const left = Map.groupBy(world.control.backups(), ({ volume_name }) => volume_name);
    expect(left.get('vol-0')).toHaveLength(3);
    expect(left.get('vol-1')).toHaveLength(2);
    world.control.clearFaults();
    await runSlots(world, 1);
    await prune(world, { trigger: 'schedule' });
    expect(countOf(world)).toBe(4);
  });

  it('is decided again later, as the pause may end without a backup', async () => {
    const world = await openWithSlots({ inUse: 'skip' }, 3, 1);
    world.control.addFault({ effect: { fail: { reason: 'the driver gave up' } } });
    await runSlots(world, 1);
    await settle(world);
    await prune(world, { trigger: 'schedule' });
    expect(countOf(world)).toBe(3);
    world.control.attachVolume(world.volumeIds[0] as string, 'server-1');
    await runSlots(world, 1);
    await world.pass(6 * HOUR_MS);
    await prune(world, { trigger: 'schedule' });
    expect(countOf(world)).toBe(2);
  });

  it('for want of quota, which pruning cures, it is pruned', async () => {
    const world = await openWithSlots({}, 3);
    world.control.setQuota({ backups: 6 });
    await runSlots(world, 1);
    await prune(world);
    expect(countOf(world)).toBeLessThan(6);
  });
});

describe('a policy', () => {
  it('that was shortened deletes what its former rules kept only after the days of grace', async () => {
    const world = await openWithSlots({ keep: '{ semantics: restic, last: 4 }' }, 4);
    const shortened = await world.another({
      policies: policyText('nightly', { ...keepsTwo, guards: '{ maxDeleteShare: 1, graceDays: 3 }' }),
    });
    await prune(world, {}, shortened);
    expect(countOf(world)).toBe(8);
    await world.pass(3 * DAY_MS - HOUR_MS);
    await prune(world, { trigger: 'schedule' }, shortened);
    expect(countOf(world)).toBe(8);
    await world.pass(2 * HOUR_MS);
    await prune(world, { trigger: 'schedule' }, shortened);
    expect(countOf(world)).toBe(4);
  });

  it('that was shortened twice within the days of grace is held to what the first version kept', async () => {
    const world = await openWithSlots({ keep: '{ semantics: restic, last: 4 }' }, 4);
    const keeping = (count: number) =>
      world.another({
        policies: policyText('nightly', {
          keep: `{ semantics: restic, last: ${count} }`,
          guards: '{ maxDeleteShare: 1, graceDays: 3 }',
        }),
      });
    const [once, twice] = [await keeping(3), await keeping(2)];
    await prune(world, {}, once);
    await world.pass(DAY_MS);
    await prune(world, {}, twice);
    expect(countOf(world)).toBe(8);
    await world.pass(2 * DAY_MS + HOUR_MS);
    await prune(world, { trigger: 'schedule' }, twice);
    expect(countOf(world)).toBe(6);
    await world.pass(DAY_MS);
    await prune(world, { trigger: 'schedule' }, twice);
    expect(countOf(world)).toBe(4);
  });

  it('that was renamed and shortened at once has its days of grace too', async () => {
    const world = await openWithSlots({ keep: '{ semantics: restic, last: 4 }' }, 4);
    await prune(world, { trigger: 'schedule' });
    const renamed = await world.another({
      policies: policyText('hourly', { ...keepsTwo, formerly: '[nightly]' }),
    });
    await prune(world, {}, renamed);
    expect(countOf(world)).toBe(8);
    await world.pass(8 * DAY_MS);
    await prune(world, {}, renamed);
    expect(countOf(world)).toBe(4);
  });

  it('that is no longer in the config keeps its backups, and says so', async () => {
    const world = await openWithSlots({}, 4);
    const without = await world.another({ policies: policyText('other', keepsTwo) });
    const report = await prune(world, {}, without);
    expect(countOf(world)).toBe(8);
    expect(report.failedCount).toBe(0);
    expect(report.warnings.join()).toContain('nightly');
  });

  it('that was renamed, and says so, owns the backups of its former name', async () => {
    const world = await openWithSlots({}, 4);
    const renamed = await world.another({
      policies: policyText('hourly', { ...keepsTwo, formerly: '[nightly]' }),
    });
    await prune(world, {}, renamed);
    expect(countOf(world)).toBe(4);
  });

  it('that selects a volume no longer goes on pruning it', async () => {
    const world = await openWithSlots({}, 4);
    const narrowed = await world.another({
      policies: policyText('nightly', { ...keepsTwo, select: '{ volumes: { names: ["vol-1"] } }' }),
    });
    await prune(world, {}, narrowed);
    expect(countOf(world)).toBe(4);
  });
});

describe('a pinned backup', () => {
  it('stays, whatever the rules say', async () => {
    const world = await openWithSlots({}, 3, 1);
    const [oldest] = await world.records();
    if (oldest === undefined) throw new Error('there is no backup');
    await world.catalog.save({ ...oldest, pin: { reason: 'the auditor asked' } });
    await runSlots(world, 1);
    await prune(world);
    expect(world.control.backups().map(({ id }) => id)).toContain(oldest.backupId);
    expect(countOf(world)).toBe(3);
  });
});
