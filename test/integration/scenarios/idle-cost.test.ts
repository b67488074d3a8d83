import { afterEach, expect, it } from 'vitest';
import { createDynamoDbCatalog } from '../../../lambdas/adapters/dynamodb/catalog.ts';
import { followBackups } from '../../../lambdas/app/follow-backups.ts';
import type { Catalog } from '../../../lambdas/app/ports.ts';
import { openEmbeddedDynamoDb } from '../../../local/embedded-dynamodb.ts';
import { createMeteredClient } from '../../support/capacity.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { follow, prune } from '../../support/world-steps.ts';

const open = useWorlds();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const SCHEDULE = '{ cron: "0 1 * * *", timezone: UTC, window: 30min }';
const policies = [
  policyText('nightly', { schedule: SCHEDULE }),
  policyText('other', { schedule: SCHEDULE }),
].join('\n');
/** A query that finds nothing, or next to nothing, eventually consistent and consistent. */
const SMALLEST_QUERY_UNITS = 0.5;
const SMALLEST_CONSISTENT_UNITS = 1;

/** What a process asks of the catalog, by name. */
function listenTo(catalog: Catalog): { readonly catalog: Catalog; take(): string[] } {
  const calls: string[] = [];
  return {
    take: () => calls.splice(0),
    catalog: new Proxy(catalog, {
      get(target, name) {
        const method = Reflect.get(target, name) as (...given: unknown[]) => unknown;
        return (...given: unknown[]) => {
          calls.push(String(name));
          return method.apply(target, given);
        };
      },
    }),
  };
}

/** The day after a slot that all went well with. */
async function openIdle() {
  const dynamoDb = await openEmbeddedDynamoDb();
  const metered = createMeteredClient(dynamoDb.clientConfig);
  closers.push(
    () => dynamoDb.close(),
    async () => metered.close(),
  );
  const stored = createDynamoDbCatalog({ client: metered.client, tableName: dynamoDb.tableName });
  const world: World = await open({ policies, volumes: 3, catalog: stored, startAt: '2026-03-02T00:30:00Z' });
  await follow(world);
  await world.pass(HOUR_MS);
  await follow(world);
  await prune(world, { trigger: 'schedule' });
  await world.pass(6 * HOUR_MS);
  world.control.requests.reset();
  return { world, metered, stored };
}

it('with nothing to do the worker asks the catalog one small question per cloud, and the cloud nothing', async () => {
  const { world, metered, stored } = await openIdle();
  const heard = listenTo(stored);
  const deps = await world.another({ catalog: heard.catalog, owner: 'a container' });
  const runOnce = () => metered.measure(() => followBackups(world.run(false), deps));

  const cold = await runOnce();
  expect(heard.take(), 'in a container that begins').toEqual(['listSlots', 'listSlots', 'listWork']);
  expect(cold).toMatchObject({
    writeUnits: 0,
    readUnits: 2 * SMALLEST_CONSISTENT_UNITS + SMALLEST_QUERY_UNITS,
  });
  for (let minute = 0; minute < 3; minute += 1) {
    await world.pass(MINUTE_MS);
    expect(await runOnce()).toMatchObject({ writeUnits: 0, readUnits: SMALLEST_QUERY_UNITS });
    expect(heard.take(), 'from then on').toEqual(['listWork']);
  }
  expect(world.control.requests.total).toBe(0);
});
