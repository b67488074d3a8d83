import { describe, expect, it } from 'vitest';
import { createPowerSupply } from '../../support/power-cut.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, policyText, type World, type WorldOptions } from '../../support/world.ts';
import { audit, unservedSlots } from '../../support/world-audit.ts';
import { follow, prune, runSlots, settle } from '../../support/world-steps.ts';

const MORE_CALLS_THAN_ANY_RUN = 400;
const open = useWorlds();
const durations = { fullSeconds: 0.3, incrementalSeconds: 0.3, snapshotSeconds: 0.1, deleteSeconds: 0.3 };
const WORLD: WorldOptions = {
  policies: policyText('nightly', {
    keep: '{ semantics: restic, last: 1 }',
    guards: '{ maxDeleteShare: 1 }',
    full: 'always',
  }),
  cloud: { durations },
  volumes: 2,
};

/**
 * Lets a worker stand still at every call of its run in turn, each time for as long as another one needs to take over and do everything,
 * and then go on as if nothing had been. Answers how many calls there are.
 */
async function sweep(
  options: WorldOptions,
  prepare: (world: World) => Promise<unknown>,
  work: (world: World, deps: World['deps']) => Promise<unknown>,
): Promise<number> {
  for (let stopAt = 1; stopAt <= MORE_CALLS_THAN_ANY_RUN; stopAt += 1) {
    const world = await open(options);
    await prepare(world);
    const thawed = Promise.withResolvers<void>();
    const power = createPowerSupply(stopAt, thawed.promise);
    const running = work(world, await world.another({ owner: 'sleeper', wrap: power.wrap }));
    if ((await Promise.race([power.cut, running])) !== 'cut') return stopAt - 1;

    await settle(world, await world.another({ owner: 'successor' }));
    thawed.resolve();
    await running;
    await settle(world, await world.another({ owner: 'third' }));
    expect(await audit(world), `stood still at call ${stopAt}`).toEqual([]);
    expect(await unservedSlots(world), `stood still at call ${stopAt}`).toEqual([]);
    await world.close();
  }
  throw new Error('the run never ends');
}

describe('a worker that stood still while another took its place does no harm when it goes on', () => {
  it.each([
    ['to back up free volumes', false],
    ['to back up volumes in use, from snapshots', true],
  ])('%s', async (_what, inUse) => {
    const calls = await sweep(
      WORLD,
      async (world) => {
        if (inUse) for (const id of world.volumeIds) world.control.attachVolume(id, 'server-1');
        await runSlots(world, 1);
        await world.pass(HOUR_MS);
      },
      (world, deps) => follow(world, deps),
    );
    expect(calls).toBeGreaterThan(20);
  });

  it('to prune', async () => {
    const calls = await sweep(
      WORLD,
      (world) => runSlots(world, 3),
      (world, deps) => prune(world, { trigger: 'schedule' }, deps),
    );
    expect(calls).toBeGreaterThan(20);
  });
});
