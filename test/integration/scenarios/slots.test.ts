import { describe, expect, it } from 'vitest';
import { createPowerSupply } from '../../support/power-cut.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit, unservedSlots } from '../../support/world-audit.ts';
import { backUp, failuresOf, follow, runSlots, trigger } from '../../support/world-steps.ts';

const open = useWorlds();
const policies = policyText('nightly', { schedule: '{ cron: "0 * * * *", timezone: UTC, makeUp: 150min }' });
const paused = policyText('nightly', { paused: 'true' });

async function slotsOf(world: World) {
  const slots = await world.catalog.listSlots('nightly', 100);
  return slots
    .toReversed()
    .map(({ slotAt, state, trigger }) => `${slotAt.toISOString().slice(11, 16)} ${state} ${trigger}`);
}

/** Hours in which nothing ran, as seen by a process that begins anew. */
async function openAfterOutage(
  hours: number,
  parts = { policies },
): Promise<{ world: World; fresh: World['deps'] }> {
  const world = await open({ ...parts, volumes: 2 });
  await runSlots(world, 1);
  await world.pass(hours * HOUR_MS + 20 * MINUTE_MS);
  return { world, fresh: await world.another() };
}

describe('missed slots', () => {
  it('are made up by the newest only; the older ones are recorded as missed, and reported', async () => {
    const { world, fresh } = await openAfterOutage(3);
    const report = await follow(world, fresh);
    expect(await slotsOf(world)).toEqual([
      '01:00 recorded schedule',
      '02:00 missed makeUp',
      '03:00 missed makeUp',
      '04:00 recorded makeUp',
    ]);
    expect(failuresOf(report)).toEqual(
      Array(2).fill('missed: nothing triggered it, and a later slot was made up instead'),
    );
    expect(report.counts.available).toBe(2);
    expect(await audit(world)).toEqual([]);
  });

  it('are told once: the next run says nothing of them', async () => {
    const { world, fresh } = await openAfterOutage(3);
    await follow(world, fresh);
    expect((await follow(world, await world.another())).counts).toEqual({});
  });

  it('that are older than makeUp are missed altogether', async () => {
    const sparse = policyText('nightly', { schedule: '{ cron: "0 */6 * * *", timezone: UTC, makeUp: 2h }' });
    const world = await open({ policies: sparse, volumes: 1 });
    await follow(world);
    await world.pass(9 * HOUR_MS);
    const report = await follow(world, await world.another());
    expect(failuresOf(report)).toEqual(['missed: it came later than makeUp allows']);
    expect(world.control.backups()).toEqual([]);
  });

  it('before the policy was first seen are nobody’s', async () => {
    const world = await open({ policies, volumes: 1 });
    await world.pass(5 * HOUR_MS);
    expect((await follow(world)).counts).toEqual({});
    expect(await slotsOf(world)).toEqual([]);
  });

  it('are none where only backups by hand came between, however many', async () => {
    const { world } = await openAfterOutage(0);
    for (let count = 0; count < 110; count += 1) {
      const slot = { policy: 'nightly', slotAt: new Date(world.clock.now().getTime() + count * 1_000) };
      await world.catalog.saveSlot({
        ...slot,
        state: 'recorded',
        trigger: 'manual',
        recordedAt: slot.slotAt,
      });
    }
    await world.pass(HOUR_MS);
    const report = await follow(world, await world.another());
    expect(report.counts).toEqual({ available: 2 });
  });
});

describe('a slot whose recording was cut off', () => {
  it('is completed by the next run, for every volume', async () => {
    const world = await open({ policies, volumes: 5 });
    await follow(world);
    await world.pass(HOUR_MS);
    const power = createPowerSupply(9);
    const doomed = await world.another({ wrap: power.wrap });
    await Promise.race([power.cut, follow(world, doomed)]);
    const begun = await world.records();
    expect(begun.length).toBeGreaterThan(0);
    expect(begun.length).toBeLessThan(5);
    expect(await slotsOf(world)).toEqual(['01:00 recording schedule']);
    await follow(world, await world.another());
    expect(await slotsOf(world)).toEqual(['01:00 recorded schedule']);
    expect(await world.records()).toHaveLength(5);
    expect(await unservedSlots(world)).toEqual([]);
  });

  it('by a list of volumes that broke off is completed too, and the run fails', async () => {
    const world = await open({ policies, volumes: 5, cloud: { pageLimit: 2 } });
    await follow(world);
    await world.pass(HOUR_MS);
    world.control.addFault({
      match: { operation: 'list-volumes' },
      after: 1,
      times: 5,
      effect: { refuse: { status: 500 } },
    });
    expect(failuresOf(await follow(world)).join()).toContain('500');
    expect(await slotsOf(world)).toEqual(['01:00 recording schedule']);
    await follow(world);
    expect(await world.records()).toHaveLength(5);
    expect(await unservedSlots(world)).toEqual([]);
  });
});

describe('a paused policy', () => {
  it('makes no backups, by the worker or by an event, and that is no failure', async () => {
    const world = await open({ policies: paused, volumes: 2 });
    const reports = await runSlots(world, 2);
    reports.push(await trigger(world, 'nightly', '2026-03-02T02:00:00Z'));
    expect(failuresOf(...reports)).toEqual([]);
    expect(reports.at(-1)?.warnings.join()).toContain('is paused');
    expect(world.control.backups()).toEqual([]);
  });

  it('makes no flood when it is resumed: it goes on with its next slot', async () => {
    const world = await open({ policies: paused, volumes: 2 });
    await runSlots(world, 5);
    await world.pass(10 * MINUTE_MS);
    const resumed = await world.another({ policies });
    expect((await follow(world, resumed)).counts).toEqual({});
    await runSlots(world, 1, resumed);
    expect(world.control.backups()).toHaveLength(2);
  });

  it('can be backed up by hand', async () => {
    const world = await open({ policies: paused, volumes: 2 });
    expect((await backUp(world)).counts).toEqual({ available: 2 });
  });
});

describe('a backup by hand', () => {
  it('has its own slot, so that a second is another backup', async () => {
    const world = await open({ policies, volumes: 2 });
    await backUp(world);
    await backUp(world);
    expect(world.control.backups()).toHaveLength(4);
    expect(await audit(world)).toEqual([]);
  });

  it('of a volume that is not there fails, and the others are made', async () => {
    const world = await open({ policies, volumes: 2 });
    const [id] = world.volumeIds as [string];
    const report = await backUp(world, 'nightly', [id, '00000000-0000-4000-8000-000000000000']);
    expect(failuresOf(report)).toEqual(['failed: there is no such volume in the cloud']);
    expect(report.counts.available).toBe(1);
  });
});
