import { describe, expect, it } from 'vitest';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, policyText, type World } from '../../support/world.ts';
import { prune, runSlots } from '../../support/world-steps.ts';

const open = useWorlds();
const DAY_MS = 24 * HOUR_MS;
const keeping = (parts: Record<string, string>) =>
  policyText('nightly', {
    full: 'always',
    guards: '{ maxDeleteShare: 1, graceDays: 0 }',
    onVolumeGone: 'apply',
    ...parts,
  });
const countOf = (world: World) => world.control.backups().length;
const onSchedule = { trigger: 'schedule' } as const;

/** A volume with four backups which is gone, and whose retention has been decided. */
async function openWithGoneVolume(): Promise<World> {
  const world = await open({ policies: keeping({ keep: '{ semantics: restic, last: 4 }' }), volumes: 1 });
  await runSlots(world, 4);
  world.control.removeVolume(world.volumeIds[0] as string);
  await prune(world, onSchedule);
  return world;
}

describe('a volume to which nothing happens any more', () => {
  it('follows a change of its policy all the same, on schedule', async () => {
    const world = await openWithGoneVolume();
    const shortened = await world.another({ policies: keeping({ keep: '{ semantics: restic, last: 2 }' }) });
    await prune(world, onSchedule, shortened);
    expect(countOf(world)).toBe(2);
  });

  it('follows it when what the change foresees comes true', async () => {
    const world = await openWithGoneVolume();
    const limited = await world.another({
      policies: keeping({ keep: '{ semantics: restic, last: 4 }', maxAge: '2d', maxAgeStrict: 'true' }),
    });
    await prune(world, onSchedule, limited);
    expect(countOf(world)).toBe(4);
    await world.pass(2 * DAY_MS - HOUR_MS);
    await prune(world, onSchedule, limited);
    expect(countOf(world)).toBeLessThan(4);
    await world.pass(HOUR_MS);
    await prune(world, onSchedule, limited);
    expect(countOf(world)).toBe(0);
  });

  it('is looked at once a week, so that what someone deleted by hand is noticed', async () => {
    const world = await openWithGoneVolume();
    const [oldest] = world.control.backups();
    world.control.removeBackup(oldest?.id ?? '');
    await world.pass(7 * DAY_MS - HOUR_MS);
    expect((await prune(world, onSchedule)).counts).toEqual({});
    await world.pass(HOUR_MS);
    expect((await prune(world, onSchedule)).counts.lost).toBe(1);
    expect((await prune(world, onSchedule)).counts).toEqual({});
  });
});
