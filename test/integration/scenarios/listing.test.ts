import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import { type ListBackupsRequest, listBackups } from '../../../lambdas/app/list-backups.ts';
import { type ListEndedRequest, listEnded } from '../../../lambdas/app/list-ended.ts';
import { showBackup } from '../../../lambdas/app/show-backup.ts';
import { backUpKnownBytes } from '../../support/known-bytes.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { pin, prune, restore, runSlots, settle, unpin } from '../../support/world-steps.ts';

const open = useWorlds();

/** F i i F i on each volume: two are kept, and F of the second chain by the last one as well. */
const policies = policyText('nightly', {
  keep: '{ semantics: restic, last: 1 }',
  full: '{ every: 3 }',
  guards: '{ maxDeleteShare: 1, graceDays: 0 }',
});

async function openWithChains(volumes = 2) {
  const world = await open({ policies, volumes });
  const backups = await backUpKnownBytes(world, 5);
  const idsOf = (volume: number) => (backups.get(world.volumeIds[volume] ?? '') ?? []).map(({ id }) => id);
  return { world, idsOf };
}

async function listedIds(world: World, request: ListBackupsRequest): Promise<string[]> {
  return (await listBackups(request, world.deps)).backups.map(({ backup }) => backup.id);
}

async function endedIds(world: World, request: ListEndedRequest = {}): Promise<string[]> {
  return (await listEnded(request, world.deps)).ended.map(({ backupId }) => backupId);
}

describe('a list', () => {
  it('is sorted by several keys, the first counts most', async () => {
    const { world, idsOf } = await openWithChains();
    const rank = (index: number) => [...world.volumeIds].sort().indexOf(world.volumeIds[index] ?? '');
    const [first, second] = rank(0) === 0 ? [0, 1] : [1, 0];
    expect(await listedIds(world, { sort: 'volumeId:asc, createdAt:desc' })).toEqual([
      ...idsOf(first).toReversed(),
      ...idsOf(second).toReversed(),
    ]);
    expect(await listedIds(world, { sort: 'slotAt:asc,volumeId' })).toEqual(
      idsOf(0).flatMap((_id, slot) => [idsOf(second)[slot], idsOf(first)[slot]]),
    );
  });

  it('puts those last that have nothing to be sorted by, whichever the direction', async () => {
    const { world } = await openWithChains(1);
    const foreign = world.control.addForeignBackup({
      volumeId: world.volumeIds[0] ?? '',
      status: 'available',
    });
    for (const dir of ['asc', 'desc'])
      expect((await listedIds(world, { sort: `policy:${dir}` })).at(-1)).toBe(foreign);
  });

  it.each([
    [{ sort: 'size' }, 'sort: "size" is no key and direction; should be such as status:asc,createdAt:desc'],
    [{ sort: 'name:up' }, 'sort: "name:up"'],
    [{ sort: 'name:asc:desc' }, 'sort: "name:asc:desc"'],
    [{ sort: '' }, 'sort: ""'],
    [{ sort: 'name', sortKey: 'name' }, 'leave out sortKey and sortDir'],
    [{ cloud: 'mars' }, 'cloud: there is no cloud "mars"; there is prod'],
  ] as const)('refuses %j', async (request, says) => {
    const { world } = await openWithChains(1);
    await expect(listBackups(request, world.deps)).rejects.toThrow(says);
  });

  it('comes in pages, by marker and by offset, each backup once', async () => {
    const { world } = await openWithChains();
    const all = await listedIds(world, { sort: 'name:asc' });
    const paged: string[] = [];
    let marker: string | undefined;
    do {
      const page = await listBackups(
        { sort: 'name:asc', limit: 3, ...(marker !== undefined && { marker }) },
        world.deps,
      );
      paged.push(...page.backups.map(({ backup }) => backup.id));
      marker = page.nextMarker;
    } while (marker !== undefined);
    expect(paged).toEqual(all);
    expect(await listedIds(world, { sort: 'name:asc', offset: 4, limit: 2 })).toEqual(all.slice(4, 6));
    const after = { sort: 'name:asc', marker: all[1] ?? '', offset: 2 };
    expect(await listedIds(world, after)).toEqual(all.slice(4));
  });

  it('is of one name only', async () => {
    const { world, idsOf } = await openWithChains();
    const wanted = world.control.backups().find(({ id }) => id === idsOf(0)[2]);
    expect(await listedIds(world, { name: wanted?.name ?? '' })).toEqual([wanted?.id]);
    expect(await listedIds(world, { name: 'ck-' })).toEqual([]);
  });

  it.each(['3.0', '3.70'])(
    'shows what is pinned, and lists it alone, at microversion %s',
    async (maxMicroversion) => {
      const world = await open({ policies, volumes: 2, cloud: { maxMicroversion } });
      await runSlots(world, 2);
      const [id = '', other = ''] = world.control.backups().map((row) => row.id);
      await pin(world, id, { by: 'ada', until: '2030-01-31' });
      await pin(world, other);
      await unpin(world, other);
      const { backups } = await listBackups({ pinned: true }, world.deps);
      const until = new Date('2030-02-01T00:00:00Z');
      expect(backups).toMatchObject([
        { backup: { id }, pin: { reason: 'before the migration', by: 'ada', until } },
      ]);
      expect(await listedIds(world, { pinned: false })).toHaveLength(3);
      const all = (await listBackups({}, world.deps)).backups;
      expect(all.filter((each) => each.pin !== undefined).map(({ backup }) => backup.id)).toEqual([id]);
      // A pin that is over keeps nothing.
      await world.pass(5 * 366 * 24 * HOUR_MS);
      expect(await listedIds(world, { pinned: true })).toEqual([]);
    },
  );

  it('shows a pin that only the marker knows, as the catalog was lost', async () => {
    const { world, idsOf } = await openWithChains(1);
    await pin(world, idsOf(0)[1] ?? '');
    const forgetful = await world.another({ catalog: createMemoryCatalog() });
    const { backups } = await listBackups({ pinned: true }, forgetful);
    expect(backups).toMatchObject([{ backup: { id: idsOf(0)[1] }, pin: { reason: 'before the migration' } }]);
  });

  it('tells what is held, by the plan of the whole volume, and what is not', async () => {
    const { world, idsOf } = await openWithChains();
    const held = [idsOf(0)[3], idsOf(1)[3]].sort();
    expect((await listedIds(world, { held: true })).sort()).toEqual(held);
    expect(await listedIds(world, { held: false })).toHaveLength(8);
    // Its filters choose what is shown, not what is looked at.
    const name = world.control.backups().find(({ id }) => id === idsOf(0)[3])?.name ?? '';
    expect(await listedIds(world, { held: true, name })).toEqual([idsOf(0)[3]]);
  });

  it('changes nothing, in the cloud and in the catalog', async () => {
    const { world, idsOf } = await openWithChains();
    world.control.requests.reset();
    const before = JSON.stringify(await world.records());
    await listBackups({ held: true, pinned: false }, world.deps);
    await showBackup(idsOf(0)[0] ?? '', world.deps);
    const methods = world.control.requests.list().filter(({ path }) => !path.includes('/auth/'));
    expect(new Set(methods.map(({ method }) => method))).toEqual(new Set(['GET']));
    expect(JSON.stringify(await world.records())).toBe(before);
  });
});

describe('the story of a backup', () => {
  it('says what pruning would decide on it now, and why', async () => {
    const { world, idsOf } = await openWithChains(1);
    const [full = '', , third = '', heldFull = '', newest = ''] = idsOf(0);
    await pin(world, third, { by: 'ada' });
    const decisionOf = async (id: string) => (await showBackup(id, world.deps)) as { decision?: object };
    expect(await decisionOf(newest)).toMatchObject({
      decision: { verdict: 'keep', why: expect.stringMatching(/^kept: .*last/) },
    });
    expect(await decisionOf(heldFull)).toMatchObject({
      decision: { verdict: 'hold', neededBy: [newest], why: `held: needed by ${newest}` },
    });
    expect(await decisionOf(third)).toMatchObject({
      pin: { by: 'ada' },
      decision: { verdict: 'keep', why: 'kept: pinned by ada: before the migration' },
    });
    expect(await decisionOf(full)).toMatchObject({ decision: { verdict: 'hold' } });
    await unpin(world, third);
    expect(await decisionOf(full)).toMatchObject({
      decision: { verdict: 'delete', why: 'expired: no rule keeps it' },
    });
  });

  it('lists its restores, in the order in which they were asked for', async () => {
    const { world, idsOf } = await openWithChains(1);
    const [, , backupId = '', other = ''] = idsOf(0);
    await restore(world, { backupId, into: { name: 'one' } });
    world.control.addFault({
      match: { operation: 'restore-backup' },
      times: 1,
      effect: { fail: { reason: 'no' } },
    });
    await restore(world, { backupId, into: { name: 'two' } });
    await restore(world, { backupId: other });
    expect(await showBackup(backupId, world.deps)).toMatchObject({
      restores: [
        { purpose: 'restore', targetName: 'one', state: 'restored', settledAt: expect.any(Date) },
        {
          purpose: 'restore',
          targetName: 'two',
          state: 'failed',
          reason: expect.stringContaining('error_restoring'),
        },
      ],
    });
  });

  it('is told of one that was deleted, with the reason, what it was and how it was restored', async () => {
    const { world, idsOf } = await openWithChains(1);
    const [full = ''] = idsOf(0);
    await restore(world, { backupId: full, into: { name: 'one' } });
    await prune(world);
    expect(world.control.backups().map(({ id }) => id)).not.toContain(full);
    expect(await showBackup(full, world.deps)).toMatchObject({
      cloud: 'prod',
      backupId: full,
      record: {
        state: 'deleted',
        reason: 'expired: no rule keeps it',
        trigger: 'schedule',
        whyFull: 'no-parent',
        slotAt: expect.any(Date),
        startedAt: expect.any(Date),
        endedAt: expect.any(Date),
        tookMs: expect.any(Number),
      },
      restores: [{ targetName: 'one', state: 'restored' }],
    });
  });

  it('is refused of one that nobody knows', async () => {
    const { world } = await openWithChains(1);
    await expect(showBackup('7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11', world.deps)).rejects.toThrow(
      'in any cloud of the config, and the catalog remembers none',
    );
  });
});

describe('the list of those that are no more', () => {
  it('has each with its reason, those that ended last first, and asks no cloud', async () => {
    const { world, idsOf } = await openWithChains();
    await prune(world);
    await world.pass(HOUR_MS);
    const lost = idsOf(0)[4] ?? '';
    world.control.removeBackup(lost);
    await prune(world);
    world.control.requests.reset();
    const { ended, nextMarker } = await listEnded({}, world.deps);
    expect(nextMarker).toBeUndefined();
    expect(ended[0]).toMatchObject({ backupId: lost, record: { state: 'lost' } });
    const deleted = [...idsOf(0).slice(0, 3), ...idsOf(1).slice(0, 3)].sort();
    expect(
      ended
        .slice(1)
        .map(({ backupId }) => backupId)
        .sort(),
    ).toEqual(deleted);
    for (const { record } of ended.slice(1)) expect(record.reason).toBe('expired: no rule keeps it');
    expect(world.control.requests.total).toBe(0);
    expect(await endedIds(world, { volumeId: world.volumeIds[0] ?? '' })).toHaveLength(4);
    expect(await endedIds(world, { policy: 'weekly' })).toEqual([]);
  });

  it('comes in pages, each once', async () => {
    const { world } = await openWithChains();
    await prune(world);
    const all = await endedIds(world);
    const first = await listEnded({ limit: 4 }, world.deps);
    const rest = await listEnded({ limit: 4, marker: first.nextMarker ?? '' }, world.deps);
    expect([...first.ended, ...rest.ended].map(({ backupId }) => backupId)).toEqual(all);
    expect([all.length, rest.nextMarker]).toEqual([6, undefined]);
    await expect(listEnded({ marker: 'x' }, world.deps)).rejects.toThrow(
      'marker: backup x is not in this list',
    );
    await expect(listEnded({ cloud: 'mars' }, world.deps)).rejects.toThrow('there is no cloud "mars"');
  });

  it('has what failed and was cleared away', async () => {
    const world = await open({ policies, volumes: 1 });
    world.control.addFault({
      match: { operation: 'create-backup' },
      times: 1,
      effect: { fail: { reason: 'disk on fire' } },
    });
    await runSlots(world, 1);
    await world.pass(5 * MINUTE_MS);
    await settle(world);
    const { ended } = await listEnded({}, world.deps);
    expect(ended).toMatchObject([
      { record: { state: 'failed', reason: expect.stringContaining('disk on fire') } },
    ]);
    expect(await showBackup(ended[0]?.backupId ?? '', world.deps)).toMatchObject({
      record: { state: 'failed' },
    });
  });
});
