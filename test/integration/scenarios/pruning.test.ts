import { describe, expect, it } from 'vitest';
import { useWorlds } from '../../support/use-worlds.ts';
import { MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { describeRecord, failuresOf, follow, prune, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();
const keepsOne = {
  keep: '{ semantics: restic, last: 1 }',
  full: '{ every: 3 }',
  guards: '{ maxDeleteShare: 1 }',
};

/** One volume with a full, two incrementals on it and another full; all but the last are to be deleted. */
async function openWithChain(): Promise<World> {
  const world = await open({
    policies: policyText('nightly', keepsOne),
    volumes: 1,
    cloud: { durations: { deleteSeconds: 5 } },
  });
  await runSlots(world, 4);
  return world;
}

const statesOf = async (world: World) => (await world.records()).map(({ state }) => state).join(' ');
const deletions = (world: World) =>
  world.control.requests.list().filter(({ operation }) => operation === 'delete-backup');

describe('pruning a chain', () => {
  it('deletes dependents first, and a parent only when its dependents are gone', async () => {
    const world = await openWithChain();
    const oldestFirst = world.control
      .backups()
      .toReversed()
      .map(({ id }) => id);
    await prune(world);
    expect(await statesOf(world)).toBe('deleted deleted deleted available');
    expect(deletions(world).map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(deletions(world).map(({ path }) => path.split('/').at(-1))).toEqual(
      oldestFirst.slice(0, 3).reverse(),
    );
  });

  it('decided by schedule leaves nothing to decide until something changes', async () => {
    const world = await openWithChain();
    await prune(world, { trigger: 'schedule' });
    world.control.requests.reset();
    const report = await prune(world, { trigger: 'schedule' });
    expect(report.counts).toEqual({});
    expect(world.control.requests.total).toBe(0);
  });

  it('that the cloud refuses because of a dependent is held, not failed, and the record stays available', async () => {
    const world = await openWithChain();
    const report = prune(world);
    const [newest] = world.control.backups();
    world.control.addForeignBackup({
      volumeId: newest?.volume_id ?? '',
      parentId: world.control.backups().at(-1)?.id ?? '',
      status: 'available',
    });
    const { failedCount, counts } = await report;
    expect(failedCount).toBe(0);
    expect(counts.held).toBe(1);
    expect((await world.records())[0]).toMatchObject({
      state: 'available',
      reason: expect.stringContaining('held: '),
    });
    expect(await audit(world)).toEqual([]);
  });
});

describe('a deletion', () => {
  it('that fails is tried again until it succeeds, and its parent waits', async () => {
    const world = await openWithChain();
    world.control.addFault({ times: 2, effect: { failDelete: { reason: 'object store is read-only' } } });
    await prune(world);
    await settle(world);
    expect(await statesOf(world)).toBe('deleted deleted deleted available');
    expect(await audit(world)).toEqual([]);
  });

  it('that keeps failing is reported as a failure, with the reason', async () => {
    const world = await openWithChain();
    world.control.addFault({ effect: { failDelete: { reason: 'object store is read-only' } } });
    const report = await prune(world);
    expect(failuresOf(report)).toEqual(['deleting: could not be deleted: object store is read-only']);
    expect(world.control.backups()).toHaveLength(4);
    await world.pass(10 * MINUTE_MS);
    expect(failuresOf(await follow(world))).toEqual([
      'deleting: could not be deleted: object store is read-only',
    ]);
  });

  it.each([
    ['the answer is lost', { dropAnswer: true }],
    ['the request is lost', { dropRequest: true }],
    ['a 503 comes instead', { refuse: { status: 503 } }],
  ] as const)('is done once though %s', async (_name, effect) => {
    const world = await openWithChain();
    world.control.addFault({ match: { operation: 'delete-backup' }, probability: 0.6, seed: 3, effect });
    await prune(world);
    world.control.clearFaults();
    await settle(world);
    expect(await statesOf(world)).toBe('deleted deleted deleted available');
    expect(await audit(world)).toEqual([]);
  });

  it('is not believed while the list that would show it cannot be read', async () => {
    const world = await openWithChain();
    world.control.addFault({
      match: { operation: 'list-backups' },
      after: 2,
      times: 12,
      effect: { refuse: { status: 500 } },
    });
    await prune(world);
    const gone = (await world.records())
      .filter(({ state }) => state === 'deleted')
      .map(({ backupId }) => backupId);
    const there = world.control.backups().map(({ id }) => id);
    expect(gone.filter((id) => there.includes(id ?? ''))).toEqual([]);
    world.control.clearFaults();
    await world.pass(10 * MINUTE_MS);
    await settle(world);
    expect(await audit(world)).toEqual([]);
  });

  it('of a record that another run changed meanwhile is left to that run, and the others go on', async () => {
    const world = await open({
      policies: policyText('nightly', { ...keepsOne, full: 'always' }),
      volumes: 2,
      cloud: { durations: { deleteSeconds: 30 } },
    });
    await runSlots(world, 2);
    const work = prune(world);
    await world.pass(10_000);
    const [record] = (await world.records()).filter(({ state }) => state === 'deleting');
    if (record === undefined) throw new Error('nothing is being deleted');
    await world.catalog.save({ ...record, pin: { reason: 'the auditor asked' } });
    const report = await work;
    expect(failuresOf(report)).toEqual([]);
    expect(report.counts.deleted).toBeGreaterThanOrEqual(1);
    await settle(world);
    expect(
      (await world.records()).map(describeRecord).filter((line) => line.startsWith('deleted')),
    ).toHaveLength(2);
  });
});
