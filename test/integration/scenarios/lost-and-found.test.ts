import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import type { BackupQuery, Cloud } from '../../../lambdas/app/ports.ts';
import { rebuildCatalog } from '../../../lambdas/app/rebuild-catalog.ts';
import { markerMetadata } from '../../../lambdas/domain/marker.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { describeRecord, failuresOf, follow, prune, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();
const policies = policyText('nightly', {
  keep: '{ semantics: restic, last: 3, daily: 7 }',
  full: '{ every: 3 }',
});

const storyOf = async (world: World) => (await world.records()).map(describeRecord);
const newest = (world: World) => world.control.backups()[0]?.id ?? '';
const verdictsOf = (report: { items: readonly { outcome: string; backupId?: string }[] }) =>
  report.items.map(({ outcome, backupId }) => `${outcome} ${backupId}`).sort();

describe('a backup that someone deleted by hand', () => {
  it('is noticed by pruning, recorded as lost, and reported', async () => {
    const world = await open({ policies, volumes: 2 });
    await runSlots(world, 2);
    world.control.removeBackup(newest(world));
    const report = await prune(world, { trigger: 'schedule' });
    expect(report.items.filter(({ outcome }) => outcome === 'lost')).toMatchObject([
      { reason: 'someone else deleted it' },
    ]);
    expect((await storyOf(world)).filter((line) => line.startsWith('lost'))).toHaveLength(1);
    expect(await audit(world)).toEqual([]);
  });

  it('is noticed too when it was the last of its volume', async () => {
    const world = await open({ policies, volumes: 2 });
    await runSlots(world, 1);
    world.control.removeBackup(newest(world));
    const report = await prune(world);
    expect(report.counts.lost).toBe(1);
    expect(await audit(world)).toEqual([]);
  });

  it('while it was being made is a failed attempt, and the slot is tried again', async () => {
    const world = await open({ policies, volumes: 1, cloud: { durations: { fullSeconds: 300 } } });
    await follow(world);
    await world.pass(HOUR_MS);
    const work = follow(world);
    await world.pass(MINUTE_MS);
    world.control.removeBackup(newest(world));
    world.control.setVolumeStatus(world.volumeIds[0] as string, 'available');
    await work;
    await settle(world);
    expect(await storyOf(world)).toEqual([
      'failed#1 (someone deleted the backup while it was being made)',
      'available#2',
    ]);
    expect(await audit(world)).toEqual([]);
  });

  it('while its own deletion was waiting is deleted all the same', async () => {
    const world = await open({ policies: policyText('nightly', { full: 'always' }), volumes: 1 });
    await runSlots(world, 4);
    const oldest = world.control.backups().at(-1)?.id ?? '';
    world.control.removeBackup(oldest);
    await prune(world);
    expect((await storyOf(world))[0]).toMatch(/^(lost|deleted)#1/);
    expect(await audit(world)).toEqual([]);
  });
});

describe('a backup of ours that the catalog does not know', () => {
  it('is adopted by pruning', async () => {
    const world = await open({ policies, volumes: 1 });
    await runSlots(world, 3);
    const empty = createMemoryCatalog();
    const forgetful = await world.another({ catalog: empty });
    const report = await prune(world, {}, forgetful);
    expect(report.counts.adopted).toBe(3);
    const records = await empty.listVolumeRecords('prod', world.volumeIds[0] as string);
    expect(records.map(({ state, type }) => `${state} ${type}`)).toEqual([
      'available full',
      'available incremental',
      'available incremental',
    ]);
  });

  it('and whose catalog record says that it failed is good again', async () => {
    const world = await open({ policies, volumes: 1 });
    await follow(world);
    await world.pass(HOUR_MS);
    world.control.addFault({
      match: { operation: 'create-backup' },
      times: 1,
      effect: { dropRequest: true },
    });
    await settle(world);
    const [failed] = await world.records();
    world.control.addForeignBackup({ volumeId: failed?.volumeId ?? '', name: failed?.name ?? '' });
    await prune(world);
    expect((await storyOf(world))[0]).toMatch(/^available#1/);
    expect((await audit(world)).filter((line) => !line.startsWith('twice'))).toEqual([]);
  });
});

describe('rebuild', () => {
  it('from an empty catalog makes pruning decide as before', async () => {
    const world = await open({ policies, volumes: 3 });
    await runSlots(world, 8);
    world.control.addForeignBackup({ volumeId: world.volumeIds[0] as string, name: 'by hand' });
    const before = await prune(world, { dryRun: true });
    const rebuilt = await world.another({ catalog: createMemoryCatalog() });
    const report = await rebuildCatalog({}, world.run(), rebuilt);
    const after = await prune(world, { dryRun: true }, rebuilt);
    expect(report.counts.adopted).toBe(24);
    expect(after.counts).toEqual(before.counts);
    expect(verdictsOf(after)).toEqual(verdictsOf(before));
    expect(verdictsOf(after)).not.toEqual([]);
  });

  it('makes no slot again that a backup tells of', async () => {
    const world = await open({ policies, volumes: 2 });
    await runSlots(world, 2);
    const rebuilt = await world.another({ catalog: createMemoryCatalog() });
    await rebuildCatalog({}, world.run(), rebuilt);
    world.control.requests.reset();
    await follow(world, rebuilt);
    expect(world.control.requests.countOf('create-backup')).toBe(0);
  });

  it('has failed leftovers cleared, and takes up what is being made', async () => {
    const world = await open({ policies, volumes: 2, cloud: { durations: { fullSeconds: 600 } } });
    await follow(world);
    await world.pass(HOUR_MS);
    world.control.addFault({ match: { volumeName: 'vol-0' }, effect: { fail: { reason: 'no space' } } });
    void follow(world, await world.another({ owner: 'dies' })).catch(() => undefined);
    await world.pass(10 * MINUTE_MS - 1);
    const catalog = createMemoryCatalog();
    const rebuilt = await world.another({ catalog });
    await rebuildCatalog({}, world.run(), rebuilt);
    const states = await Promise.all(
      world.volumeIds.map(async (id) =>
        (await catalog.listVolumeRecords('prod', id)).map(({ state }) => state),
      ),
    );
    expect(states.flat()).toEqual(['creating', 'creating']);
  });

  it('changes nothing in a catalog that is whole, and nothing at all in a dry run', async () => {
    const world = await open({ policies, volumes: 2 });
    await runSlots(world, 3);
    const before = await world.records();
    const dry = await rebuildCatalog(
      { dryRun: true },
      world.run(),
      await world.another({ catalog: createMemoryCatalog() }),
    );
    expect(dry.counts.adopted).toBe(6);
    const report = await rebuildCatalog({}, world.run(), world.deps);
    expect(report.counts.adopted).toBeUndefined();
    expect(await world.records()).toEqual(before);
  });
});

/** The same cloud with other lists of backups. */
function listing(world: World, list: Cloud['listBackups']) {
  return world.another({
    wrap: ({ cloud, ...outside }) => ({
      ...outside,
      cloud: new Proxy(cloud, {
        get: (target, key) => (key === 'listBackups' ? list : Reflect.get(target, key)),
      }),
    }),
  });
}

/** Lists leave these backups out. */
function hiding(world: World, isHidden: (id: string) => boolean) {
  return listing(world, list);
  async function* list(query?: BackupQuery) {
    const cloud = await world.deps.openCloud('prod');
    for await (const page of cloud.listBackups(query)) {
      yield page.filter(({ id }) => !isHidden(id));
    }
  }
}

describe('a list that was read before a backup went', () => {
  it.each([
    ['a good one', false],
    ['what a failed attempt left', true],
  ])('does not bring %s back', async (_what, fails) => {
    const world = await open({ policies: policyText('nightly', { full: 'always' }), volumes: 1 });
    await runSlots(world, 1);
    const cloud = await world.deps.openCloud('prod');
    if (fails) world.control.addFault({ times: 1, effect: { fail: { reason: 'no space' } } });
    await runSlots(world, 1);
    const before = await Array.fromAsync(cloud.listBackups());
    await settle(world);
    await runSlots(world, 3);
    await prune(world);
    const records = await world.records();
    async function* list() {
      yield* before;
    }
    const report = await prune(world, {}, await listing(world, list));
    expect([report.counts.adopted, report.counts.lost]).toEqual([undefined, undefined]);
    expect(await world.records()).toEqual(records);
  });
});

describe('a backup of ours in error', () => {
  it('that was good stays, and is told of: whoever tried to delete it may want to know', async () => {
    const world = await open({ policies, volumes: 1 });
    await runSlots(world, 2);
    world.control.setBackup(newest(world), { status: 'error', fail_reason: 'the object store is down' });
    const report = await prune(world);
    expect(report.warnings.join()).toContain(`a backup of ours was good and is in error now`);
    expect(report.warnings.join()).toContain(newest(world));
    await settle(world);
    expect(world.control.backups()).toHaveLength(2);
  });

  it.each([
    ['unknown to the catalog is taken for a failed attempt and cleared away', undefined, 1],
    ['is not cleared away when someone pinned it', { reason: 'the auditor asked' }, 2],
  ])('%s', async (_rule, pin, left) => {
    const world = await open({ policies: policyText('nightly', { full: 'always' }), volumes: 1 });
    await runSlots(world, 2);
    const [, slotAt] = (await world.records()).map((record) => record.slotAt);
    const marker = { deployment: 'acme', policy: 'nightly', slotAt: slotAt ?? new Date(0) };
    const metadata = markerMetadata({ ...marker, ...(pin && { pin }) });
    world.control.setBackup(newest(world), { status: 'error', metadata });
    const forgetful = await world.another({ catalog: createMemoryCatalog() });
    await prune(world, {}, forgetful);
    await follow(world, forgetful);
    expect(world.control.backups()).toHaveLength(left);
  });
});

describe('a list that lacks backups which the catalog knows', () => {
  it('proves nothing: a backup is lost only when the cloud says so of its id', async () => {
    const world = await open({ policies, volumes: 1 });
    await runSlots(world, 3);
    const before = await world.records();
    const hidden = newest(world);
    const report = await prune(world, {}, await hiding(world, (id) => id === hidden));
    expect(report.counts.lost).toBeUndefined();
    expect(await world.records()).toEqual(before);
  });

  it('and all others too is a failure of the run, and nothing is decided', async () => {
    const world = await open({ policies, volumes: 1 });
    await runSlots(world, 3);
    const before = await world.records();
    const report = await prune(world, {}, await hiding(world, () => true));
    expect(failuresOf(report).join()).toContain('it lists no backup at all');
    expect(await world.records()).toEqual(before);
  });
});
