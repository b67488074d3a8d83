import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import { onRequest } from '../../support/on-request.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { describeRecord, follow, prune, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();

async function typesOf(world: World) {
  return (await world.records()).map(({ type, whyFull }) => `${type} ${whyFull ?? ''}`.trim());
}
const first = (world: World) => world.volumeIds[0] as string;
const statusOf = (world: World, id: string) => world.control.volumes().find((row) => row.id === id)?.status;

describe('a volume that grew', () => {
  it('gets a full, without an attempt that must fail', async () => {
    const world = await open({ policies: policyText('nightly'), volumes: 1 });
    await runSlots(world, 2);
    world.control.extendVolume(first(world), 5);
    await runSlots(world, 2);
    expect(await typesOf(world)).toEqual([
      'full no-parent',
      'incremental',
      'full volume-grew',
      'incremental',
    ]);
    expect(world.control.requests.countOf('delete-backup')).toBe(0);
  });

  it('after its slot was recorded gets a full as the next attempt', async () => {
    const world = await open({
      policies: policyText('nightly'),
      volumes: 2,
      limits: '{ inFlight: 1, requestsPerSecond: 1000 }',
    });
    await runSlots(world, 1);
    await world.pass(HOUR_MS);
    const work = follow(world);
    await world.pass(500);
    for (const id of world.volumeIds) world.control.extendVolume(id, 5);
    await work;
    await settle(world);
    const last = (await world.records()).filter(
      ({ slotAt, state }) => slotAt.getUTCHours() === 2 && state === 'available',
    );
    expect(last.map(({ type, whyFull }) => `${type} ${whyFull}`)).toContain('full incremental-failed');
    expect(await audit(world)).toEqual([]);
  });
});

describe('a cloud that makes a full where an incremental was asked for', () => {
  it('is believed: the record says full, and that the cloud chose it', async () => {
    const world = await open({ policies: policyText('nightly'), volumes: 1 });
    await runSlots(world, 1);
    world.control.addFault({ times: 1, effect: { silentFull: true } });
    await runSlots(world, 2);
    expect(await typesOf(world)).toEqual(['full no-parent', 'full cloud-chose', 'incremental']);
    const [, silent] = await world.records();
    expect(silent?.parentId).toBeUndefined();
  });
});

describe('a volume that is gone', () => {
  it('before its backup was begun is skipped, which is no failure', async () => {
    const world = await open({
      policies: policyText('nightly'),
      volumes: 2,
      limits: '{ inFlight: 1, requestsPerSecond: 1000 }',
    });
    await follow(world);
    await world.pass(HOUR_MS);
    const work = follow(world);
    await world.pass(100);
    const waiting = (await world.records()).find(({ state }) => state === 'waiting');
    world.control.removeVolume(waiting?.volumeId ?? '');
    const report = await work;
    expect(report.counts).toEqual({ available: 1, skipped: 1 });
    expect(report.failedCount).toBe(0);
    expect((await world.records()).map(describeRecord)).toContain('skipped#1 (the volume is gone)');
  });

  it.each([
    ['keep', ['available', 'available', 'available']],
    ['keepLast', ['deleted', 'deleted', 'available']],
    ['apply', ['deleted', 'available', 'available']],
  ])('has its backups treated as onVolumeGone: %s says', async (onVolumeGone, states) => {
    const rules =
      onVolumeGone === 'keepLast' ? '{ semantics: restic, within: 1h }' : '{ semantics: restic, last: 2 }';
    const policies = policyText('nightly', {
      onVolumeGone,
      keep: rules,
      full: 'always',
      guards: '{ maxDeleteShare: 1 }',
    });
    const world = await open({ policies, volumes: 1 });
    await runSlots(world, 3);
    world.control.removeVolume(first(world));
    await prune(world);
    expect((await world.records()).map(({ state }) => state)).toEqual(states);
  });
});

describe('a volume in use', () => {
  async function openInUse(inUse: string, parts: Parameters<typeof open>[0]['cloud'] = {}) {
    const world = await open({ policies: policyText('nightly', { inUse }), volumes: 1, cloud: parts });
    world.control.attachVolume(first(world), 'server-1');
    return world;
  }

  it('is backed up from a snapshot, stays free all the while, and the snapshot goes', async () => {
    const world = await openInUse('snapshot', { durations: { fullSeconds: 60 } });
    await follow(world);
    await world.pass(HOUR_MS);
    const work = follow(world);
    for (let second = 0; second < 50; second += 1) {
      await world.pass(1_000);
      expect(statusOf(world, first(world))).toBe('in-use');
    }
    expect(world.control.backups()[0]).toMatchObject({ status: 'creating', snapshot_id: expect.any(String) });
    await work;
    expect(world.control.snapshots().filter(({ status }) => status !== 'deleting')).toEqual([]);
    expect((await world.records()).map(describeRecord)).toEqual(['available#1']);
  });

  it('is taken by force where the policy says so', async () => {
    const world = await openInUse('force');
    await runSlots(world, 1);
    expect(world.control.requests.countOf('create-snapshot')).toBe(0);
    expect((await world.records())[0]).toMatchObject({ state: 'available', via: 'force' });
    expect(statusOf(world, first(world))).toBe('in-use');
  });

  it('is skipped where the policy says so, which is no failure', async () => {
    const world = await openInUse('skip');
    const [report] = await runSlots(world, 1);
    expect((await world.records()).map(describeRecord)).toEqual(['skipped#1 (the volume is in use)']);
    expect(report?.failedCount).toBe(0);
    expect(world.control.requests.countOf('create-backup')).toBe(0);
  });

  it.each([
    ['snapshot', 'available', 'snapshot'],
    ['force', 'available', 'force'],
    ['skip', 'skipped', 'volume'],
  ])(
    'since its slot was recorded is handled as inUse: %s says, in the same attempt',
    async (inUse, state, via) => {
      const world = await open({
        policies: policyText('nightly', { inUse }),
        volumes: 2,
        limits: '{ inFlight: 1, requestsPerSecond: 1000 }',
      });
      await follow(world);
      await world.pass(HOUR_MS);
      const work = follow(world);
      await world.pass(100);
      const waiting = (await world.records()).find((record) => record.state === 'waiting');
      world.control.attachVolume(waiting?.volumeId ?? '', 'server-1');
      await work;
      const record = (await world.records()).find(({ volumeId }) => volumeId === waiting?.volumeId);
      expect(record).toMatchObject({ state, via, attempt: 1 });
      expect(await audit(world)).toEqual([]);
    },
  );

  it('has an incremental made of its snapshot only when some backup is older than the snapshot', async () => {
    const world = await openInUse('snapshot');
    await runSlots(world, 1);
    const [full] = world.control.backups();
    await world.pass(HOUR_MS);
    // The clock of the cloud was set back: the only backup is stamped later than any snapshot of now.
    world.control.setBackup(full?.id ?? '', {
      data_timestamp: Math.floor(world.clock.now().getTime() / 1000) + 1,
    });
    await follow(world);
    expect(await typesOf(world)).toEqual(['full no-parent', expect.stringMatching(/^full/)]);
    expect((await world.records()).map(describeRecord)).toEqual(['available#1', 'available#1']);
  });

  it('whose snapshot fails is tried again, and the failed snapshot goes', async () => {
    const world = await openInUse('snapshot');
    world.control.addFault({
      match: { operation: 'create-snapshot' },
      times: 1,
      effect: { fail: { reason: 'no space' } },
    });
    await runSlots(world, 1);
    await settle(world);
    expect((await world.records()).map(describeRecord)).toEqual([
      'failed#1 (the temporary snapshot failed)',
      'available#2',
    ]);
    expect(await audit(world)).toEqual([]);
  });

  it('whose snapshot is never finished holds nothing up for ever', async () => {
    const world = await open({
      policies: policyText('nightly'),
      volumes: 1,
      limits: '{ inFlight: 1, requestsPerSecond: 1000, stuckAfter: 30min }',
    });
    world.control.attachVolume(first(world), 'server-1');
    world.control.addFault({ match: { operation: 'create-snapshot' }, times: 1, effect: { stuck: true } });
    await runSlots(world, 1);
    expect((await world.records()).map(({ state }) => state)).toEqual(['clearing', 'waiting']);
  });

  it('leaves a snapshot whose deletion failed to later runs, which find it by its name', async () => {
    const world = await openInUse('snapshot');
    world.control.addFault({
      match: { operation: 'delete-snapshot' },
      times: 5,
      effect: { refuse: { status: 409 } },
    });
    await runSlots(world, 1);
    expect((await world.records()).map(describeRecord)).toEqual(['available#1']);
    expect(world.control.snapshots()).toHaveLength(1);
    await world.pass(MINUTE_MS);
    await runSlots(world, 1);
    expect(await audit(world)).toEqual([]);
  });

  it('leaves a snapshot of which the catalog was lost to later runs, once no attempt can need it any more', async () => {
    const world = await openInUse('snapshot');
    world.control.addFault({
      match: { operation: 'delete-snapshot' },
      times: 5,
      effect: { refuse: { status: 409 } },
    });
    await runSlots(world, 1);
    const forgetful = await world.another({ catalog: createMemoryCatalog() });
    const countAfter = async (ms: number) => {
      await world.pass(ms);
      await runSlots(world, 1, forgetful);
      return world.control.snapshots().filter(({ status }) => status !== 'deleting').length;
    };
    expect(await countAfter(MINUTE_MS)).toBe(1);
    expect(await countAfter(12 * HOUR_MS)).toBe(0);
  });

  it('is backed up all the same when no token can be had in the moment in which its snapshot is ready', async () => {
    const world = await openInUse('snapshot');
    await runSlots(world, 1);
    await world.pass(HOUR_MS);
    let isCut = false;
    onRequest(world, ({ operation }) => {
      const isFinished = world.control.snapshots().some(({ status }) => status === 'available');
      if (operation !== 'list-snapshots' || !isFinished || isCut) return;
      isCut = true;
      world.control.revokeTokens();
      world.control.addFault({
        match: { operation: 'authenticate' },
        times: 6,
        effect: { dropRequest: true },
      });
    });
    await follow(world);
    expect(isCut).toBe(true);
    await settle(world);
    expect((await world.records()).map(describeRecord)).toEqual(['available#1', 'available#1']);
    expect(await audit(world)).toEqual([]);
  });
});
