import { describe, expect, it } from 'vitest';
import { exportRecords } from '../../../lambdas/app/export-records.ts';
import { importRecords } from '../../../lambdas/app/import-records.ts';
import type { BackupExport, RecordsOrigin } from '../../../lambdas/app/ports.ts';
import { InvalidRequestError } from '../../../lambdas/app/request-error.ts';
import type { Dependencies } from '../../../lambdas/app/run.ts';
import type { RunReport } from '../../../lambdas/app/run-report.ts';
import { takeLease } from '../../../lambdas/app/work/lease.ts';
import { createPowerSupply } from '../../support/power-cut.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { policyText, type World, type WorldOptions } from '../../support/world.ts';
import { failuresOf, follow, pin, prune, runSlots } from '../../support/world-steps.ts';

const open = useWorlds();
const policies = policyText('nightly', {
  keep: '{ semantics: restic, last: 2 }',
  full: '{ every: 3 }',
  guards: '{ maxDeleteShare: 1 }',
});

interface Exported {
  readonly origin: RecordsOrigin;
  readonly records: readonly BackupExport[];
  readonly report: RunReport;
}

async function openWithChains(options: Partial<WorldOptions> = {}) {
  const world = await open({ policies, volumes: 2, ...options });
  await runSlots(world, 5);
  const admin = await world.another({ isAdministrator: true });
  return { world, admin };
}

async function exportFrom(world: World, deps: Dependencies): Promise<Exported> {
  const { origin, records, finish } = await exportRecords('prod', world.run(), deps);
  const all = (await Array.fromAsync(records)).flat();
  return { origin, records: all, report: finish() };
}

function read(
  world: World,
  { origin, records }: Pick<Exported, 'origin' | 'records'>,
  deps: Dependencies,
  dryRun = false,
) {
  const pages = (async function* () {
    yield records;
  })();
  return importRecords({ origin, records: pages, dryRun }, world.run(), deps);
}

/** What the cloud shows of every backup, and its parent, which it does not show. */
async function shownOf(world: World) {
  const cloud = await world.deps.openCloud('prod');
  const shown = (await Array.fromAsync(cloud.listBackups())).flat();
  const parents = new Map(world.control.backups().map(({ id, parent_id }) => [id, parent_id]));
  return shown.map((backup) => ({ ...backup, parentId: parents.get(backup.id) }));
}

function loseDatabase({ control }: World): void {
  for (const { id } of control.backups()) control.forgetBackup(id);
}

describe('records of backups', () => {
  it('are exported of all of ours and of what they may be based on, each once, with its parent', async () => {
    const { world, admin } = await openWithChains();
    const [theirs] = [world.control.addForeignBackup({ volumeId: world.volumeIds[1] as string })];
    const { records, report, origin } = await exportFrom(world, admin);
    expect(origin).toMatchObject({ deployment: 'acme', cloud: 'prod' });
    expect(report.counts).toEqual({ exported: 10 });
    expect(records.map(({ backupId }) => backupId)).not.toContain(theirs);
    const parents = new Map(world.control.backups().map(({ id, parent_id }) => [id, parent_id ?? undefined]));
    for (const { backupId, parentId } of records) expect(parentId).toBe(parents.get(backupId));
  });

  it('are exported of a foreign parent too, even where we infer another one', async () => {
    const { world, admin } = await openWithChains({
      policies: policyText('nightly', { chain: '{ allowForeignParent: true }' }),
    });
    const volumeId = world.volumeIds[0] as string;
    const foreign = world.control.addForeignBackup({ volumeId });
    await runSlots(world, 1, await world.another());
    const child = world.control.backups().find(({ parent_id }) => parent_id === foreign);
    expect(child).toBeDefined();
    // As if the flags and stamps spoke for another parent.
    const early = (world.control.backups().at(-1)?.created_at ?? 0) - 10;
    world.control.setBackup(foreign, { data_timestamp: early });
    const { records } = await exportFrom(world, admin);
    expect(records.map(({ backupId }) => backupId)).toContain(foreign);
  });

  it('are skipped of what is not finished, and that is no failure', async () => {
    const { world, admin } = await openWithChains();
    world.control.setBackup(world.control.backups()[0]?.id ?? '', { status: 'creating' });
    const { report } = await exportFrom(world, admin);
    expect(report).toMatchObject({ counts: { exported: 9, skipped: 1 }, failedCount: 0 });
    expect(report.items).toMatchObject([{ reason: 'its status is creating' }]);
  });

  it('that the cloud does not give for another cause are failures', async () => {
    const { world, admin } = await openWithChains();
    world.control.stopBackupService();
    const { report } = await exportFrom(world, admin);
    expect(report.failedCount).toBe(10);
    expect(failuresOf(report)[0]).toContain('Service cinder-backup could not be found');
  });

  it.each([
    ['exported', (world: World, deps: Dependencies) => exportFrom(world, deps)],
    [
      'imported',
      async (world: World, deps: Dependencies) => {
        const exported = await exportFrom(world, await world.another({ isAdministrator: true }));
        loseDatabase(world);
        return read(world, exported, deps);
      },
    ],
  ])('are %s by administrators only, which is said once and clearly', async (_what, work) => {
    const { world } = await openWithChains();
    const refused = await work(world, await world.another()).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidRequestError);
    expect(String(refused)).toContain("its credential is not an administrator's in the project");
  });
});

describe('a cloud that has lost its database', () => {
  it.each(['3.71', '3.43', '3.42', '3.0'])(
    'is told of all backups again, exactly as they were, at %s',
    async (maxMicroversion) => {
      const { world, admin } = await openWithChains({ cloud: { maxMicroversion } });
      const pinned = world.control.backups().at(-1)?.id ?? '';
      await pin(world, pinned);
      const before = await shownOf(world);
      const exported = await exportFrom(world, admin);
      loseDatabase(world);
      expect(world.control.backups()).toEqual([]);
      const report = await read(world, exported, admin);
      expect(report).toMatchObject({ counts: { imported: 10 }, failedCount: 0 });
      expect(await shownOf(world)).toEqual(before);
      expect((await read(world, exported, admin)).counts).toEqual({ kept: 10 });
    },
  );

  it('is told of parents before their children', async () => {
    const { world, admin } = await openWithChains();
    const exported = await exportFrom(world, admin);
    loseDatabase(world);
    const seen: string[] = [];
    const watching = await world.another({
      isAdministrator: true,
      wrap: (outside) => ({
        ...outside,
        cloud: new Proxy(outside.cloud, {
          get: (cloud, key) =>
            key !== 'importBackup'
              ? Reflect.get(cloud, key)
              : (record: BackupExport) => {
                  const { parentId } = record;
                  const parent = world.control.backups().find(({ id }) => id === parentId);
                  if (parentId !== undefined) expect(parent?.status).toBe('available');
                  seen.push(record.backupId);
                  return cloud.importBackup(record);
                },
        }),
      }),
    });
    await read(world, { ...exported, records: exported.records.toReversed() }, watching);
    expect(seen).toHaveLength(10);
  });

  it('goes on with the same retention, and with incrementals on the old chains', async () => {
    const { world, admin } = await openWithChains();
    const exported = await exportFrom(world, admin);
    const before = await prune(world, { dryRun: true });
    loseDatabase(world);
    await read(world, exported, admin);
    expect((await prune(world, { dryRun: true })).counts).toEqual(before.counts);
    const [report] = await runSlots(world, 1, await world.another());
    expect(report?.items.map(({ type }) => type)).toEqual(['incremental', 'incremental']);
  });

  it('in which backups were noted as lost meanwhile has them back in the catalog', async () => {
    const { world, admin } = await openWithChains();
    const exported = await exportFrom(world, admin);
    const [volumeId] = world.volumeIds;
    for (const { id, volume_id } of world.control.backups())
      if (volume_id === volumeId) world.control.forgetBackup(id);
    await prune(world);
    const lost = (await world.records()).filter(({ state }) => state === 'lost');
    expect(lost.length).toBeGreaterThan(0);
    await read(world, exported, admin);
    await prune(world, { dryRun: false, maxDeletes: 0 });
    const back = (await world.records()).filter(({ backupId }) =>
      lost.some((one) => one.backupId === backupId),
    );
    expect(new Set(back.map(({ state }) => state))).toEqual(new Set(['available']));
  });

  it('is foreseen by a dry run, which tells the cloud nothing', async () => {
    const { world, admin } = await openWithChains();
    const exported = await exportFrom(world, admin);
    loseDatabase(world);
    const orphan = exported.records.find(({ parentId }) => parentId === undefined) as BackupExport;
    const records = exported.records.filter((record) => record !== orphan);
    const report = await read(world, { ...exported, records }, admin, true);
    expect(report.dryRun).toBe(true);
    expect(report.failedCount).toBeGreaterThan(0);
    expect(failuresOf(report)[0]).toContain('is neither in the file nor in the cloud');
    expect(world.control.backups()).toEqual([]);
    const counts = { ...report.counts };
    expect((await read(world, { ...exported, records }, admin)).counts).toEqual(counts);
  });

  it('and refuses some is told of all the others, but of none that is based on these', async () => {
    const { world, admin } = await openWithChains();
    const exported = await exportFrom(world, admin);
    loseDatabase(world);
    const broken = exported.records.map((record) =>
      record.parentId === undefined && record.volumeId === world.volumeIds[0]
        ? { ...record, url: 'bm90aGluZw==' }
        : record,
    );
    const report = await read(world, { ...exported, records: broken }, admin);
    expect(report.counts.imported).toBe(5);
    expect(failuresOf(report).filter((line) => line.includes("Can't parse backup record"))).toHaveLength(2);
    expect(failuresOf(report).filter((line) => line.includes('could not be imported'))).toHaveLength(3);
  });

  it('without an answer to an import is looked at before it is given up', async () => {
    const { world, admin } = await openWithChains();
    const exported = await exportFrom(world, admin);
    loseDatabase(world);
    const fault = { match: { operation: 'import-backup' as const }, times: 1 };
    world.control.addFault({ ...fault, effect: { dropAnswer: true } });
    expect((await read(world, exported, admin)).counts).toEqual({ imported: 10 });
    loseDatabase(world);
    world.control.addFault({ ...fault, effect: { dropRequest: true } });
    const report = await read(world, exported, admin);
    expect(report.failedCount).toBeGreaterThan(0);
    expect((await read(world, exported, admin)).failedCount).toBe(0);
    expect(world.control.backups()).toHaveLength(10);
  });

  it('is told of the rest by the next run when the power goes at any call', async () => {
    const { world, admin } = await openWithChains();
    const before = await shownOf(world);
    const exported = await exportFrom(world, admin);
    let cuts = 0;
    for (let cutAt = 1; ; cutAt += 1) {
      loseDatabase(world);
      const power = createPowerSupply(cutAt);
      const doomed = await world.another({ isAdministrator: true, wrap: power.wrap, owner: 'dies' });
      const end = await Promise.race([power.cut, read(world, exported, doomed)]);
      await world.pass(120_000); // the lease of the dead
      expect((await read(world, exported, admin)).failedCount, `cut at call ${cutAt}`).toBe(0);
      expect(await shownOf(world), `cut at call ${cutAt}`).toEqual(before);
      if (end !== 'cut') break;
      cuts += 1;
    }
    expect(cuts).toBeGreaterThan(20);
  });
});

describe('records are not imported, and the cloud is told nothing,', () => {
  it.each([
    ['of another deployment', { deployment: 'other' }, 'of deployment other, but the config is of acme'],
    ['of another project', { projectId: 'f'.repeat(32) }, 'to which the backups would belong then'],
    [
      'of a cloud that is not in the config',
      { cloud: 'elsewhere' },
      'there is no cloud "elsewhere"; there is prod',
    ],
  ])('%s', async (_what, parts, message) => {
    const { world, admin } = await openWithChains();
    const exported = await exportFrom(world, admin);
    loseDatabase(world);
    const foreign = { ...exported, origin: { ...exported.origin, ...parts } };
    await expect(read(world, foreign, admin)).rejects.toThrow(message);
    expect(world.control.backups()).toEqual([]);
  });

  it('while a run is at work, which would see chains without their ends', async () => {
    const { world, admin } = await openWithChains();
    const exported = await exportFrom(world, admin);
    loseDatabase(world);
    const lease = await takeLease('prod', await world.another({ owner: 'the daemon' }));
    await expect(read(world, exported, admin)).rejects.toThrow('a run is at work there; stop the daemon');
    await lease?.release();
    expect((await read(world, exported, admin)).failedCount).toBe(0);
  });

  it('and no worker begins while they are', async () => {
    const { world, admin } = await openWithChains();
    const exported = await exportFrom(world, admin);
    loseDatabase(world);
    const reading = read(world, exported, admin);
    await world.pass(10);
    const rival = await world.another({ owner: 'the daemon' });
    expect(await takeLease('prod', rival)).toBeUndefined();
    await reading;
    await follow(world, rival);
  });
});
