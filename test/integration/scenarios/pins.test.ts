import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import { rebuildCatalog } from '../../../lambdas/app/rebuild-catalog.ts';
import { InvalidRequestError } from '../../../lambdas/app/request-error.ts';
import { readMarker } from '../../../lambdas/domain/marker.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World, type WorldOptions } from '../../support/world.ts';
import {
  backUp,
  failuresOf,
  follow,
  pin,
  prune,
  runSlots,
  settle,
  unpin,
} from '../../support/world-steps.ts';

const open = useWorlds();
const REASON = 'before the migration';

/** Three fulls of one volume, of which retention keeps the newest. */
async function openWithThree(options: Partial<WorldOptions> = {}, parts = {}): Promise<World> {
  const world = await open({
    policies: policyText('nightly', {
      keep: '{ semantics: restic, last: 1 }',
      full: 'always',
      guards: '{ maxDeleteShare: 1 }',
      ...parts,
    }),
    volumes: 1,
    ...options,
  });
  await runSlots(world, 3);
  return world;
}

/** Oldest first. */
const backupsOf = ({ control }: World) => control.backups().toReversed();
const idsOf = (world: World) => backupsOf(world).map(({ id }) => id);
const oldestOf = (world: World) => idsOf(world)[0] as string;
const recordOf = async (world: World, id: string) =>
  (await world.records()).find(({ backupId }) => backupId === id);

async function markerPinOf(world: World, id: string) {
  const cloud = await world.deps.openCloud('prod');
  const backup = await cloud.getBackup(id);
  return backup && readMarker(backup, 'acme')?.pin;
}

describe('a pinned backup', () => {
  it('stays when no rule keeps it, and everything else goes as before', async () => {
    const world = await openWithThree();
    const [oldest = '', , newest] = idsOf(world);
    const pinned = await pin(world, oldest, { by: 'ada' });
    expect(pinned.items).toMatchObject([
      { outcome: 'pinned', backupId: oldest, volumeName: 'vol-0', reason: `pinned by ada: ${REASON}` },
    ]);
    const report = await prune(world, { trigger: 'schedule' });
    expect(report.counts).toEqual({ kept: 2, deleted: 1 });
    expect(idsOf(world)).toEqual([oldest, newest]);
  });

  it('is named with its reason in every plan', async () => {
    const world = await openWithThree();
    await pin(world, oldestOf(world));
    const { items, counts } = await prune(world, { dryRun: true });
    expect(items.filter(({ outcome }) => outcome === 'kept')).toMatchObject([
      { backupId: oldestOf(world), isFailure: false, reason: `kept: pinned: ${REASON}` },
    ]);
    expect(counts).toEqual({ kept: 2, deleting: 1 });
  });

  it('holds what it is based on', async () => {
    const world = await openWithThree({}, { full: '{ every: 3 }', keep: '{ semantics: restic, last: 1 }' });
    await runSlots(world, 1);
    const [full, first, second] = idsOf(world);
    await pin(world, second as string);
    await prune(world);
    expect(idsOf(world)).toHaveLength(4);
    await unpin(world, second as string);
    await pin(world, first as string);
    await prune(world);
    expect(idsOf(world).slice(0, 2)).toEqual([full, first]);
    expect(idsOf(world)).toHaveLength(3);
  });

  it('says so in the catalog and in its own marker, in which others’ metadata stays', async () => {
    const world = await openWithThree();
    const id = oldestOf(world);
    const marker = backupsOf(world)[0]?.metadata ?? {};
    world.control.setBackup(id, { metadata: { ...marker, owner: 'ops' } });
    await pin(world, id, { by: 'ada', until: '2027-01-31' });
    const expected = { reason: REASON, by: 'ada', until: new Date('2027-02-01T00:00:00Z') };
    expect((await recordOf(world, id))?.pin).toEqual(expected);
    expect(await markerPinOf(world, id)).toEqual(expected);
    expect(backupsOf(world)[0]?.metadata).toMatchObject({ owner: 'ops' });
    await unpin(world, id);
    expect((await recordOf(world, id))?.pin).toBeUndefined();
    expect(backupsOf(world)[0]?.metadata).toEqual({ ...marker, owner: 'ops' });
  });

  it('goes when its pin has ended, with no run in between, and not a minute before', async () => {
    const world = await openWithThree();
    const until = new Date(Math.ceil(world.clock.now().getTime() / 1_000) * 1_000 + 5 * HOUR_MS);
    await pin(world, oldestOf(world), { until: until.toISOString() });
    await prune(world, { trigger: 'schedule' });
    expect(idsOf(world)).toHaveLength(2);
    expect((await world.catalog.getVolume('prod', world.volumeIds[0] as string))?.decideAt).toEqual(until);
    await world.pass(until.getTime() - world.clock.now().getTime() - MINUTE_MS);
    await prune(world, { trigger: 'schedule' });
    expect(idsOf(world)).toHaveLength(2);
    await world.pass(MINUTE_MS);
    await prune(world, { trigger: 'schedule' });
    expect(idsOf(world)).toHaveLength(1);
  });

  it('goes when it is unpinned, at the next pruning', async () => {
    const world = await openWithThree();
    await pin(world, oldestOf(world));
    await prune(world, { trigger: 'schedule' });
    const report = await unpin(world, oldestOf(world));
    expect(report.items).toMatchObject([{ outcome: 'unpinned', reason: 'its pin is taken away' }]);
    await prune(world, { trigger: 'schedule' });
    expect(idsOf(world)).toHaveLength(1);
  });

  it('is pinned anew by another pin', async () => {
    const world = await openWithThree();
    const id = oldestOf(world);
    await pin(world, id, { reason: 'first', until: '2030-01-01' });
    await pin(world, id, { reason: 'second' });
    expect((await recordOf(world, id))?.pin).toEqual({ reason: 'second' });
    expect(await markerPinOf(world, id)).toEqual({ reason: 'second' });
  });

  it('may be one whose policy was taken out of the config', async () => {
    const world = await openWithThree();
    const later = await world.another({ policies: policyText('weekly') });
    const { failedCount } = await pin(world, oldestOf(world), { until: '2030-01-01' }, later);
    expect(failedCount).toBe(0);
  });

  it('may be one that is being restored', async () => {
    const world = await openWithThree();
    world.control.setBackup(oldestOf(world), { status: 'restoring' });
    expect((await pin(world, oldestOf(world))).failedCount).toBe(0);
  });

  it('is recorded first where the catalog does not know it', async () => {
    const world = await openWithThree();
    const catalog = createMemoryCatalog();
    const forgetful = await world.another({ catalog });
    await pin(world, oldestOf(world), {}, forgetful);
    const [record] = await catalog.listVolumeRecords('prod', world.volumeIds[0] as string);
    expect(record).toMatchObject({ state: 'available', backupId: oldestOf(world), pin: { reason: REASON } });
  });
});

describe('a dry run of a pin', () => {
  it('says what would be, and writes nothing', async () => {
    const world = await openWithThree();
    const before = await world.records();
    const report = await pin(world, oldestOf(world), { dryRun: true });
    expect(report).toMatchObject({ dryRun: true, items: [{ reason: `dry run: pinned: ${REASON}` }] });
    expect(await world.records()).toEqual(before);
    expect(await markerPinOf(world, oldestOf(world))).toBeUndefined();
    world.control.setBackup(oldestOf(world), { status: 'deleting' });
    expect((await pin(world, oldestOf(world), { dryRun: true })).failedCount).toBe(1);
  });
});

describe('a pin is refused, and nothing is written,', () => {
  it.each([
    ['without a reason', { reason: ' ' }, 'reason: a pin needs one'],
    ['for a reason too long', { reason: 'r'.repeat(501) }, 'reason: at most 500 characters'],
    ['by someone with too long a name', { by: 'b'.repeat(101) }, 'by: at most 100 characters'],
    ['until what is no instant', { until: 'soon' }, 'until: "soon" is neither an instant'],
    ['until what is over', { until: '2026-01-01' }, 'until: 2026-01-02T00:00:00.000Z is over'],
    ['of a backup that is not there', { backupId: 'nope' }, 'backupId: there is no backup nope'],
  ])('%s', async (_case, parts, message) => {
    const world = await openWithThree();
    const before = await world.records();
    await expect(pin(world, oldestOf(world), parts)).rejects.toThrow(InvalidRequestError);
    await expect(pin(world, oldestOf(world), parts)).rejects.toThrow(message);
    expect(await world.records()).toEqual(before);
    expect(await markerPinOf(world, oldestOf(world))).toBeUndefined();
  });

  it('of a foreign backup', async () => {
    const world = await openWithThree();
    const volumeId = world.volumeIds[0] as string;
    const id = world.control.addForeignBackup({ volumeId, name: 'by hand' });
    await expect(pin(world, id)).rejects.toThrow(`backupId: backup ${id} is foreign`);
    expect(world.control.backups().find((row) => row.id === id)?.metadata).toEqual({});
  });

  it('of an end of a pin that is taken away', async () => {
    const world = await openWithThree();
    await expect(unpin(world, oldestOf(world), { until: '2030-01-01' })).rejects.toThrow(
      'until: it is for pinning',
    );
  });

  it.each([
    ['creating', 'it is still being made'],
    ['deleting', 'too late: the cloud is deleting it already'],
    ['error', 'it failed and is cleared away'],
    ['error_deleting', 'too late: its deletion has begun, and failed'],
    ['confused', 'the cloud shows it in a status that is not known here'],
  ])('of one that the cloud shows as %s', async (status, reason) => {
    const world = await openWithThree();
    world.control.setBackup(oldestOf(world), { status } as object);
    expect(failuresOf(await pin(world, oldestOf(world)))).toEqual([
      expect.stringContaining(`refused: ${reason}`),
    ]);
    expect((await recordOf(world, oldestOf(world)))?.pin).toBeUndefined();
  });

  it('of one whose making is not recorded as done', async () => {
    const world = await openWithThree({ cloud: { durations: { fullSeconds: 60 } } });
    void backUp({ ...world, run: () => world.run(false) });
    await world.pass(MINUTE_MS * 2);
    const newest = idsOf(world).at(-1) as string;
    expect(failuresOf(await pin(world, newest))).toEqual([
      expect.stringContaining('has only just been made'),
    ]);
    await settle(world);
    expect((await pin(world, newest)).failedCount).toBe(0);
  });
});

describe('a catalog that is lost', () => {
  it.each([
    ['3.70', 'metadata', 2],
    ['3.42', 'description', 2],
    ['3.9', 'description', 2],
    ['3.8', 'nothing', 1],
  ])('at %s leaves pins in the %s', async (maxMicroversion, _where, left) => {
    const world = await openWithThree({ cloud: { maxMicroversion } });
    const report = await pin(world, oldestOf(world), { by: 'ada' });
    expect(report.failedCount).toBe(0);
    expect(report.warnings).toEqual(
      left === 2
        ? []
        : [expect.stringContaining('is in the catalog only, and a rebuild does not know of it')],
    );
    const rebuilt = await world.another({ catalog: createMemoryCatalog() });
    await rebuildCatalog({}, world.run(), rebuilt);
    await prune(world, {}, rebuilt);
    expect(idsOf(world)).toHaveLength(left);
  });
});

describe('a marker that cannot be written', () => {
  const refuse = (world: World, status: number) =>
    world.control.addFault({ match: { operation: 'update-backup' }, effect: { refuse: { status } } });

  it('as the credential may not is a warning: the catalog has the pin', async () => {
    const world = await openWithThree();
    refuse(world, 403);
    const report = await pin(world, oldestOf(world));
    expect(report.failedCount).toBe(0);
    expect(report.warnings.join()).toMatch(/in the catalog only, .*403/);
    await prune(world);
    expect(idsOf(world)).toHaveLength(2);
  });

  it('for now is a failure of the run, though the catalog has the pin', async () => {
    const world = await openWithThree();
    refuse(world, 503);
    expect(failuresOf(await pin(world, oldestOf(world))).join()).toContain('pin it again');
    await prune(world);
    expect(idsOf(world)).toHaveLength(2);
    world.control.clearFaults();
    expect((await pin(world, oldestOf(world))).failedCount).toBe(0);
    expect(await markerPinOf(world, oldestOf(world))).toEqual({ reason: REASON });
  });

  it('to unpin is a failure of the run, and the backup stays pinned', async () => {
    const world = await openWithThree();
    await pin(world, oldestOf(world));
    refuse(world, 403);
    expect(failuresOf(await unpin(world, oldestOf(world))).join()).toContain('still says that it is pinned');
    await prune(world);
    expect(idsOf(world)).toHaveLength(2);
  });
});

describe('after a deletion was decided and before it is carried out', () => {
  /** Pruning wrote its decision down and died before the first DELETE. */
  async function openWithIntents(): Promise<World> {
    const world = await openWithThree();
    for (const record of (await world.records()).slice(0, 2)) {
      await world.catalog.save({
        ...record,
        state: 'deleting',
        reason: 'expired',
        openedAt: world.clock.now(),
      });
    }
    return world;
  }

  it('a pin withdraws the decision itself when nobody is at work', async () => {
    const world = await openWithIntents();
    expect((await pin(world, oldestOf(world))).failedCount).toBe(0);
    expect(await recordOf(world, oldestOf(world))).toMatchObject({
      state: 'available',
      pin: { reason: REASON },
    });
    expect(await recordOf(world, oldestOf(world))).not.toHaveProperty('reason');
    await follow(world);
    expect(idsOf(world)).toHaveLength(2);
    expect(await markerPinOf(world, oldestOf(world))).toEqual({ reason: REASON });
  });

  it('a pin with an end puts the volume up for a decision then', async () => {
    const world = await openWithIntents();
    const volumeId = world.volumeIds[0] as string;
    const { decideAt } = (await world.catalog.getVolume('prod', volumeId)) ?? {};
    await world.catalog.settleDecision('prod', volumeId, decideAt as Date);
    const until = new Date(Math.ceil(world.clock.now().getTime() / 1_000) * 1_000 + HOUR_MS);
    await pin(world, oldestOf(world), { until: until.toISOString() });
    await prune(world, { trigger: 'schedule' });
    expect((await world.catalog.getVolume('prod', world.volumeIds[0] as string))?.decideAt).toEqual(until);
  });

  it('a pin is answered by a worker that has much else to do before it', async () => {
    const world = await open({
      policies: policyText('nightly', {
        keep: '{ semantics: restic, last: 1 }',
        full: 'always',
        guards: '{ maxDeleteShare: 1 }',
      }),
      limits: '{ inFlight: 1, requestsPerSecond: 1000 }',
      cloud: { durations: { deleteSeconds: 60 } },
      volumes: 12,
    });
    await runSlots(world, 2);
    const pruned = prune(world, {}, await world.another({ owner: 'at work' }));
    await world.pass(90_000);
    const begun = new Set(
      world.control.backups().flatMap(({ id, status }) => (status === 'deleting' ? id : [])),
    );
    const decided = (await world.records()).filter(({ state }) => state === 'deleting');
    const last = decided.findLast(({ backupId }) => !begun.has(backupId as string))?.backupId as string;
    const report = await pin(world, last);
    expect(failuresOf(report)).toEqual([]);
    expect((await world.records()).filter(({ state }) => state === 'deleting').length).toBeGreaterThan(5);
    await pruned;
    expect(idsOf(world)).toContain(last);
    expect(idsOf(world)).toHaveLength(13);
  });

  it('a pin is kept by the next worker when the process that pinned died in between', async () => {
    const world = await openWithIntents();
    const record = await recordOf(world, oldestOf(world));
    if (record === undefined) throw new Error('no record');
    await world.catalog.save({ ...record, pin: { reason: REASON } });
    const report = await follow(world);
    expect(report.items.filter(({ outcome }) => outcome === 'kept')).toMatchObject([
      { reason: `its deletion was withdrawn: pinned: ${REASON}` },
    ]);
    expect(idsOf(world)).toHaveLength(2);
  });

  it('a pin that comes when the cloud has begun to delete is refused', async () => {
    const world = await openWithIntents();
    const record = await recordOf(world, oldestOf(world));
    if (record === undefined) throw new Error('no record');
    await world.catalog.save({ ...record, pin: { reason: REASON } });
    world.control.setBackup(oldestOf(world), { status: 'deleting' });
    expect(failuresOf(await pin(world, oldestOf(world)))).toEqual([expect.stringContaining('too late')]);
  });
});
