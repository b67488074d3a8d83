import { describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../lambdas/app/run.ts';
import { createPowerSupply } from '../../support/power-cut.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World, type WorldOptions } from '../../support/world.ts';
import { audit, unservedSlots } from '../../support/world-audit.ts';
import { follow, prune, runSlots, settle } from '../../support/world-steps.ts';

const MORE_CALLS_THAN_ANY_RUN = 400;
/** Short, for few polls in between: what matters is the order of the calls. */
const cloud = {
  durations: { fullSeconds: 0.3, incrementalSeconds: 0.3, snapshotSeconds: 0.1, deleteSeconds: 0.3 },
};

const limits = '{ inFlight: 8, requestsPerSecond: 1000, stuckAfter: 10min }';
const open = useWorlds();

/** Lets the power go at every call of a run in turn, and each time another process go on; answers how often that was. */
async function sweep(
  options: WorldOptions,
  prepare: (world: World) => Promise<void>,
  work: (world: World, deps: Dependencies) => Promise<unknown>,
  verify: (world: World, cutAt: string) => Promise<void>,
): Promise<number> {
  for (let cutAt = 1; cutAt <= MORE_CALLS_THAN_ANY_RUN; cutAt += 1) {
    const world = await open(options);
    await prepare(world);
    const power = createPowerSupply(cutAt);
    const doomed = await world.another({ wrap: power.wrap });
    const end = await Promise.race([power.cut, work(world, doomed)]);
    if (end !== 'cut') return cutAt - 1;
    // A recording is gone on with by another process once it gave no sign of life for so long.
    await world.pass(2 * MINUTE_MS);
    await settle(world, await world.another({ owner: cutAt % 2 === 0 ? 'test' : 'another process' }));
    await verify(world, `cut at call ${cutAt}`);
    await world.close();
  }
  throw new Error('the run never ends');
}

async function toNextSlot(swept: World): Promise<void> {
  await runSlots(swept, 1);
  await prune(swept, { trigger: 'schedule' });
  await swept.pass(HOUR_MS);
}

describe('when the power goes at any instant, the next process completes the work and leaves no duplicate and no orphan', () => {
  it.each([
    ['of a slot of free volumes', {}, () => undefined],
    [
      'of a slot of volumes in use, backed up from snapshots',
      {},
      (swept: World) => {
        for (const id of swept.volumeIds) swept.control.attachVolume(id, 'server-1');
      },
    ],
    [
      'of a slot whose first backup fails and is cleared',
      {},
      (swept: World) => {
        swept.control.addFault({ times: 1, effect: { fail: { reason: 'the backup driver gave up' } } });
      },
    ],
    [
      'of a stuck backup that ends well after all',
      {},
      async (swept: World) => {
        swept.control.addFault({ match: { volumeName: 'vol-0' }, times: 1, effect: { stuck: true } });
        await follow(swept);
        const [stuck] = swept.control.backups().filter(({ status }) => status === 'creating');
        swept.control.setBackup(stuck?.id ?? '', { status: 'available' });
        await swept.pass(30 * MINUTE_MS);
      },
    ],
  ] as const)('%s', async (_name, parts, disturb) => {
    const cuts = await sweep(
      { cloud, limits, policies: policyText('nightly', parts), volumes: 2 },
      async (swept) => {
        await toNextSlot(swept);
        await disturb(swept);
      },
      (swept, doomed) => follow(swept, doomed),
      async (swept, cutAt) => {
        expect(await audit(swept), cutAt).toEqual([]);
        expect(await unservedSlots(swept), cutAt).toEqual([]);
        const slots = (await swept.records()).filter(({ state }) => state === 'available');
        expect(slots.length, cutAt).toBe(4);
        for (const id of swept.volumeIds) {
          expect(await swept.catalog.getVolume('prod', id), `${cutAt}: pruning is due`).toHaveProperty(
            'decideAt',
          );
        }
      },
    );
    expect(cuts).toBeGreaterThan(10);
  });

  it('of a run of pruning', async () => {
    const policies = policyText('nightly', {
      keep: '{ semantics: restic, last: 2 }',
      full: '{ every: 3 }',
      guards: '{ maxDeleteShare: 1 }',
    });
    const cuts = await sweep(
      { cloud, policies, volumes: 2 },
      async (swept) => {
        await runSlots(swept, 5);
      },
      (swept, doomed) => prune(swept, { trigger: 'schedule' }, doomed),
      async (swept, cutAt) => {
        await prune(swept, { trigger: 'schedule' });
        expect(await audit(swept), cutAt).toEqual([]);
        const states = (await swept.records()).map(({ state }) => state);
        expect(states.join(' '), cutAt).toBe(
          'deleted deleted deleted available available deleted deleted deleted available available',
        );
      },
    );
    expect(cuts).toBeGreaterThan(10);
  });
});
