import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRestoreOpen, type RestoreRecord } from '../../../lambdas/domain/restore-record.ts';
import { createInvocations, type InvocationOptions } from '../../support/invocations.ts';
import { backUpKnownBytes } from '../../support/known-bytes.ts';
import { RESTORE_POLICIES } from '../../support/restores.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, openWorld, type World, type WorldOptions } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';

const open = useWorlds();
const VOLUMES = 5;
const AT_ONCE = 2;
const MOST_MINUTES = 180;
const SERVER: WorldOptions = {
  policies: RESTORE_POLICIES,
  limits: `{ restoresInFlight: ${AT_ONCE}, inFlight: 2, requestsPerSecond: 1000 }`,
  volumes: VOLUMES,
  cloud: { durations: { fullSeconds: 2, restoreSeconds: 20 * 60 } },
};
/** One has written down the first volume alone, which the worker restores; the other does not come to the rest. */
const DEATHS_AMID_RECORDING = [35, undefined, 1, undefined, undefined, undefined];
const REQUEST = { serverId: 'server-1', into: { namePrefix: 'restored-' } };

async function restoresOf(world: World): Promise<readonly RestoreRecord[]> {
  const lists = await Promise.all(world.volumeIds.map((id) => world.catalog.listRestores('prod', id)));
  return lists.flat();
}

/** Those that were asked for last, together. */
function newestOf(restores: readonly RestoreRecord[]): readonly RestoreRecord[] {
  const newestMs = Math.max(...restores.map(({ askedAt }) => askedAt.getTime()));
  return restores.filter(({ askedAt }) => askedAt.getTime() === newestMs);
}

/** A server with known bytes, restored by functions, minute by minute, until nothing is open. */
async function restoreServer(world: World, options: InvocationOptions, repeatsMinutes = Number.NaN) {
  for (const id of world.volumeIds) world.control.attachVolume(id, 'server-1');
  const backups = await backUpKnownBytes(world, 1);
  const invocations = createInvocations(world, options);
  await invocations.restore(REQUEST);
  let most = 0;
  let minutes = 0;
  for (; minutes < MOST_MINUTES; minutes += 1) {
    await invocations.tick();
    const underWay = world.control.volumes().filter(({ status }) => status === 'restoring-backup').length;
    most = Math.max(most, underWay);
    const restores = await restoresOf(world);
    const isOpen = restores.some(isRestoreOpen);
    if (!isOpen && newestOf(restores).length === VOLUMES) break;
    // After its end it would be another request: made all the same where a function died before it had written all of them down.
    if (!isOpen || minutes % repeatsMinutes === 0) await invocations.restore(REQUEST);
  }
  await invocations.end();
  return { invocations, backups, most, minutes };
}

/**
 * Every volume was restored once, whole; again only by a request that was made when the one before had ended. One that asked for fewer
 * volumes is of functions that died before they had written all of them down, and nobody who lived asked the same before it had ended.
 */
async function expectWhole(
  world: World,
  { backups, invocations }: Pick<Awaited<ReturnType<typeof restoreServer>>, 'backups' | 'invocations'>,
) {
  const restores = await restoresOf(world);
  const requests = invocations.reports.filter(({ run }) => run === 'restore-backup');
  const askings = Map.groupBy(restores, ({ askedAt }) => askedAt.getTime());
  expect(newestOf(restores)).toHaveLength(VOLUMES);
  for (const [askedAtMs, asked] of askings) {
    expect(asked.map(({ state }) => state)).toEqual(Array(asked.length).fill('restored'));
    expect(new Set(asked.map(({ volumeId }) => volumeId)).size).toBe(asked.length);
    const endMs = Math.max(...asked.map(({ settledAt }) => settledAt?.getTime() ?? Number.POSITIVE_INFINITY));
    const joined = requests
      .map(({ startedAt }) => startedAt.getTime())
      .filter((startedMs) => startedMs >= askedAtMs && startedMs < endMs);
    if (joined.length > 0) expect(asked).toHaveLength(VOLUMES);
    const before = restores.filter(({ askedAt }) => askedAt.getTime() < askedAtMs);
    const endsMs = before.map(({ settledAt }) => settledAt?.getTime() ?? Number.POSITIVE_INFINITY);
    expect(Math.max(0, ...endsMs)).toBeLessThanOrEqual(askedAtMs);
  }
  for (const { volumeId, targetId } of restores) {
    expect(world.control.digestVolume(targetId ?? '')).toBe(backups.get(volumeId)?.[0]?.digest);
  }
  const made = world.control.volumes().filter(({ name }) => name?.startsWith('restored-'));
  expect(made).toHaveLength(restores.length);
  expect(await audit(world)).toEqual([]);
  return askings.size;
}

describe('a restore that outlasts the time of its function', () => {
  it('is gone on with by the worker of the minute: each volume once, never more at once than allowed', async () => {
    const world = await open(SERVER);
    const restored = await restoreServer(world, { lifeMs: 15 * MINUTE_MS });
    const { invocations, most, minutes } = restored;
    expect(await expectWhole(world, restored)).toBe(1);
    expect(most).toBe(AT_ONCE);
    // Three rounds of 20 minutes at the best; the worker looks once a minute.
    expect(minutes).toBeLessThanOrEqual(65);
    const [asked] = invocations.reports.filter(({ run }) => run === 'restore-backup');
    expect(asked).toMatchObject({
      failedCount: 0,
      counts: { restoring: AT_ONCE, waiting: VOLUMES - AT_ONCE },
    });
    const told = invocations.reports.reduce((sum, { counts }) => sum + (counts.restored ?? 0), 0);
    expect(told).toBe(VOLUMES);
  });

  it('tells the end where its time suffices', async () => {
    const world = await open({ ...SERVER, cloud: { durations: { fullSeconds: 2, restoreSeconds: 60 } } });
    const restored = await restoreServer(world, { lifeMs: 15 * MINUTE_MS });
    const [asked] = restored.invocations.reports.filter(({ run }) => run === 'restore-backup');
    expect(asked).toMatchObject({ counts: { restored: VOLUMES } });
    for (const { tookMs } of asked?.items ?? []) expect(tookMs).toBeGreaterThan(0);
    await expectWhole(world, restored);
  });

  it('is gone on with while a slot of backups keeps the worker busy', async () => {
    const world = await open({ ...SERVER, cloud: { durations: { fullSeconds: 3_000, restoreSeconds: 60 } } });
    const backupId = world.control.addForeignBackup({
      volumeId: world.volumeIds[0] ?? '',
      status: 'available',
    });
    const invocations = createInvocations(world, { lifeMs: 15 * MINUTE_MS });
    await invocations.tick();
    await world.pass(HOUR_MS);
    await invocations.schedule('nightly', new Date('2026-03-02T01:00:00Z'));
    await invocations.tick();
    await createInvocations(world, { lifeMs: 10_000 }).restore({ backupId, into: { name: 'urgent' } });
    for (let minute = 0; minute < 4; minute += 1) await invocations.tick();
    expect((await restoresOf(world)).map(({ state }) => state)).toEqual(['restored']);
    expect((await world.records()).map(({ state }) => state)).toContain('waiting');
    await invocations.end();
  });

  it('and the same event sent again, or functions that die at any call, make no volume twice', async () => {
    const diesAt = fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined, freq: 2 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(diesAt, { minLength: 6, maxLength: 6 }),
        fc.integer({ min: 2, max: 7 }),
        async (deaths, repeatsMinutes) => {
          const world = await openWorld({
            ...SERVER,
            cloud: { durations: { fullSeconds: 2, restoreSeconds: 240 } },
          });
          try {
            const options = { lifeMs: 5 * MINUTE_MS, diesAt: (count: number) => deaths[count] };
            const restored = await restoreServer(world, options, repeatsMinutes);
            expect(restored.most).toBeLessThanOrEqual(AT_ONCE);
            await expectWhole(world, restored);
          } finally {
            await world.close();
          }
        },
      ),
      {
        numRuns: 15,
        examples: [
          [DEATHS_AMID_RECORDING, 5],
          [DEATHS_AMID_RECORDING, 7],
        ],
      },
    );
  });
});
