import { describe, expect, it } from 'vitest';
import { ReportBuilder } from '../../../lambdas/app/run-report.ts';
import { workCloud } from '../../../lambdas/app/work/work-cloud.ts';
import { createPowerSupply } from '../../support/power-cut.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit, unservedSlots } from '../../support/world-audit.ts';
import { backUp, follow, prune, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();
const LEASE = 'cloud prod';

/** While the first process is making the backups of a slot, which takes ten minutes. */
async function openAtWork(): Promise<{ world: World; work: Promise<unknown>; second: World['deps'] }> {
  const world = await open({
    policies: policyText('nightly', {
      full: 'always',
      keep: '{ semantics: restic, last: 1 }',
      guards: '{ maxDeleteShare: 1 }',
    }),
    volumes: 3,
    limits: '{ inFlight: 2, requestsPerSecond: 1000 }',
    cloud: { durations: { fullSeconds: 600, deleteSeconds: 600 } },
  });
  await follow(world);
  await world.pass(HOUR_MS);
  const work = follow(world);
  await world.pass(MINUTE_MS);
  return { world, work, second: await world.another({ owner: 'second' }) };
}

function workNow(world: World, deps: World['deps']) {
  return workCloud('prod', world.run(), deps, new ReportBuilder('work', world.clock.now()));
}

/** Takes the lease from its owner, as if that had slept past its end. */
async function steal(world: World, owner: string): Promise<void> {
  await world.catalog.releaseLease(LEASE, 'test');
  await world.catalog.takeLease(
    LEASE,
    owner,
    world.clock.now(),
    new Date(world.clock.now().getTime() + HOUR_MS),
  );
}

describe('the lease of a cloud', () => {
  it('keeps a second worker out while the first is at it, however long that takes', async () => {
    const { world, work, second } = await openAtWork();
    for (let minute = 0; minute < 5; minute += 1) {
      expect(await workNow(world, second)).toBe('elsewhere');
      await world.pass(MINUTE_MS);
    }
    await work;
    expect(await audit(world)).toEqual([]);
  });

  it('keeps out a second run of the same process', async () => {
    const { world, work } = await openAtWork();
    expect(await workNow(world, world.deps)).toBe('elsewhere');
    await work;
  });

  it('is free as soon as the worker ends', async () => {
    const { world, work, second } = await openAtWork();
    await work;
    await runSlots(world, 0);
    await world.catalog.takeLease(LEASE, 'second', world.clock.now(), world.clock.now());
    expect(await workNow(world, second)).toBe('done');
  });

  it('is taken over when it has run out, one minute after a worker died, and no work is lost or done twice', async () => {
    const world = await open({
      policies: policyText('nightly'),
      volumes: 3,
      limits: '{ inFlight: 1, requestsPerSecond: 1000 }',
    });
    await follow(world);
    await world.pass(HOUR_MS);
    const power = createPowerSupply(20);
    await Promise.race([power.cut, follow(world, await world.another({ wrap: power.wrap }))]);
    const second = await world.another({ owner: 'second' });
    expect(await workNow(world, second)).toBe('elsewhere');
    await world.pass(MINUTE_MS);
    expect(await workNow(world, second)).toBe('done');
    await settle(world, second);
    expect(await audit(world)).toEqual([]);
    expect(await unservedSlots(world)).toEqual([]);
  });

  it('that was lost stops the worker within its next renewal, and it starts nothing more', async () => {
    const { world, work } = await openAtWork();
    await steal(world, 'second');
    const lostAt = world.clock.now().getTime();
    world.control.requests.reset();
    await work;
    expect(world.clock.now().getTime() - lostAt).toBeLessThanOrEqual(40_000);
    expect(world.control.requests.countOf('create-backup')).toBe(0);
    expect((await world.records()).map(({ state }) => state).sort()).toEqual([
      'creating',
      'creating',
      'waiting',
    ]);
  });
});

describe('a run that waits for the work of another', () => {
  it('reports how that ended', async () => {
    const { world, work, second } = await openAtWork();
    await world.pass(MINUTE_MS);
    const report = await backUp(world, 'nightly', [world.volumeIds[2] as string], second);
    await work;
    expect(report.counts.available).toBe(1);
    expect(await audit(world)).toEqual([]);
  });

  it('takes the work over when the other one dies', async () => {
    const { world, work, second } = await openAtWork();
    await steal(world, 'dead');
    await work;
    await world.catalog.takeLease(
      LEASE,
      'dead',
      world.clock.now(),
      new Date(world.clock.now().getTime() + MINUTE_MS),
    );
    const report = await backUp(world, 'nightly', [world.volumeIds[2] as string], second);
    expect(report.counts.available).toBeGreaterThan(0);
    await settle(world);
    expect(await audit(world)).toEqual([]);
  });

  it('does not wait for ever for a deletion that keeps failing', async () => {
    const { world, work, second } = await openAtWork();
    await work;
    await runSlots(world, 1);
    world.control.addFault({ effect: { failDelete: { reason: 'object store is read-only' } } });
    const reports = await Promise.all([prune(world, { trigger: 'schedule' }), prune(world, {}, second)]);
    expect(reports[0]?.failedCount).toBeGreaterThan(0);
  });
});
