import { afterEach } from 'vitest';
import { openWorld, type World, type WorldOptions } from './world.ts';

/** Opens worlds that are closed after each test. */
export function useWorlds(): (options: WorldOptions) => Promise<World> {
  const opened: World[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((world) => world.close()));
  });
  return async (options) => {
    const world = await openWorld(options);
    opened.push(world);
    return world;
  };
}
