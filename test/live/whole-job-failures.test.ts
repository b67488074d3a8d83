import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackups } from '../../lambdas/app/create-backups.ts';
import { listBackups } from '../../lambdas/app/list-backups.ts';
import { pruneBackups } from '../../lambdas/app/prune-backups.ts';
import { liveCloud } from './cloud.ts';
import { type LiveWorld, openLiveWorld } from './world.ts';

const POLICIES = `
  daily:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "0 3 * * *", timezone: UTC, makeUp: 12h }
    full: { every: 60 }
    keep: { semantics: restic, last: 5 }
  newest:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "0 12 * * *", timezone: UTC, makeUp: 12h }
    full: always
    keep: { semantics: restic, last: 1 }`;

const DAY_MS = 86_400_000;
/** Enough to ask for a deletion, and to look a few times whether it is done. */
const PRUNING_MS = 12_000;

let world: LiveWorld;
beforeEach(async () => {
  world = await openLiveWorld(POLICIES);
});
afterEach(() => world?.close());
afterAll(async () => (await liveCloud()).purge());

/** The slot's event; the run stays to the end, or hands over to the worker as soon as nothing waits. */
async function runSlot(policy: string, day: number, waits = true) {
  const slot = new Date(Date.UTC(2031, 4, 6, policy === 'daily' ? 3 : 12) + day * DAY_MS);
  world.clock.putForwardTo(slot);
  return createBackups({ trigger: 'schedule', policy, slot }, world.run({ waits }), world.deps);
}

async function listed() {
  return (await listBackups({}, world.deps)).backups.map(({ backup }) => backup);
}

const states = async (volumeId: string) =>
  (await world.recordsOf(volumeId)).map(({ attempt, state }) => `${attempt} ${state}`);

describe('a backup that fails in Cinder', () => {
  it('is cleared away before its slot is tried again, and holds up no other volume', async () => {
    const { live } = world;
    const ill = await live.createVolume({ name: 'ill' });
    const well = await live.createVolume({ name: 'well' });
    await runSlot('daily', 0);
    await live.setFault('attach_error', 'disk on fire', ill);
    await runSlot('daily', 1, false);
    await world.followUntil(ill, (records) => records.some(({ state }) => state === 'failed'));
    await world.followUntil(well, (records) => records.every(({ state }) => state === 'available'));

    expect(await states(well)).toEqual(['1 available', '1 available']);
    const failed = (await world.recordsOf(ill)).find(({ state }) => state === 'failed');
    expect(failed?.reason).toContain('disk on fire');
    expect((await listed()).filter(({ status }) => status !== 'available')).toEqual([]);

    await live.clearFaults();
    await world.followUntil(ill, (records) => records.at(-1)?.state === 'available');
    expect(await states(ill)).toEqual(['1 available', '1 failed', '2 available']);
    const own = (await listed()).filter(({ volumeId }) => volumeId === ill);
    expect(own.map(({ isIncremental }) => isIncremental)).toEqual([true, false]);
  });

  it('by a crash of cinder-backup, is made good after its restart', async () => {
    const { live } = world;
    const volumeId = await live.createVolume();
    await live.setFault('attach_delay', 5);
    await runSlot('daily', 0, false);
    // Killed earlier, it would begin after its restart.
    await live.waitUntilDelayed(volumeId);
    await live.kill('cinder-backup');
    await live.clearFaults();
    await live.restart('cinder-backup');
    await world.followUntil(volumeId, (records) => records.at(-1)?.state === 'available');
    expect(await states(volumeId)).toEqual(['1 failed', '2 available']);
    expect(await listed()).toMatchObject([{ status: 'available' }]);
  });
});

describe('a quota that is used up', () => {
  it('makes what is over it wait, and be made when there is room', async () => {
    const { live } = world;
    const volumeIds = [await live.createVolume(), await live.createVolume()];
    const { usedBackups } = await world.cloud.getLimits();
    await live.setQuota(usedBackups + 1);
    const report = await runSlot('daily', 0);
    expect(report).toMatchObject({ counts: { available: 1, refused: 1, waiting: 1 }, failedCount: 1 });
    expect(report.items[0]?.reason).toMatch(/^quota: the project may have \d+ backups and has \d+$/);

    await live.resetQuota();
    for (const volumeId of volumeIds) {
      await world.followUntil(volumeId, (records) => records.at(-1)?.state === 'available');
      expect(await states(volumeId)).toEqual(['1 available']);
    }
    expect(await listed()).toHaveLength(2);
  });
});

describe('a deletion while cinder-backup is down', () => {
  it('is not taken for done, and is done when it is back', async () => {
    const { live } = world;
    const volumeId = await live.createVolume();
    await runSlot('newest', 0);
    await runSlot('newest', 1);
    const doomed = (await listed()).at(-1)?.id as string;
    await live.kill('cinder-backup');
    await live.miss('cinder-backup');

    const deadlineAt = new Date(world.clock.now().getTime() + PRUNING_MS);
    await pruneBackups({ trigger: 'schedule' }, world.run({ waits: false, deadlineAt }), world.deps);
    expect(world.exchanges.findLast(({ method }) => method === 'DELETE')).toMatchObject({ status: 404 });
    expect(await states(volumeId)).toEqual(['1 deleting', '1 available']);
    expect((await listed()).map(({ status }) => status)).toEqual(['available', 'available']);

    await live.restart('cinder-backup');
    await world.followUntil(volumeId, (records) => records[0]?.state === 'deleted');
    expect((await listed()).map(({ id }) => id)).not.toContain(doomed);
    expect(await listed()).toHaveLength(1);
  });
});
