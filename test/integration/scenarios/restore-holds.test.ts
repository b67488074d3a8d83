import { describe, expect, it } from 'vitest';
import type { Dependencies } from '../../../lambdas/app/run.ts';
import { intercept } from '../../support/intercepted.ts';
import { backUpKnownBytes, type KnownBackup } from '../../support/known-bytes.ts';
import { createPowerSupply } from '../../support/power-cut.ts';
import { targetOf } from '../../support/restores.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { failuresOf, follow, prune, restore, settle } from '../../support/world-steps.ts';

const open = useWorlds();
const MORE_CALLS_THAN_ANY_RUN = 200;
const policies = policyText('nightly', {
  keep: '{ semantics: restic, last: 1 }',
  full: '{ every: 3 }',
  guards: '{ maxDeleteShare: 1 }',
});
const short = { fullSeconds: 0.3, incrementalSeconds: 0.3, volumeSeconds: 0.3, deleteSeconds: 0.3 };

/** A chain of three that has expired, and a full that stays. */
async function openWithExpired(restoreSeconds = 60) {
  const world = await open({ policies, volumes: 1, cloud: { durations: { ...short, restoreSeconds } } });
  const [volumeId = ''] = world.volumeIds;
  const backups = (await backUpKnownBytes(world, 4)).get(volumeId) ?? [];
  return { world, volumeId, wanted: backups[2] as KnownBackup };
}

const idsLeft = (world: World) => world.control.backups().map(({ id }) => id);

describe('while a restore is under way', () => {
  it('pruning keeps all that it needs, says why, and deletes it when the restore has ended', async () => {
    const { world, wanted } = await openWithExpired(HOUR_MS / 1_000);
    const report = restore(world, { backupId: wanted.id });
    await world.pass(5 * MINUTE_MS);
    const other = await world.another({ owner: 'another' });
    const planned = await prune(world, { dryRun: true }, other);
    expect(planned.counts.deleting).toBeUndefined();
    const pruned = await prune(world, { trigger: 'schedule' }, other);
    expect(pruned).toMatchObject({ failedCount: 0 });
    expect(idsLeft(world)).toHaveLength(4);
    expect(world.control.digestVolume(targetOf(await report))).toBe(wanted.digest);
    await prune(world, { trigger: 'schedule' }, other);
    expect(idsLeft(world)).toHaveLength(1);
    expect(await audit(world)).toEqual([]);
  });

  it('a deletion that was decided before is withdrawn at the last moment', async () => {
    const { world, wanted } = await openWithExpired(HOUR_MS / 1_000);
    // Decided and written down, but the worker of another process has the cloud, and does not come to it.
    const now = world.clock.now();
    await world.catalog.takeLease('cloud prod', 'busy', now, new Date(now.getTime() + MINUTE_MS));
    await prune({ ...world, run: () => world.run(false) });
    expect((await world.records()).filter(({ state }) => state === 'deleting')).toHaveLength(3);
    const report = restore(world, { backupId: wanted.id });
    await world.pass(2 * MINUTE_MS);
    const followed = await follow(world, await world.another({ owner: 'another' }));
    expect(failuresOf(followed)).toEqual([]);
    expect(idsLeft(world)).toHaveLength(4);
    expect((await world.records()).map(({ state }) => state)).toEqual(Array(4).fill('available'));
    expect(world.control.digestVolume(targetOf(await report))).toBe(wanted.digest);
  });

  it('and its process is dead, it does not hold for ever', async () => {
    const { world, wanted } = await openWithExpired();
    const power = createPowerSupply(20);
    const doomed = await world.another({ owner: 'doomed', wrap: power.wrap });
    await Promise.race([power.cut, restore(world, { backupId: wanted.id }, doomed)]);
    expect((await Array.fromAsync(world.catalog.listOpenRestores('prod'))).flat()).toHaveLength(1);
    await prune(world);
    expect(idsLeft(world)).toHaveLength(4);
    await world.pass(25 * HOUR_MS);
    await prune(world);
    expect(idsLeft(world)).toHaveLength(1);
  });
});

/** Lets `rival` happen whole before the n-th call of `work`, for every n; answers how the restores ended. */
async function sweep(
  work: (world: World, deps: Dependencies, wanted: KnownBackup) => Promise<unknown>,
  rival: (world: World, wanted: KnownBackup) => Promise<unknown>,
): Promise<Set<string>> {
  const ends = new Set<string>();
  for (let at = 1; at <= MORE_CALLS_THAN_ANY_RUN; at += 1) {
    const { world, volumeId, wanted } = await openWithExpired(1);
    let calls = 0;
    const deps = await world.another({
      owner: 'worker',
      wrap: (outside) =>
        intercept(outside, async (call) => {
          calls += 1;
          if (calls === at) await rival(world, wanted);
          return call();
        }),
    });
    await work(world, deps, wanted);
    if (calls < at) return ends;
    await settle(world, await world.another());
    await prune(world, {}, await world.another());
    expect(await audit(world), `at call ${at}`).toEqual([]);
    for (const { state, targetId, reason } of await world.catalog.listRestores('prod', volumeId)) {
      if (state === 'restored')
        expect(world.control.digestVolume(targetId ?? ''), `at call ${at}`).toBe(wanted.digest);
      else expect(reason, `at call ${at}`).toMatch(/is gone|deleting/);
      ends.add(state);
    }
    await world.close();
  }
  throw new Error('the run never ends');
}

describe('a restore and a pruning of its chain, whichever comes first', () => {
  it('at any moment of the pruning: the restore is whole, or refused because the backup has gone', async () => {
    const ends = await sweep(
      (world, deps) => prune(world, {}, deps),
      (world, { id }) => restore(world, { backupId: id }).catch((error: Error) => error),
    );
    expect(ends).toContain('restored');
  });

  it('at any moment of the restore: the pruning deletes nothing that is still needed', async () => {
    const ends = await sweep(
      (world, deps, { id }) => restore(world, { backupId: id }, deps).catch((error: Error) => error),
      (world) => prune(world),
    );
    expect(ends).toContain('restored');
  });
});
