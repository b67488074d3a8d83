import { describe, expect, it } from 'vitest';
import { createBackups } from '../../../lambdas/app/create-backups.ts';
import { InvalidRequestError } from '../../../lambdas/app/request-error.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit, unservedSlots } from '../../support/world-audit.ts';
import { backUp, describeRecord, failuresOf, follow, settle, trigger } from '../../support/world-steps.ts';

const open = useWorlds();
const SLOT = '2026-03-02T01:00:00Z';

/** At the instant of the slot that is to be tested. */
async function openAtSlot(volumes = 3): Promise<World> {
  const world = await open({ policies: policyText('nightly'), volumes });
  await follow(world);
  await world.pass(HOUR_MS);
  return world;
}

async function expectOnce(world: World): Promise<void> {
  expect(await audit(world)).toEqual([]);
  expect(await unservedSlots(world)).toEqual([]);
  expect(world.control.backups()).toHaveLength(world.volumeIds.length);
}

const posts = (world: World) => world.control.requests.countOf('create-backup');
const storyOf = async (world: World) => (await world.records()).map(describeRecord);

describe('a slot of a volume gets one backup', () => {
  it('when its event comes twice, one after the other', async () => {
    const world = await openAtSlot();
    await trigger(world, 'nightly', SLOT);
    await world.pass(MINUTE_MS);
    await trigger(world, 'nightly', SLOT);
    await expectOnce(world);
    expect(posts(world)).toBe(3);
  });

  it('when its event comes to two processes at the same time', async () => {
    const world = await openAtSlot();
    const other = await world.another({ owner: 'another process' });
    const reports = await Promise.all([
      trigger(world, 'nightly', SLOT),
      trigger(world, 'nightly', SLOT, other),
    ]);
    await settle(world);
    await expectOnce(world);
    expect(posts(world)).toBe(3);
    expect(failuresOf(...reports)).toEqual([]);
  });

  it('when its event comes again in the middle of the work on it', async () => {
    const world = await openAtSlot();
    const first = trigger(world, 'nightly', SLOT);
    await world.pass(1_000);
    expect(world.control.backups().some((row) => row.status === 'creating')).toBe(true);
    const second = trigger(world, 'nightly', SLOT, await world.another({ owner: 'another process' }));
    await Promise.all([first, second, follow(world)]);
    await expectOnce(world);
    expect(posts(world)).toBe(3);
  });

  it('also with its event, the worker and a made-up slot at once, whoever is first', async () => {
    const world = await openAtSlot();
    const others = await Promise.all([1, 2, 3].map((n) => world.another({ owner: `process ${n}` })));
    await Promise.all([
      trigger(world, 'nightly', SLOT),
      ...others.flatMap((deps) => [follow(world, deps), trigger(world, 'nightly', SLOT, deps)]),
    ]);
    await settle(world);
    await expectOnce(world);
    expect(posts(world)).toBe(3);
  });

  it('when the answer is lost after the backup was made: it is found by its name and adopted', async () => {
    const world = await openAtSlot();
    world.control.addFault({ match: { operation: 'create-backup' }, effect: { dropAnswer: true } });
    const report = await trigger(world, 'nightly', SLOT);
    await expectOnce(world);
    expect(posts(world)).toBe(3);
    expect(report.counts).toEqual({ available: 3 });
  });

  it.each([
    ['the connection is cut', { dropAnswer: true }],
    ['half of the answer comes', { truncateBody: true }],
  ] as const)('when %s at every second call of any kind', async (_name, effect) => {
    const world = await openAtSlot(5);
    world.control.addFault({ match: { path: '/backups' }, probability: 0.5, seed: 7, effect });
    await settle(world);
    world.control.clearFaults();
    await settle(world);
    await expectOnce(world);
    expect(posts(world)).toBe(5);
  });
});

describe('a create that was never answered', () => {
  it('is repeated, as the next attempt, only after it has stayed unseen for two minutes', async () => {
    const world = await openAtSlot(1);
    world.control.addFault({
      match: { operation: 'create-backup' },
      times: 1,
      effect: { dropRequest: true },
    });
    const work = settle(world);
    await world.pass(119_000);
    expect(await storyOf(world)).toEqual(['creating#1']);
    await work;
    await expectOnce(world);
    expect(await storyOf(world)).toEqual([
      'failed#1 (no answer to the create, and no trace of it for 120 s)',
      'available#2',
    ]);
    expect(world.control.backups()[0]?.name).toContain('-2-');
  });

  it('is taken for made when it shows within the two minutes', async () => {
    const world = await openAtSlot(1);
    world.control.addFault({
      match: { operation: 'create-backup' },
      times: 1,
      effect: { dropRequest: true },
    });
    const work = settle(world);
    await world.pass(60_000);
    const [record] = await world.records();
    const backupId = world.control.addForeignBackup({
      volumeId: record?.volumeId ?? '',
      name: record?.name ?? '',
    });
    await work;
    const [made] = await world.records();
    expect(made).toMatchObject({ state: 'available', attempt: 1, backupId });
    expect(posts(world)).toBe(1);
  });

  it('may have been refused with a 5xx, which proves nothing', async () => {
    const world = await openAtSlot(1);
    world.control.addFault({
      match: { operation: 'create-backup' },
      times: 1,
      effect: { refuse: { status: 503, message: 'no' } },
    });
    await settle(world);
    await expectOnce(world);
    expect(await storyOf(world)).toEqual([
      'failed#1 (no answer to the create, and no trace of it for 120 s)',
      'available#2',
    ]);
  });
});

describe('the event of a slot', () => {
  it.each([
    ['that is not one of the policy', '2026-03-02T01:00:30Z', 'is not a slot of policy nightly'],
    ['that is in the future', '2026-03-02T03:00:00Z', 'is in the future'],
  ])('%s is refused, and nothing is done', async (_name, slot, message) => {
    const world = await openAtSlot(1);
    const refused = trigger(world, 'nightly', slot);
    await expect(refused).rejects.toThrow(InvalidRequestError);
    await expect(refused).rejects.toThrow(message);
    expect(await world.records()).toEqual([]);
  });
});

describe('a backup by hand', () => {
  it('has a slot of its own, though it is asked for in the second of a scheduled slot or of another by hand', async () => {
    const world = await openAtSlot(1);
    const run = { startedAt: new Date(SLOT), waits: true };
    for (let count = 0; count < 3; count += 1)
      await createBackups({ trigger: 'manual', policy: 'nightly' }, run, world.deps);
    await settle(world);
    const slots = (await world.records()).map(({ slotAt }) => slotAt.toISOString().slice(11, 19));
    expect(slots).toEqual(['01:00:00', '01:00:01', '01:00:02', '01:00:03']);
    expect(await audit(world)).toEqual([]);
  });

  it('says so when another one, asked for at the same time, is already at it', async () => {
    const world = await openAtSlot(1);
    await settle(world);
    await world.pass(MINUTE_MS);
    const other = await world.another({ owner: 'another process' });
    const reports = await Promise.all([backUp(world), backUp(world, 'nightly', undefined, other)]);
    await settle(world);
    expect(reports.map(({ counts }) => counts.skipped ?? 0).toSorted()).toEqual([0, 1]);
    expect(world.control.backups()).toHaveLength(2);
    expect(await audit(world)).toEqual([]);
  });
});
