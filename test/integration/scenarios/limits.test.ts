import { describe, expect, it } from 'vitest';
import { followBackups } from '../../../lambdas/app/follow-backups.ts';
import { onRequest } from '../../support/on-request.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit, unservedSlots } from '../../support/world-audit.ts';
import { backUp, follow, prune, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();
const keepsTwo = policyText('nightly', {
  keep: '{ semantics: restic, last: 2 }',
  full: 'always',
  guards: '{ maxDeleteShare: 1 }',
});
const limits = '{ inFlight: 3, requestsPerSecond: 1000 }';

/** The most that was under way in the cloud at any request. */
function watchInFlight(world: World): () => number {
  let most = 0;
  onRequest(world, () => {
    const busy = [...world.control.backups(), ...world.control.snapshots()].filter(({ status }) =>
      ['creating', 'deleting'].includes(status),
    );
    most = Math.max(most, busy.filter(({ name }) => name?.startsWith('ck-')).length);
  });
  return () => most;
}

describe('inFlight', () => {
  it('is never exceeded by creating and deleting together, and is used', async () => {
    const world = await open({
      policies: keepsTwo,
      volumes: 10,
      limits,
      cloud: { durations: { fullSeconds: 20, deleteSeconds: 15 } },
    });
    const most = watchInFlight(world);
    await runSlots(world, 3);
    await Promise.all([prune(world), runSlots(world, 1)]);
    await settle(world);
    expect(most()).toBe(3);
    expect(await audit(world)).toEqual([]);
  });

  it('holds after a crash with as much in flight', async () => {
    const world = await open({
      policies: keepsTwo,
      volumes: 10,
      limits,
      cloud: { durations: { fullSeconds: 600 } },
    });
    await follow(world);
    await world.pass(HOUR_MS);
    const most = watchInFlight(world);
    const stop = new AbortController();
    const work = followBackups({ ...world.run(), signal: stop.signal }, world.deps, { slotDelayMs: () => 0 });
    await world.pass(MINUTE_MS);
    stop.abort();
    await work;
    await settle(world, await world.another());
    expect(most()).toBe(3);
    expect(await unservedSlots(world)).toEqual([]);
  });
});

describe('an idle run', () => {
  it('makes no request to the cloud', async () => {
    const world = await open({ policies: keepsTwo, volumes: 3 });
    await runSlots(world, 1);
    world.control.requests.reset();
    for (let minute = 0; minute < 5; minute += 1) {
      await world.pass(MINUTE_MS);
      await follow(world, await world.another());
    }
    expect(world.control.requests.total).toBe(0);
  });
});

describe('a deadline', () => {
  const slow = { policies: keepsTwo, volumes: 6, limits, cloud: { durations: { fullSeconds: 100 } } };

  async function followUntil(world: World, ms: number, waits = true) {
    const deadlineAt = new Date(world.clock.now().getTime() + ms);
    const report = await followBackups({ ...world.run(waits), deadlineAt }, world.deps, {
      slotDelayMs: () => 0,
    });
    return { report, lateMs: world.clock.now().getTime() - deadlineAt.getTime() };
  }

  it('stops the run in time, says what is not done, and the next run goes on', async () => {
    const world = await open(slow);
    await follow(world);
    await world.pass(HOUR_MS);
    const { report, lateMs } = await followUntil(world, 50_000);
    expect(lateMs).toBeLessThan(1_000);
    expect(report.counts).toEqual({ creating: 3, waiting: 3 });
    expect(report.failedCount).toBe(0);
    await settle(world);
    expect(await unservedSlots(world)).toEqual([]);
    expect(world.control.requests.countOf('create-backup')).toBe(6);
  });

  it('stops it in time also when it looks seldom', async () => {
    const world = await open({ ...slow, cloud: { durations: { fullSeconds: 3000 } } });
    await follow(world);
    await world.pass(HOUR_MS);
    expect((await followUntil(world, 1_207_000)).lateMs).toBeLessThan(1_000);
  });

  it('stops a run that waits for another one’s work, too', async () => {
    const world = await open({ ...slow, cloud: { durations: { deleteSeconds: 600 } } });
    await runSlots(world, 3);
    const other = prune(world, {}, await world.another({ owner: 'another process' }));
    await world.pass(5_000);
    const deadlineAt = new Date(world.clock.now().getTime() + 30_000);
    await backUp({ ...world, run: () => ({ ...world.run(), deadlineAt }) });
    expect(world.clock.now().getTime() - deadlineAt.getTime()).toBeLessThan(5_000);
    await other;
  });
});

describe('a run that does not wait', () => {
  it('starts all that fits, looks once, and leaves the rest to the next minute’s run', async () => {
    const world = await open({ policies: keepsTwo, volumes: 3, cloud: { durations: { fullSeconds: 100 } } });
    await follow(world);
    await world.pass(HOUR_MS);
    const begunAt = world.clock.now().getTime();
    const report = await follow({ ...world, run: () => world.run(false) });
    expect(report.counts).toEqual({ creating: 3 });
    expect(world.clock.now().getTime() - begunAt).toBeLessThan(30_000);
    await world.pass(2 * MINUTE_MS);
    expect((await follow({ ...world, run: () => world.run(false) })).counts).toEqual({ available: 3 });
  });

  it('goes on while work waits, also when one volume has to wait for long', async () => {
    const world = await open({
      policies: keepsTwo,
      volumes: 9,
      limits,
      cloud: { durations: { fullSeconds: 20 } },
    });
    await follow(world);
    world.control.setVolumeStatus(world.volumeIds[0] as string, 'attaching');
    await world.pass(HOUR_MS);
    const report = await follow({ ...world, run: () => world.run(false) });
    expect(report.counts).toEqual({ available: 6, creating: 2, waiting: 1 });
    expect((await world.records()).filter(({ state }) => state === 'waiting')).toHaveLength(1);
  });
});
