import { describe, expect, it } from 'vitest';
import { useWorlds } from '../../support/use-worlds.ts';
import { MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { backUp } from '../../support/world-steps.ts';

const open = useWorlds();

const SLOW = { fullSeconds: 60, incrementalSeconds: 60 };

const typesOf = (world: World, volumeId = world.volumeIds[0]) =>
  world.control
    .backups()
    .toReversed()
    .filter((row) => row.volume_id === volumeId)
    .map((row) => (row.parent_id === null ? 'full' : 'incremental'));

describe('a process that has read the chains of a project', () => {
  it('counts everything that others have added since, at its next run', async () => {
    const policies = policyText('nightly', { full: '{ every: 4 }' });
    const world = await open({ policies, volumes: 1, cloud: { durations: SLOW } });
    const other = await world.another({ owner: 'another process' });
    await backUp(world);
    for (const deps of [other, other, world.deps, world.deps]) {
      await world.pass(MINUTE_MS);
      await backUp(world, 'nightly', undefined, deps);
    }
    expect(typesOf(world)).toEqual(['full', 'incremental', 'incremental', 'incremental', 'full']);
    expect(await audit(world)).toEqual([]);
  });

  it('counts what others add while it waits for something else', async () => {
    const policies = policyText('nightly', { full: '{ every: 4 }', chain: '{ allowForeignParent: true }' });
    const limits = '{ inFlight: 1, requestsPerSecond: 1000 }';
    const world = await open({ policies, limits, volumes: 2, cloud: { durations: SLOW } });
    const [first = '', second = ''] = world.volumeIds;
    await backUp(world, 'nightly', [second]);
    await world.pass(MINUTE_MS);
    const work = backUp(world, 'nightly', [first, second]);
    for (let count = 0; count < 3; count += 1) {
      await world.pass(1_000);
      const parentId = world.control.backups().find((row) => row.volume_id === second)?.id ?? null;
      world.control.addForeignBackup({ volumeId: second, name: 'by hand', parentId });
    }
    await work;
    const types = typesOf(world, second);
    expect(types).toEqual(['full', 'incremental', 'incremental', 'incremental', 'full']);
  });
});
