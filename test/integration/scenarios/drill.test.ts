import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import { describeOrigin } from '../../../lambdas/app/export-catalog.ts';
import { exportRecords } from '../../../lambdas/app/export-records.ts';
import { importCatalog } from '../../../lambdas/app/import-catalog.ts';
import { importRecords } from '../../../lambdas/app/import-records.ts';
import type { BackupExport, CatalogEntry, CatalogOrigin, RecordsOrigin } from '../../../lambdas/app/ports.ts';
import { rebuildCatalog } from '../../../lambdas/app/rebuild-catalog.ts';
import type { Dependencies } from '../../../lambdas/app/run.ts';
import { openWorld, policyText, type World } from '../../support/world.ts';
import { pin, prune, runSlots } from '../../support/world-steps.ts';

const policies = policyText('nightly', {
  keep: '{ semantics: restic, last: 2 }',
  full: '{ every: 3 }',
  guards: '{ maxDeleteShare: 1 }',
});
const SLOTS = 5;
const dataPath = mkdtempSync(join(tmpdir(), 'cinderkeep-drill-'));

async function* inOnePage<Value>(values: readonly Value[]) {
  yield values;
}

/** What pruning would do, and why. */
async function planOf(world: World, deps: Dependencies): Promise<readonly string[]> {
  const { items, counts } = await prune(world, { dryRun: true }, deps);
  const lines = items.map(({ outcome, backupId, reason }) => `${outcome} ${backupId}: ${reason}`);
  return [JSON.stringify(counts), ...lines.toSorted()];
}

/** The drill of docs/disaster.md, one step after the other. */
describe('the drill', () => {
  let world: World;
  let rebuilt: Dependencies;
  let before: readonly string[];
  /** By the id of each backup: a digest of the volume as it was then. */
  const digests = new Map<string, string>();
  let catalog: { readonly origin: CatalogOrigin; readonly entries: readonly CatalogEntry[] };
  let records: { readonly origin: RecordsOrigin; readonly all: readonly BackupExport[] };

  afterAll(async () => {
    await world.close();
    rmSync(dataPath, { recursive: true, force: true });
  });

  it('begins with backups of volumes whose bytes are known; one of them is pinned', async () => {
    world = await openWorld({ policies, volumes: 2, cloud: { dataPath } });
    for (let slot = 1; slot <= SLOTS; slot += 1) {
      for (const id of world.volumeIds)
        world.control.writeVolume(id, slot * 100_000, Buffer.from(`${slot} of ${id}`));
      await runSlots(world, 1);
      for (const { id, volume_id } of world.control.backups())
        if (!digests.has(id)) digests.set(id, world.control.digestVolume(volume_id));
    }
    expect(new Set(digests.values()).size).toBe(SLOTS * 2);
    await pin(world, world.control.backups().at(-1)?.id ?? '', { reason: 'drill' });
    before = await planOf(world, world.deps);
    expect(before.filter((line) => line.includes('pinned: drill'))).toHaveLength(1);
    expect(before.filter((line) => line.startsWith('deleting'))).toHaveLength(5);
  });

  it('exports the catalog, and as an administrator the cloud’s own records', async () => {
    catalog = {
      origin: await describeOrigin(world.deps),
      entries: (await Array.fromAsync(world.deps.catalog.listEntries())).flat(),
    };
    const admin = await world.another({ isAdministrator: true });
    const exported = await exportRecords('prod', world.run(), admin);
    records = { origin: exported.origin, all: (await Array.fromAsync(exported.records)).flat() };
    expect(exported.finish().counts).toEqual({ exported: SLOTS * 2 });
  });

  it('loses the catalog: rebuilt, pruning plans the same', async () => {
    rebuilt = await world.another({ catalog: createMemoryCatalog() });
    await rebuildCatalog({}, world.run(), rebuilt);
    expect(await planOf(world, rebuilt)).toEqual(before);
  });

  it('reads the export in: the history is back, and pruning plans the same', async () => {
    const request = { origin: catalog.origin, entries: inOnePage(catalog.entries) };
    const report = await importCatalog(request, world.run(), rebuilt);
    expect(report.counts.merged).toBeGreaterThanOrEqual(SLOTS * 2);
    expect(await planOf(world, rebuilt)).toEqual(before);
    const [oldest] = await rebuilt.catalog.listVolumeRecords('prod', world.volumeIds[0] as string);
    expect(oldest).toMatchObject({ trigger: 'schedule', whyFull: 'no-parent' });
  });

  it('loses the cloud’s database, but not its storage: all backups are told of again, and each restores its bytes', async () => {
    const startAt = world.clock.now().toISOString();
    await world.close();
    rmSync(join(dataPath, 'database'), { recursive: true });
    world = await openWorld({ policies, startAt, cloud: { dataPath }, catalog: rebuilt.catalog });
    expect(world.control.backups()).toEqual([]);

    const admin = await world.another({ isAdministrator: true });
    const request = { origin: records.origin, records: inOnePage(records.all) };
    const report = await importRecords(request, world.run(), admin);
    expect(report).toMatchObject({ counts: { imported: SLOTS * 2 }, failedCount: 0 });

    const cloud = await world.deps.openCloud('prod');
    for (const [backupId, digest] of digests) {
      const volumeId = world.addVolume();
      expect(await cloud.restoreBackup(backupId, { volumeId })).toEqual({ outcome: 'accepted' });
      await world.pass(60_000);
      expect(world.control.digestVolume(volumeId), `restored ${backupId}`).toBe(digest);
    }
  });

  it('ends with a catalog and a cloud that agree: nothing is lost, nothing is adopted, nothing is deleted', async () => {
    const { counts } = await prune(world, { dryRun: true });
    // The volumes are gone with the database, and onVolumeGone keeps their backups.
    expect(counts).toEqual({ kept: SLOTS * 2 });
  });
});
