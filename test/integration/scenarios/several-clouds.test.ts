import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../config/config.ts';
import { followBackups } from '../../../lambdas/app/follow-backups.ts';
import type { Cloud } from '../../../lambdas/app/ports.ts';
import type { Dependencies } from '../../../lambdas/app/run.ts';
import { watchInFlight } from '../../support/in-flight.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { configText, HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';

const open = useWorlds();
const LIMITS = '{ inFlight: 1, requestsPerSecond: 1000 }';
const policies = [
  policyText('eastern', { select: '{ volumes: { names: ["east-*"] } }' }),
  policyText('western', { cloud: 'west', select: '{ volumes: { names: ["west-*"] } }' }),
].join('\n');

/** Two clouds of one config, which happen to be the same project; `openWest` may fail in its own way. */
async function openTwo(openWest?: () => Promise<Cloud>): Promise<{ world: World; deps: Dependencies }> {
  const world = await open({ policies: policyText('unused'), cloud: { durations: { fullSeconds: 60 } } });
  for (const name of ['east-1', 'east-2', 'east-3', 'west-1', 'west-2', 'west-3']) world.addVolume({ name });
  const text = configText({ policies, limits: LIMITS });
  const withWest = text.replace('clouds:\n', `clouds:\n  west: { auth: env, limits: ${LIMITS} }\n`);
  const { deployment } = parseConfig(withWest, 'test.yaml');
  const { openCloud, ...rest } = await world.another();
  const deps: Dependencies = {
    ...rest,
    deployment,
    openCloud: (name) => (name === 'west' && openWest !== undefined ? openWest() : openCloud(name)),
  };
  await followBackups(world.run(false), deps, { slotDelayMs: () => 0 });
  await world.pass(HOUR_MS);
  return { world, deps };
}

const madeOf = ({ control }: World, prefix: string) =>
  control
    .backups()
    .filter(({ status, volume_name }) => status === 'available' && volume_name?.startsWith(prefix)).length;

describe('several clouds', () => {
  it('are worked on side by side, each with places of its own', async () => {
    const { world, deps } = await openTwo();
    const watched = watchInFlight(world, 2);
    const begunAt = world.clock.now().getTime();
    await followBackups(world.run(), deps, { slotDelayMs: () => 0 });
    watched.stop();
    expect([madeOf(world, 'east'), madeOf(world, 'west')]).toEqual([3, 3]);
    expect(watched.most).toBe(2);
    expect(world.clock.now().getTime() - begunAt).toBeLessThan(5 * MINUTE_MS);
  });

  it.each([
    ['does not answer', () => new Promise<never>(() => {})],
    ['cannot be opened', () => Promise.reject(new Error('no credentials'))],
  ])('go on beside one that %s', async (_what, openWest) => {
    const { world, deps } = await openTwo(openWest);
    const running = followBackups(world.run(), deps, { slotDelayMs: () => 0 });
    await Promise.race([running, world.pass(5 * MINUTE_MS)]);
    await world.pass(5 * MINUTE_MS);
    expect(madeOf(world, 'east')).toBe(3);
  });
});
