import type { Clock } from '../../lambdas/app/ports.ts';
import { openLocalCatalog } from '../../local/local-catalog.ts';
import { createKilledDaemon } from './killed-daemon.ts';
import { configText, openWorld, policyText } from './world.ts';
import { audit, unservedSlots } from './world-audit.ts';
import { prune, settle } from './world-steps.ts';

const START = '2026-03-02T00:00:00Z';
const policies = [
  policyText('often', {
    schedule: '{ cron: "*/5 * * * *", timezone: UTC }',
    keep: '{ semantics: restic, last: 1 }',
    full: '{ every: 2 }',
    guards: '{ maxDeleteShare: 1 }',
  }),
  policyText('seldom', {
    schedule: '{ cron: "*/30 * * * *", timezone: UTC }',
    full: '{ every: 3 }',
    guards: '{ maxDeleteShare: 1 }',
  }),
].join('\n');

/** What so many violent ends have left. */
export interface Aftermath {
  /** Duplicates, orphans, open ends, broken chains, in words; empty when all is well. */
  readonly problems: readonly string[];
  /** Slots that have not got their one good backup, and did not give way to the next one. */
  readonly unserved: readonly string[];
  readonly availableCount: number;
  readonly deletedCount: number;
}

/** Starts one daemon after the other on one data directory and kills each at a random instant; then lets one live. */
export async function killDaemons(kills: number, seed: number): Promise<Aftermath> {
  const config = configText({ policies });
  const daemon = await createKilledDaemon({
    config,
    speed: 300,
    startAt: new Date(START),
    pruneMs: 20_000,
    seed,
  });
  const world = await openWorld({ policies, startAt: START, volumes: 3, clockBefore: daemon.clock });
  const closers = [() => daemon.remove(), () => world.close()];
  try {
    world.control.attachVolume(world.volumeIds[0] as string, 'server-1');
    for (let kill = 0; kill < kills; kill += 1) await daemon.liveAndDie(world.embedded);
    await world.leaveRealTime();

    const { onPending }: Clock & { onPending: (change: 1 | -1) => void } = world.clock;
    const local = await openLocalCatalog(daemon.directory, onPending);
    closers.push(() => local.close());
    const fresh = await world.another({ catalog: local.catalog, owner: `directory ${daemon.directory}` });
    const left = { ...world, records: () => world.records(local.catalog) };
    await settle(left, fresh);
    await prune(left, { trigger: 'schedule' }, fresh);
    const states = (await left.records()).map(({ state }) => state);
    return {
      problems: await audit(left),
      // While nothing runs for long enough, a slot gives way to the next.
      unserved: await unservedSlots(left, { mayBeSuperseded: true }),
      availableCount: states.filter((state) => state === 'available').length,
      deletedCount: states.filter((state) => state === 'deleted').length,
    };
  } finally {
    for (const close of closers.reverse()) await close();
  }
}
