import { describe, expect, it } from 'vitest';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { failuresOf, follow, prune, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();
const policies = policyText('nightly', {
  keep: '{ semantics: restic, last: 2 }',
  full: 'always',
  guards: '{ maxDeleteShare: 1 }',
});

/** A quota of ten backups, which three volumes use up in the fourth slot. */
async function openWithQuota(inUse = false): Promise<World> {
  const world = await open({
    policies,
    volumes: 3,
    limits: '{ inFlight: 2, requestsPerSecond: 1000 }',
    cloud: { quotas: { backups: 10 } },
  });
  if (inUse) for (const id of world.volumeIds) world.control.attachVolume(id, 'server-1');
  await runSlots(world, 3);
  return world;
}

const goodOf = async (world: World, hour: number) =>
  (await world.records()).filter(
    ({ state, slotAt }) => state === 'available' && slotAt.getUTCHours() === hour,
  );

describe('a quota of ten backups', () => {
  it('that is used up is a failure in the report, said once', async () => {
    const world = await openWithQuota();
    const [report] = await runSlots(world, 1);
    expect(await goodOf(world, 4)).toHaveLength(1);
    expect(failuresOf(report as never)).toEqual([
      'refused: quota: the project may have 10 backups and has 10',
    ]);
  });

  it('is looked at before: no run asks for what would be refused, and it is told once in ten minutes', async () => {
    const world = await openWithQuota();
    for (let more = 0; more < 20; more += 1) world.addVolume();
    world.control.requests.reset();
    const reports = await runSlots(world, 1);
    for (let minute = 0; minute < 30; minute += 1) {
      await world.pass(MINUTE_MS);
      reports.push(await follow({ ...world, run: () => world.run(false) }));
    }
    expect(world.control.requests.countOf('create-backup')).toBe(1);
    expect(world.control.requests.countOf('show-limits')).toBeLessThanOrEqual(2 + 30);
    expect(failuresOf(...reports)).toHaveLength(4);
  });

  it('of which others free a part is made use of with the next run', async () => {
    const world = await openWithQuota();
    await runSlots(world, 1);
    world.control.setQuota({ backups: 12 });
    await world.pass(MINUTE_MS);
    await settle(world);
    expect(await goodOf(world, 4)).toHaveLength(3);
  });

  it('that cannot be asked for is learnt of by refusals, and not hammered', async () => {
    const world = await openWithQuota();
    for (let more = 0; more < 20; more += 1) world.addVolume();
    world.control.addFault({ match: { operation: 'show-limits' }, effect: { refuse: { status: 403 } } });
    world.control.requests.reset();
    const [report] = await runSlots(world, 1);
    expect(await goodOf(world, 4)).toHaveLength(1);
    expect(failuresOf(report as never).join()).toContain('Maximum number of backups allowed (10) exceeded');
    expect(world.control.requests.countOf('create-backup')).toBeLessThanOrEqual(1 + 2);
  });

  it.each([
    ['free volumes', false],
    ['volumes in use, from snapshots', true],
  ])('does not keep pruning from making room, after which the rest goes on: %s', async (_name, inUse) => {
    const world = await openWithQuota(inUse);
    const slot = runSlots(world, 1);
    await world.pass(HOUR_MS + 5 * MINUTE_MS);
    const pruned = await prune(world, { trigger: 'schedule' });
    await slot;
    expect(pruned.counts.deleted).toBe(4);
    await world.pass(15 * MINUTE_MS);
    await settle(world);
    expect(await goodOf(world, 4)).toHaveLength(3);
    expect(await audit(world)).toEqual([]);
  });

  it('of GiB counts whole volumes, and a volume that is too large holds no smaller one back', async () => {
    const limits = '{ inFlight: 1, requestsPerSecond: 1000 }';
    const world = await open({ policies, limits, cloud: { quotas: { backupGigabytes: 100 } } });
    // Newest first is the order in which they come.
    for (const [hour, sizeGib] of [30, 80, 40].entries())
      world.addVolume({ sizeGib, createdAt: new Date(Date.UTC(2026, 0, 1, hour)) });
    const [report] = await runSlots(world, 1);
    expect((await goodOf(world, 1)).map(({ volume }) => volume.sizeGib)).toEqual([30, 40]);
    expect(failuresOf(report as never).join()).toMatch(
      /backups of 100 GiB and has \d+ GiB: no room for 80 GiB/,
    );
    expect(world.control.requests.countOf('create-backup')).toBe(2);
  });

  it('leaves no snapshot behind while it waits', async () => {
    const world = await openWithQuota(true);
    await runSlots(world, 1);
    expect(world.control.snapshots().filter(({ status }) => status !== 'deleting')).toEqual([]);
  });

  it('of snapshots holds back backups from snapshots only', async () => {
    const world = await open({ policies, volumes: 2, cloud: { quotas: { snapshots: 0 } } });
    world.control.attachVolume(world.volumeIds[0] as string, 'server-1');
    const [report] = await runSlots(world, 1);
    expect(report?.counts.refused).toBe(1);
    expect(await goodOf(world, 1)).toHaveLength(1);
  });
});
