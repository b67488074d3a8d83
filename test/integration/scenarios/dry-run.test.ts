import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import { createBackups } from '../../../lambdas/app/create-backups.ts';
import { planWork } from '../../../lambdas/app/plan-work.ts';
import type { Catalog } from '../../../lambdas/app/ports.ts';
import type { RunReport } from '../../../lambdas/app/run-report.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { policyText, type World } from '../../support/world.ts';
import { prune, runSlots } from '../../support/world-steps.ts';

const open = useWorlds();
const policies = policyText('nightly', {
  keep: '{ semantics: restic, last: 2 }',
  full: '{ every: 3 }',
  guards: '{ maxDeleteShare: 1 }',
});
const WRITES = [
  'save',
  'noteVolume',
  'settleDecision',
  'saveSlot',
  'savePolicy',
  'saveCloud',
  'takeLease',
  'releaseLease',
];

/** A catalog that tells of every write. */
function createWatchedCatalog(): { catalog: Catalog; writes: string[] } {
  const writes: string[] = [];
  const catalog = new Proxy(createMemoryCatalog(), {
    get(target, key) {
      if (WRITES.includes(String(key))) writes.push(String(key));
      return Reflect.get(target, key);
    },
  });
  return { catalog, writes };
}

async function openWatched(slots: number): Promise<{ world: World; writes: string[] }> {
  const { catalog, writes } = createWatchedCatalog();
  const world = await open({ policies, volumes: 3, catalog });
  await runSlots(world, slots);
  // Something of every kind: lost, foreign, adopted.
  world.control.removeBackup(world.control.backups()[0]?.id ?? '');
  world.control.addForeignBackup({ volumeId: world.volumeIds[1] as string, name: 'by hand' });
  writes.length = 0;
  world.control.requests.reset();
  return { world, writes };
}

const changes = (world: World) =>
  world.control.requests.list().filter(({ method, path }) => method !== 'GET' && !path.includes('/auth/'));
const deletedIds = ({ items }: RunReport) =>
  items
    .filter(({ outcome }) => ['deleting', 'deleted'].includes(outcome))
    .map(({ backupId }) => backupId)
    .sort();

describe('a dry run', () => {
  it('of pruning names exactly what the real run then deletes, holds and keeps, and changes nothing', async () => {
    const { world, writes } = await openWatched(7);
    const cloud = JSON.stringify(world.control.backups());
    const dry = await prune(world, { dryRun: true });
    expect(writes).toEqual([]);
    expect(changes(world)).toEqual([]);
    expect(JSON.stringify(world.control.backups())).toBe(cloud);
    const real = await prune(world);
    expect(deletedIds(dry)).toEqual(deletedIds(real));
    expect(deletedIds(dry).length).toBeGreaterThan(3);
    const { deleting: _dry, ...dryCounts } = dry.counts;
    const { deleted: _real, ...realCounts } = real.counts;
    expect(dryCounts).toEqual(realCounts);
    expect(dry.dryRun).toBe(true);
  });

  it('of pruning is stopped by the same guards', async () => {
    const { world } = await openWatched(7);
    const dry = await prune(world, { dryRun: true, maxDeletes: 1 });
    const real = await prune(world, { maxDeletes: 1 });
    expect(dry.counts).toEqual(real.counts);
    expect(dry.failedCount).toBe(1);
  });

  it('of a backup names the volumes and changes nothing', async () => {
    const { world, writes } = await openWatched(2);
    const request = { trigger: 'manual', policy: 'nightly', dryRun: true } as const;
    const report = await createBackups(request, world.run(), world.deps);
    expect(report.counts).toEqual({ waiting: 3 });
    expect(writes).toEqual([]);
    expect(changes(world)).toEqual([]);
  });

  it('of everything, which is the plan, changes nothing and says of each volume what the next slot makes', async () => {
    const { world, writes } = await openWatched(3);
    const plan = await planWork({}, world.run(), world.deps);
    expect(writes).toEqual([]);
    expect(changes(world)).toEqual([]);
    const planned = plan.creates[0]?.creates.map(({ volumeId, type }) => `${volumeId} ${type}`).sort();
    await runSlots(world, 1);
    const made = (await world.records()).filter(
      ({ slotAt }) => slotAt.getTime() === plan.creates[0]?.slotAt.getTime(),
    );
    expect(made.map(({ volumeId, type }) => `${volumeId} ${type}`).sort()).toEqual(planned);
  });
});
