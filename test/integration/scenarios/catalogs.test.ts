import { afterEach, describe, expect, it } from 'vitest';
import { createDynamoDbCatalog } from '../../../lambdas/adapters/dynamodb/catalog.ts';
import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import { rebuildCatalog } from '../../../lambdas/app/rebuild-catalog.ts';
import { openEmbeddedDynamoDb } from '../../../local/embedded-dynamodb.ts';
import { createLaggingCatalog } from '../../support/lagging-catalog.ts';
import { scratchOf, testedPolicy, testsOf } from '../../support/restore-tests.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, policyText, type WorldOptions } from '../../support/world.ts';
import { audit, unservedSlots } from '../../support/world-audit.ts';
import { failuresOf, follow, prune, runSlots, settle, testNow, trigger } from '../../support/world-steps.ts';

const open = useWorlds();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const catalogs: Record<string, NonNullable<WorldOptions['catalog']>> = {
  'in DynamoDB': async (clock) => {
    const database = await openEmbeddedDynamoDb();
    closers.push(() => database.close());
    return createDynamoDbCatalog({ ...database, onPending: clock.onPending });
  },
  'whose indexes lag': async () => createLaggingCatalog(createMemoryCatalog()),
};

const policies = policyText('nightly', {
  keep: '{ semantics: restic, last: 2 }',
  full: '{ every: 3 }',
  guards: '{ maxDeleteShare: 1 }',
});

describe.each(Object.entries(catalogs))('with a catalog %s', (_name, catalog) => {
  it('slots are made once, failures cleared and retried, expired chains deleted', async () => {
    const world = await open({ policies, volumes: 3, catalog });
    world.control.attachVolume(world.volumeIds[0] as string, 'server-1');
    world.control.addFault({ after: 4, times: 2, effect: { fail: { reason: 'the driver gave up' } } });
    const reports = [];
    for (let slot = 0; slot < 6; slot += 1)
      reports.push(...(await runSlots(world, 1)), ...(await settle(world)));
    reports.push(await prune(world, { trigger: 'schedule' }), await prune(world));
    await settle(world);
    expect(failuresOf(...reports)).toEqual([]);
    expect(await audit(world)).toEqual([]);
    expect(await unservedSlots(world)).toEqual([]);
    expect((await world.records()).filter(({ state }) => state === 'deleted').length).toBeGreaterThanOrEqual(
      9,
    );
  });

  it('several processes at once make no duplicate', async () => {
    const world = await open({ policies, volumes: 5, catalog });
    await follow(world);
    await world.pass(HOUR_MS);
    const others = await Promise.all([1, 2].map((n) => world.another({ owner: `process ${n}` })));
    await Promise.all(
      [world.deps, ...others].flatMap((deps) => [
        follow(world, deps),
        trigger(world, 'nightly', '2026-03-02T01:00:00Z', deps),
      ]),
    );
    await settle(world);
    expect(await audit(world)).toEqual([]);
    expect(await unservedSlots(world)).toEqual([]);
    expect(world.control.requests.countOf('create-backup')).toBe(5);
  });

  it('tests of restores are made once, whoever comes, and leave nothing', async () => {
    const tested = testedPolicy('volumes: 2', { schedule: '{ cron: "0 0-1 * * *", timezone: UTC }' });
    const world = await open({ policies: tested, volumes: 4, catalog });
    await runSlots(world, 1);
    await world.pass(11 * HOUR_MS);
    const slot = new Date('2026-03-02T12:00:00Z');
    const others = await Promise.all([1, 2].map((n) => world.another({ owner: `process ${n}` })));
    const reports = await Promise.all(
      [world.deps, ...others].map((deps) =>
        testNow(world, { trigger: 'schedule', policy: 'nightly', slot }, deps),
      ),
    );
    expect(failuresOf(...reports)).toEqual([]);
    expect((await testsOf(world)).map(({ state }) => state)).toEqual(['restored', 'restored']);
    expect(scratchOf(world)).toEqual([]);
    expect((await world.records()).filter(({ provedAt }) => provedAt !== undefined)).toHaveLength(2);
  });

  it('a rebuild changes nothing that is right', async () => {
    const world = await open({ policies, volumes: 2, catalog });
    await runSlots(world, 3);
    const before = await world.records();
    await rebuildCatalog({}, world.run(), world.deps);
    expect(await world.records()).toEqual(before);
  });
});
