import { describe, expect, it } from 'vitest';
import { createBackups } from '../../../lambdas/app/create-backups.ts';
import { followBackups } from '../../../lambdas/app/follow-backups.ts';
import type { Catalog } from '../../../lambdas/app/ports.ts';
import type { Dependencies, Run } from '../../../lambdas/app/run.ts';
import type { BackupRecord } from '../../../lambdas/domain/backup-record.ts';
import { createPowerSupply } from '../../support/power-cut.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { MINUTE_MS, policyText, type World } from '../../support/world.ts';

const open = useWorlds();
/** Three pages of the list of volumes. */
const VOLUMES = 2_500;
const PAGE = 1_000;
const SLOT = new Date('2026-03-02T01:00:00Z');

async function openLarge(): Promise<World> {
  const world = await open({
    policies: policyText('nightly', { schedule: '{ cron: "0 1 * * *", timezone: UTC }' }),
    limits: '{ inFlight: 1, requestsPerSecond: 1000 }',
    startAt: '2026-03-02T00:59:00Z',
    volumes: VOLUMES,
    cloud: { durations: { fullSeconds: 600 } },
  });
  await followBackups(runOf(world, MINUTE_MS), world.deps);
  await world.pass(MINUTE_MS);
  return world;
}

function runOf({ clock }: World, lifeMs: number): Run {
  const startedAt = clock.now();
  return { startedAt, deadlineAt: new Date(startedAt.getTime() + lifeMs), waits: false };
}

/** Counts what is written of first attempts, and lets each sign of life of a recording take a minute. */
function createSlowCatalog(world: World): { readonly catalog: Catalog; readonly firstWrites: () => number } {
  let count = 0;
  return {
    firstWrites: () => count,
    catalog: {
      ...world.catalog,
      async save(record: BackupRecord) {
        if (record.version === 0) count += 1;
        return world.catalog.save(record);
      },
      async saveSlot(slot) {
        await world.pass(MINUTE_MS);
        return world.catalog.saveSlot(slot);
      },
    },
  };
}

function record(run: Run, deps: Dependencies) {
  return createBackups({ trigger: 'schedule', policy: 'nightly', slot: SLOT }, run, deps);
}

async function expectWhole(world: World): Promise<void> {
  expect(await world.catalog.getSlot('nightly', SLOT)).toMatchObject({
    state: 'recorded',
    volumeCount: VOLUMES,
  });
  const records = await world.records();
  expect(new Set(records.map(({ volumeId }) => volumeId)).size).toBe(VOLUMES);
}

describe('a slot of more volumes than one run has time to record', () => {
  it('is gone on with by the next run at once, where the first one stopped', async () => {
    const world = await openLarge();
    const { catalog, firstWrites } = createSlowCatalog(world);
    const deps = await world.another({ catalog, owner: 'create-backups' });
    const report = await record(runOf(world, 90_000), deps);
    expect(report.warnings.join()).toContain('its time was over when 1000 volumes of the slot were recorded');
    expect(report.failedCount).toBe(0);
    expect(firstWrites()).toBe(PAGE);

    const follower = await world.another({ catalog, owner: 'follow-backups' });
    await followBackups(runOf(world, 15 * MINUTE_MS), follower);
    await expectWhole(world);
    expect(firstWrites()).toBe(VOLUMES);
  });

  it('is gone on with after two minutes without a sign of life of who recorded it, from its last sign', async () => {
    const world = await openLarge();
    const power = createPowerSupply(1_700);
    const doomed = await world.another({ owner: 'create-backups', wrap: power.wrap });
    await Promise.race([power.cut, record(runOf(world, 15 * MINUTE_MS), doomed)]);

    const { catalog, firstWrites } = createSlowCatalog(world);
    const follower = await world.another({ catalog, owner: 'follow-backups' });
    await followBackups(runOf(world, MINUTE_MS), follower);
    expect(firstWrites(), 'it may still be at it').toBe(0);
    await world.pass(2 * MINUTE_MS);
    await followBackups(runOf(world, 15 * MINUTE_MS), follower);
    await expectWhole(world);
    expect(firstWrites(), 'not again from the beginning').toBe(VOLUMES - PAGE);
  });

  it('is not read again when its event comes twice', async () => {
    const world = await openLarge();
    await record(runOf(world, 15 * MINUTE_MS), world.deps);
    world.control.requests.reset();
    const { catalog, firstWrites } = createSlowCatalog(world);
    const twice = await world.another({ catalog, owner: 'create-backups again' });
    await record(runOf(world, MINUTE_MS), twice);
    expect(firstWrites()).toBe(0);
    expect(world.control.requests.countOf('list-volumes')).toBe(0);
    await expectWhole(world);
  });
});
