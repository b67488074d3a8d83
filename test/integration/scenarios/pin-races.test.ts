import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../../lambdas/app/request-error.ts';
import type { Dependencies } from '../../../lambdas/app/run.ts';
import type { RunReport } from '../../../lambdas/app/run-report.ts';
import { type Interception, intercept } from '../../support/intercepted.ts';
import { createPowerSupply } from '../../support/power-cut.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { policyText, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { failuresOf, pin, prune, runSlots, settle, unpin } from '../../support/world-steps.ts';

const open = useWorlds();
const MORE_CALLS_THAN_ANY_RUN = 200;
/** Short, for few polls in between: what matters is the order of the calls. */
const cloud = { durations: { fullSeconds: 0.3, incrementalSeconds: 0.3, deleteSeconds: 0.3 } };
const policies = policyText('nightly', {
  keep: '{ semantics: restic, last: 1 }',
  full: '{ every: 3 }',
  guards: '{ maxDeleteShare: 1 }',
});

/** A whole chain that is about to go, and a full that stays; pinned is the middle of the chain. */
async function openWithChain() {
  const world = await open({ cloud, policies, volumes: 1 });
  await runSlots(world, 4);
  const [full, middle, last, stays] = world.control.backups().toReversed();
  if (!full || !middle || !last || !stays) throw new Error('four backups are needed');
  return { world, middle: middle.id, stays: stays.id };
}

function another(world: World, pass: Interception, owner = 'another process'): Promise<Dependencies> {
  return world.another({ owner, wrap: (outside) => intercept(outside, pass) });
}

/** What was said to be pinned is there and pinned, and no deletion is left undone. */
async function verify(world: World, id: string, report: RunReport | Error, when: string): Promise<string> {
  await settle(world, await world.another());
  await prune(world, {}, await world.another());
  await settle(world, await world.another());
  expect(await audit(world), when).toEqual([]);
  const record = (await world.records()).find(({ backupId }) => backupId === id);
  const isThere = world.control.backups().some((row) => row.id === id);
  expect(record?.state, when).toBe(isThere ? 'available' : 'deleted');
  if (report instanceof Error) {
    expect(isThere, when).toBe(false);
    return 'gone';
  }
  if (report.failedCount === 0) {
    expect({ isThere, pin: record?.pin?.reason }, when).toEqual({
      isThere: true,
      pin: 'before the migration',
    });
    return 'pinned';
  }
  const [failure = ''] = failuresOf(report);
  expect(failure, when).toMatch(/too late|has not answered yet/);
  return failure.includes('too late') ? 'too late' : `not answered, ${isThere ? 'kept' : 'gone'}`;
}

type Racer = (world: World, deps: Dependencies, id: string) => Promise<RunReport | Error>;

/** Lets `rival` happen whole before the n-th call of `work`, for every n. */
async function sweep(
  work: Racer,
  rival: Racer,
  pinOf: (reports: {
    readonly work: Awaited<ReturnType<Racer>>;
    readonly rival: Awaited<ReturnType<Racer>>;
  }) => Awaited<ReturnType<Racer>>,
): Promise<Set<string>> {
  const ends = new Set<string>();
  for (let at = 1; at <= MORE_CALLS_THAN_ANY_RUN; at += 1) {
    const { world, middle } = await openWithChain();
    let calls = 0;
    let rivalReport: RunReport | Error | undefined;
    const deps = await another(world, async (call) => {
      calls += 1;
      if (calls === at) rivalReport = await rival(world, world.deps, middle);
      return call();
    });
    const workReport = await work(world, deps, middle);
    if (rivalReport === undefined) return ends;
    const report = pinOf({ work: workReport, rival: rivalReport });
    ends.add(await verify(world, middle, report, `the rival came before call ${at}`));
    await world.close();
  }
  throw new Error('the run never ends');
}

const prunes: Racer = (world, deps) => prune(world, { trigger: 'schedule' }, deps);
const pins: Racer = (world, deps, id) =>
  pin(world, id, {}, deps).catch((error: unknown) => {
    if (error instanceof InvalidRequestError) return error; // it was gone before
    throw error;
  });

describe('a pin and a run of pruning at the same time: what is said to be pinned stays', () => {
  it('the pin before any call of the pruning', async () => {
    const ends = await sweep(prunes, pins, ({ rival }) => rival);
    expect(ends).toContain('pinned');
    expect(ends.size, 'there must be a race to lose').toBeGreaterThan(1);
  });

  it('the pruning before any call of the pin', async () => {
    const ends = await sweep(pins, prunes, ({ work }) => work);
    expect(ends).toContain('pinned');
    expect(ends.size, 'there must be a race to lose').toBeGreaterThan(1);
  });

  it('both with any delays between their calls', async () => {
    const ends = new Set<string>();
    const delays = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 60, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(delays, delays, fc.nat(4_000), async (ofPin, ofPrune, pinAfterMs) => {
        const { world, middle } = await openWithChain();
        const slowed = (all: readonly number[]): Interception => {
          let calls = 0;
          return async (call) => {
            await world.pass(all[calls++ % all.length] ?? 0);
            return call();
          };
        };
        const pruned = prunes(world, await another(world, slowed(ofPrune), 'pruning'), middle);
        await world.pass(pinAfterMs * 20);
        const report = await pins(world, await another(world, slowed(ofPin), 'pinning'), middle);
        await pruned;
        ends.add(await verify(world, middle, report, 'with delays'));
        await world.close();
      }),
      { numRuns: 40 },
    );
    expect(ends.size).toBeGreaterThan(1);
  });
});

describe('when the power goes at any call', () => {
  /** @returns how often it went. */
  async function cutEverywhere(
    prepare: (world: World, id: string) => Promise<unknown>,
    work: (world: World, deps: Dependencies, id: string) => Promise<RunReport>,
    check: (world: World, id: string, when: string) => Promise<void>,
  ): Promise<number> {
    for (let cutAt = 1; cutAt <= MORE_CALLS_THAN_ANY_RUN; cutAt += 1) {
      const { world, middle } = await openWithChain();
      await prepare(world, middle);
      const power = createPowerSupply(cutAt);
      const doomed = await world.another({ wrap: power.wrap, owner: 'dies' });
      const end = await Promise.race([power.cut, work(world, doomed, middle)]);
      await check(world, middle, `cut at call ${cutAt}`);
      expect(await audit(world), `cut at call ${cutAt}`).toEqual([]);
      if (end !== 'cut') return cutAt - 1;
      await world.close();
    }
    throw new Error('the run never ends');
  }

  async function pruneAll(world: World): Promise<void> {
    // A worker that died may hold the lease for a minute.
    await settle(world, await world.another());
    await world.pass(120_000);
    await prune(world, {}, await world.another());
    await settle(world, await world.another());
  }

  const isThere = (world: World, id: string) => world.control.backups().some((row) => row.id === id);

  it('of pinning anew, the backup stays pinned', async () => {
    const cuts = await cutEverywhere(
      (world, id) => pin(world, id, { reason: 'first' }),
      (world, deps, id) => pin(world, id, { reason: 'second' }, deps),
      async (world, id, when) => {
        await pruneAll(world);
        expect(isThere(world, id), when).toBe(true);
      },
    );
    expect(cuts).toBeGreaterThan(4);
  });

  it('of a pin or of its end, the same once more completes it', async () => {
    for (const isPin of [true, false]) {
      const cuts = await cutEverywhere(
        async (world, id) => isPin || pin(world, id),
        (world, deps, id) => (isPin ? pin : unpin)(world, id, {}, deps),
        async (world, id, when) => {
          const again = await (isPin ? pin : unpin)(world, id);
          expect(again.failedCount, when).toBe(0);
          await pruneAll(world);
          expect(isThere(world, id), when).toBe(isPin);
        },
      );
      expect(cuts).toBeGreaterThan(4);
    }
  });

  it('of a pin that withdraws a deletion, the next worker does not delete once the catalog has the pin', async () => {
    let kept = 0;
    const cuts = await cutEverywhere(
      async (world) => {
        for (const record of (await world.records()).slice(0, 3)) {
          await world.catalog.save({
            ...record,
            state: 'deleting',
            reason: 'expired',
            openedAt: world.clock.now(),
          });
        }
      },
      (world, deps, id) => pin(world, id, {}, deps),
      async (world, id, when) => {
        const hasPin = (await world.records()).some(({ backupId, pin }) => backupId === id && pin);
        await pruneAll(world);
        expect(isThere(world, id), when).toBe(hasPin);
        kept += hasPin ? 1 : 0;
      },
    );
    expect(kept).toBeGreaterThan(4);
    expect(cuts).toBeGreaterThan(kept);
  });
});
