import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import { describeOrigin } from '../../../lambdas/app/export-catalog.ts';
import { importCatalog } from '../../../lambdas/app/import-catalog.ts';
import type { Catalog, CatalogEntry, CatalogOrigin } from '../../../lambdas/app/ports.ts';
import { rebuildCatalog } from '../../../lambdas/app/rebuild-catalog.ts';
import { InvalidRequestError } from '../../../lambdas/app/request-error.ts';
import type { Dependencies } from '../../../lambdas/app/run.ts';
import { arbitraryRecord } from '../../contracts/arbitrary-records.ts';
import { aRestore } from '../../contracts/catalog-samples.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { policyText, type World } from '../../support/world.ts';
import { follow, pin, prune, runSlots } from '../../support/world-steps.ts';

const open = useWorlds();
const policies = policyText('nightly', {
  keep: '{ semantics: restic, last: 2 }',
  full: 'always',
  guards: '{ maxDeleteShare: 1 }',
});

interface Export {
  readonly origin: CatalogOrigin;
  readonly entries: readonly CatalogEntry[];
}

async function exportFrom(deps: Dependencies): Promise<Export> {
  return { origin: await describeOrigin(deps), entries: await entriesOf(deps.catalog) };
}

async function entriesOf(catalog: Catalog): Promise<readonly CatalogEntry[]> {
  const entries = (await Array.fromAsync(catalog.listEntries())).flat();
  const keyOf = (entry: CatalogEntry) => JSON.stringify(entry);
  return entries.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

async function read(world: World, { origin, entries }: Export, deps: Dependencies, dryRun = false) {
  const pages = (async function* () {
    yield entries;
  })();
  return importCatalog({ origin, entries: pages, dryRun }, world.run(), deps);
}

async function openWithHistory(): Promise<World> {
  const world = await open({ policies, volumes: 2 });
  await runSlots(world, 4);
  await prune(world, { trigger: 'schedule' });
  return world;
}

const emptyDeps = (world: World) => world.another({ catalog: createMemoryCatalog() });
const backupCount = ({ control }: World) => control.backups().length;

describe('an exported catalog, read into an empty one,', () => {
  it('is the same catalog, but that every volume is up for a decision', async () => {
    const world = await openWithHistory();
    const exported = await exportFrom(world.deps);
    const into = await emptyDeps(world);
    const report = await read(world, exported, into);
    expect(report.counts).toEqual({ imported: exported.entries.length });
    const withoutDecision = (entries: readonly CatalogEntry[]) =>
      entries.map(({ kind, value }) => ({ kind, value: { ...value, decideAt: undefined } }));
    expect(withoutDecision(await entriesOf(into.catalog))).toEqual(withoutDecision(exported.entries));
    for (const volumeId of world.volumeIds) {
      expect((await into.catalog.getVolume('prod', volumeId))?.decideAt).toEqual(world.clock.now());
    }
  });

  it('is the same whatever records it has, as long as nothing was under way', async () => {
    const world = await open({ policies });
    const isSettled = ({ state }: { state: string }) =>
      !['waiting', 'creating', 'stuck', 'deleting'].includes(state);
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryRecord.filter(isSettled), { maxLength: 20 }), async (records) => {
        const from = await emptyDeps(world);
        for (const value of records) await from.catalog.insertEntry({ kind: 'record', value });
        const exported = await exportFrom(from);
        const into = await emptyDeps(world);
        await read(world, exported, into);
        expect(await entriesOf(into.catalog)).toEqual(exported.entries);
      }),
      { numRuns: 30 },
    );
  });

  it('makes no slot again, and pruning goes on where it was', async () => {
    const world = await openWithHistory();
    const into = await emptyDeps(world);
    await read(world, await exportFrom(world.deps), into);
    world.control.requests.reset();
    await follow(world, into);
    expect(world.control.requests.countOf('create-backup')).toBe(0);
    await runSlots(world, 1, into);
    const { counts } = await prune(world, { trigger: 'schedule' }, into);
    expect(counts).toMatchObject({ deleted: 2 });
  });

  it('deletes nothing because of what was decided when it was written', async () => {
    const world = await openWithHistory();
    const [record] = (await world.records()).filter(({ state }) => state === 'available');
    if (record === undefined) throw new Error('no record');
    await world.catalog.save({ ...record, state: 'deleting', reason: 'expired then' });
    const exported = await exportFrom(world.deps);
    await world.catalog.save({ ...record, version: record.version + 1 });
    await pin(world, record.backupId as string);
    const into = await emptyDeps(world);
    await read(world, exported, into);
    const before = backupCount(world);
    await follow(world, into);
    await prune(world, {}, into);
    expect(backupCount(world)).toBe(before);
  });

  it('goes on with no restore', async () => {
    const world = await openWithHistory();
    const volumeId = world.volumeIds[0] as string;
    await world.catalog.saveRestore(aRestore({ volumeId, into: 'existing', targetId: volumeId }));
    const into = await emptyDeps(world);
    await read(world, await exportFrom(world.deps), into);
    world.control.requests.reset();
    await follow(world, into);
    expect(world.control.requests.countOf('restore-backup')).toBe(0);
    expect(await into.catalog.listRestores('prod', volumeId)).toMatchObject([{ state: 'failed' }]);
  });
});

describe('an exported catalog, read into one that goes on,', () => {
  it('changes nothing of what is there', async () => {
    const world = await openWithHistory();
    const exported = await exportFrom(world.deps);
    await runSlots(world, 2);
    await prune(world, { trigger: 'schedule' });
    const before = await entriesOf(world.catalog);
    const report = await read(world, exported, world.deps);
    expect(report.counts).toEqual({ kept: exported.entries.length });
    expect(await entriesOf(world.catalog)).toEqual(before);
  });

  it('completes what a rebuild had to leave out, once', async () => {
    const world = await openWithHistory();
    const exported = await exportFrom(world.deps);
    const rebuilt = await emptyDeps(world);
    await rebuildCatalog({}, world.run(), rebuilt);
    const dry = await read(world, exported, rebuilt, true);
    const report = await read(world, exported, rebuilt);
    expect(dry.counts).toEqual(report.counts);
    expect(report.counts).toMatchObject({ merged: 5, imported: expect.any(Number) });
    const records = await rebuilt.catalog.listVolumeRecords('prod', world.volumeIds[0] as string);
    expect(records.map(({ state, trigger, whyFull }) => `${state} ${trigger} ${whyFull}`)).toEqual([
      'deleted schedule no-parent',
      'deleted schedule planned',
      'available schedule planned',
      'available schedule planned',
    ]);
    expect((await read(world, exported, rebuilt)).counts).toEqual({ kept: exported.entries.length });
  });

  it('gives a pin back that only the catalog had', async () => {
    const world = await open({ policies, volumes: 1, cloud: { maxMicroversion: '3.8' } });
    await runSlots(world, 4);
    const oldest = world.control.backups().at(-1)?.id as string;
    await pin(world, oldest);
    const exported = await exportFrom(world.deps);
    const rebuilt = await emptyDeps(world);
    await rebuildCatalog({}, world.run(), rebuilt);
    await read(world, exported, rebuilt);
    await prune(world, {}, rebuilt);
    expect(world.control.backups().map(({ id }) => id)).toContain(oldest);
    expect(backupCount(world)).toBe(3);
  });

  it('writes nothing in a dry run, and says the same', async () => {
    const world = await openWithHistory();
    const exported = await exportFrom(world.deps);
    const into = await emptyDeps(world);
    const report = await read(world, exported, into, true);
    expect(report).toMatchObject({ dryRun: true, counts: { imported: exported.entries.length } });
    expect(await entriesOf(into.catalog)).toEqual([]);
  });
});

describe('an exported catalog is refused, and nothing is written,', () => {
  it.each([
    ['of another deployment', { deployment: 'other' }, 'is of deployment other, but the config is of acme'],
    [
      'of another project',
      { projectIds: { prod: 'f'.repeat(32) } },
      `knows cloud prod as project ${'f'.repeat(32)}`,
    ],
  ])('%s', async (_case, parts, message) => {
    const world = await openWithHistory();
    const exported = await exportFrom(world.deps);
    for (const into of [await emptyDeps(world), world.deps]) {
      const before = await entriesOf(into.catalog);
      const foreign = { ...exported, origin: { ...exported.origin, ...parts } };
      await expect(read(world, foreign, into)).rejects.toThrow(InvalidRequestError);
      await expect(read(world, foreign, into)).rejects.toThrow(message);
      expect(await entriesOf(into.catalog)).toEqual(before);
    }
  });

  it('but read in where the cloud cannot be asked, with a warning', async () => {
    const world = await openWithHistory();
    const exported = await exportFrom(world.deps);
    const offline: Dependencies = {
      ...(await emptyDeps(world)),
      openCloud: async () => {
        throw new Error('no route to host');
      },
    };
    const report = await read(world, exported, offline);
    expect(report.warnings).toEqual([expect.stringContaining('no route to host')]);
    expect(report.counts.imported).toBe(exported.entries.length);
  });

  it('and so is none for a cloud that is not in the config, with a warning', async () => {
    const world = await openWithHistory();
    const { origin, entries } = await exportFrom(world.deps);
    const exported = { entries, origin: { ...origin, projectIds: { ...origin.projectIds, old: 'p' } } };
    const report = await read(world, exported, await emptyDeps(world));
    expect(report.warnings).toEqual([
      expect.stringContaining('cloud old of the export is not in the config'),
    ]);
  });
});
