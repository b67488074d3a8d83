import { describe, expect, it } from 'vitest';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { describeRecord, failuresOf, follow, prune, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();
const limits = '{ inFlight: 2, requestsPerSecond: 1000, stuckAfter: 30min }';

/** vol-0's backup of 02:00 stays in creating. */
async function openWithStuck(volumes = 1): Promise<World> {
  const world = await open({ policies: policyText('nightly'), limits, volumes });
  await runSlots(world, 1);
  world.control.addFault({ match: { volumeName: 'vol-0' }, times: 1, effect: { stuck: true } });
  return world;
}

const stuckRow = (world: World) => {
  const row = world.control.backups().find(({ status }) => status === 'creating');
  if (row === undefined) throw new Error('nothing is stuck');
  return row;
};

async function storyOf(world: World, slot = '02') {
  return (await world.records())
    .filter(({ slotAt }) => slotAt.toISOString().slice(11, 13) === slot)
    .map(describeRecord);
}

describe('a backup that stays creating', () => {
  it('is reported as stuck after the limit of its cloud, and its slot is to be tried again', async () => {
    const world = await openWithStuck();
    const [report] = await runSlots(world, 1);
    expect(failuresOf(report as never)).toEqual(['stuck: still creating after 30 min']);
    expect((await storyOf(world))[0]).toBe('stuck#1 (still creating after 30 min)');
    expect((await storyOf(world))[1]).toMatch(/^waiting#2/);
  });

  it('takes no place among those in flight, and other volumes go on', async () => {
    const world = await openWithStuck(5);
    await runSlots(world, 3);
    const good = (await world.records()).filter(
      ({ state, slotAt }) => state === 'available' && slotAt.getUTCHours() === 4,
    );
    expect(good).toHaveLength(4);
  });

  it('gives way to later slots once its volume is free', async () => {
    const world = await openWithStuck();
    await runSlots(world, 1);
    world.control.setVolumeStatus(world.volumeIds[0] as string, 'available');
    await runSlots(world, 1);
    expect(await storyOf(world, '03')).toEqual(['available#1']);
  });

  it('that ends well after all makes the retry needless', async () => {
    const world = await openWithStuck();
    await runSlots(world, 1);
    world.control.setBackup(stuckRow(world).id, { status: 'available' });
    await world.pass(10 * MINUTE_MS);
    await settle(world);
    expect(await storyOf(world)).toEqual(['available#1', 'skipped#2 (an earlier attempt succeeded)']);
    expect(await audit(world)).toEqual([]);
  });

  it('that ends well after its retry did is another good backup, which retention judges', async () => {
    const world = await openWithStuck();
    await runSlots(world, 1);
    const { id } = stuckRow(world);
    world.control.setVolumeStatus(world.volumeIds[0] as string, 'available');
    await world.pass(10 * MINUTE_MS);
    await follow(world);
    world.control.setBackup(id, { status: 'available' });
    await world.pass(10 * MINUTE_MS);
    await settle(world);
    expect(await storyOf(world)).toEqual(['available#1', 'available#2']);
    expect((await audit(world)).filter((line) => !line.startsWith('twice'))).toEqual([]);
  });

  it('that ends in error is cleared', async () => {
    const world = await openWithStuck();
    await runSlots(world, 1);
    world.control.setBackup(stuckRow(world).id, { status: 'error', fail_reason: 'reset by the operator' });
    await world.pass(10 * MINUTE_MS);
    await settle(world);
    expect(await storyOf(world)).toEqual(['failed#1 (reset by the operator)', 'available#2']);
    expect(await audit(world)).toEqual([]);
  });

  it('is asked for by its id, seldom: no list has to go back to it', async () => {
    const world = await openWithStuck();
    await runSlots(world, 2);
    world.control.requests.reset();
    await world.pass(5 * MINUTE_MS);
    await follow({ ...world, run: () => world.run(false) });
    expect(world.control.requests.countOf('show-backup')).toBe(1);
  });

  it('whose worker was killed before it said so is stuck for the next', async () => {
    const world = await openWithStuck();
    await follow(world);
    await world.pass(HOUR_MS);
    const { deadlineAt } = { deadlineAt: new Date(world.clock.now().getTime() + 10 * MINUTE_MS) };
    await follow({ ...world, run: () => ({ ...world.run(), deadlineAt }) });
    expect(await storyOf(world)).toEqual(['creating#1']);
    await world.pass(HOUR_MS / 2);
    const report = await follow(world, await world.another());
    expect(failuresOf(report)).toContain('stuck: still creating after 30 min');
  });
});

describe('a deletion that never ends', () => {
  it('is told of after the limit of its cloud, holds up no run, and is done when it can be', async () => {
    const policies = policyText('nightly', {
      full: 'always',
      keep: '{ semantics: restic, last: 1 }',
      guards: '{ maxDeleteShare: 1 }',
    });
    const world = await open({ policies, limits, volumes: 1 });
    await runSlots(world, 2);
    world.control.addFault({ match: { operation: 'delete-backup' }, times: 1, effect: { stuck: true } });
    const report = await prune(world, { trigger: 'schedule' });
    expect(failuresOf(report).join()).toMatch(/^deleting: still deleting, 3\d min after it was decided$/);
    expect(await storyOf(world, '01')).toEqual([expect.stringMatching(/^deleting#1/)]);

    const [hanging] = world.control.backups().filter(({ status }) => status === 'deleting');
    world.control.setBackup(hanging?.id ?? '', { status: 'available' });
    await settle(world);
    expect(await storyOf(world, '01')).toEqual([expect.stringMatching(/^deleted#1/)]);
    expect(await audit(world)).toEqual([]);
  });
});
