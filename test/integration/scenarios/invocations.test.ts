import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BackupRecord, isOpen } from '../../../lambdas/domain/backup-record.ts';
import { aRecord } from '../../contracts/catalog-samples.ts';
import { watchInFlight } from '../../support/in-flight.ts';
import { createInvocations, type InvocationOptions } from '../../support/invocations.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import {
  HOUR_MS,
  MINUTE_MS,
  openWorld,
  policyText,
  type World,
  type WorldOptions,
} from '../../support/world.ts';
import { audit, unservedSlots } from '../../support/world-audit.ts';

const open = useWorlds();
const SLOT = new Date('2026-03-02T01:00:00Z');
const MOST_MINUTES = 120;
const IN_FLIGHT = 6;

const FLEET: WorldOptions = {
  policies: policyText('nightly', { schedule: '{ cron: "0 1 * * *", timezone: UTC }' }),
  limits: `{ inFlight: ${IN_FLIGHT}, requestsPerSecond: 1000 }`,
  startAt: '2026-03-02T00:58:00Z',
  cloud: { durations: { fullSeconds: 90, incrementalSeconds: 90 } },
};

/** One slot, from its event to the end of its last record, minute by minute. */
async function runSlot(world: World, options: InvocationOptions) {
  const invocations = createInvocations(world, options);
  for (let minute = 0; minute < LIVE_FIRST; minute += 1) await invocations.tick();
  await invocations.schedule('nightly', SLOT);
  const watched = watchInFlight(world, IN_FLIGHT);
  const begunAt = world.clock.now();
  for (let minute = 0; minute < MOST_MINUTES; minute += 1) {
    await invocations.tick();
    const records = await world.records();
    if (records.length >= world.volumeIds.length && !records.some(isOpen)) break;
  }
  watched.stop();
  const minutes = (world.clock.now().getTime() - begunAt.getTime()) / MINUTE_MS;
  return { watched, minutes, invocations };
}

/** The policy has to be seen before its slot comes: one that nobody knew then has nothing to make up. */
const LIVE_FIRST = 2;
/** One that waited for the lease had read as waiting what the one before it began. */
const DEATHS_AT_A_HANDOVER = [1, undefined, 89, undefined, 15, undefined, undefined, undefined];

describe('a slot that takes many invocations', () => {
  it('goes on in the next one within seconds whenever one comes to its end, and each backup is made and told of once', async () => {
    const world = await open({ ...FLEET, volumes: 60 });
    const { watched, minutes, invocations } = await runSlot(world, { lifeMs: 4.5 * MINUTE_MS });
    expect(await audit(world)).toEqual([]);
    expect(await unservedSlots(world)).toEqual([]);
    const made = invocations.reports.reduce((sum, { counts }) => sum + (counts.available ?? 0), 0);
    expect(made).toBe(60);
    expect(invocations.reports.flatMap(({ items }) => items.filter((item) => item.isFailure))).toEqual([]);
    // Ten waves of 90 s are 15 minutes at the best: three hand-overs and a look after each wave.
    expect(minutes).toBeLessThanOrEqual(18);
    expect(watched.most).toBe(IN_FLIGHT);
    expect(watched.idleSeconds).toBeLessThanOrEqual(20);
  });

  it('ends as it should wherever invocations die: no duplicate, no orphan, no lost record, never more in flight than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.option(fc.integer({ min: 1, max: 120 }), { nil: undefined, freq: 2 }), {
          minLength: 8,
          maxLength: 8,
        }),
        fc.integer({ min: 1, max: 4 }),
        async (deaths, lifeMinutes) => {
          const world = await openWorld({ ...FLEET, volumes: 14 });
          try {
            const { watched } = await runSlot(world, {
              lifeMs: lifeMinutes * MINUTE_MS,
              diesAt: (invocation) => deaths[invocation - LIVE_FIRST],
            });
            expect(await audit(world)).toEqual([]);
            expect(await unservedSlots(world)).toEqual([]);
            expect((await world.records()).filter(({ state }) => state === 'available')).toHaveLength(14);
            expect(watched.most).toBeLessThanOrEqual(IN_FLIGHT);
          } finally {
            await world.close();
          }
        },
      ),
      { numRuns: 25, examples: [[DEATHS_AT_A_HANDOVER, 2]] },
    );
  });
});

describe('a worker that takes over', () => {
  it('counts what is in flight even behind more waiting records than it takes into memory', async () => {
    const world = await open({ ...FLEET, volumes: IN_FLIGHT + 4 });
    const now = world.clock.now();
    const record = (volumeId: string, part: Partial<BackupRecord>) =>
      world.catalog.save({
        ...aRecord({ volumeId, policy: 'nightly', slotAt: now, openedAt: now }),
        via: 'volume',
        ...part,
      });
    const later = new Date(now.getTime() + HOUR_MS);
    // These cannot be started yet.
    for (let volume = 0; volume < 10_000; volume += 1) {
      await record(`waits-${volume}`, { notBeforeAt: new Date(now.getTime() + 10 * HOUR_MS) });
    }
    const [startable, begun] = [world.volumeIds.slice(0, 4), world.volumeIds.slice(4)];
    for (const volumeId of startable) await record(volumeId, { openedAt: new Date(now.getTime() - HOUR_MS) });
    for (const volumeId of begun) {
      const name = `ck-acme-nightly-20260302T005800Z-1-${volumeId}`;
      await record(volumeId, { name, state: 'creating', startedAt: now, openedAt: later });
      world.control.addForeignBackup({ volumeId, name, status: 'creating' });
    }
    const watched = watchInFlight(world, IN_FLIGHT);
    const invocations = createInvocations(world, { lifeMs: 3 * MINUTE_MS });
    for (let minute = 0; minute < 4; minute += 1) await invocations.tick();
    watched.stop();
    expect(watched.most).toBe(IN_FLIGHT);
  });
});
