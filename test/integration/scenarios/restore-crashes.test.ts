import { describe, expect, it } from 'vitest';
import type { RestoreBackupRequest } from '../../../lambdas/app/restore-backup.ts';
import { createPowerSupply } from '../../support/power-cut.ts';
import { newestOf, openWithBackups } from '../../support/restores.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { MINUTE_MS, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { failuresOf, followRestores, restore } from '../../support/world-steps.ts';

const open = useWorlds();
const MORE_CALLS_THAN_ANY_RUN = 200;
/** Short, for few looks in between: what matters is the order of the calls. */
const cloud = {
  durations: {
    fullSeconds: 0.3,
    incrementalSeconds: 0.3,
    volumeSeconds: 0.3,
    restoreSeconds: 1,
    deleteSeconds: 0.3,
  },
};

interface End {
  /** The restore had ended before the power went. */
  readonly wasDone: boolean;
  /** What whoever finished it had to complain of. */
  readonly failures: readonly string[];
}

type After = (world: World, request: RestoreBackupRequest) => Promise<readonly string[]>;

const byWorker: After = (world) => followRestores(world, 30);
const byTheSameCommand: After = async (world, request) =>
  failuresOf(await restore(world, request, await world.another({ owner: 'again' })));

/** Lets the power go at every call of a restore in turn; answers how often that was. */
async function sweep(
  request: (world: World, backupId: string) => RestoreBackupRequest,
  disturb: (world: World) => void,
  afterwards: (cutAt: number) => After,
  verify: (world: World, digest: string, cutAt: string, end: End) => Promise<void>,
): Promise<number> {
  for (let cutAt = 1; cutAt <= MORE_CALLS_THAN_ANY_RUN; cutAt += 1) {
    const { world, backups } = await openWithBackups(open, { cloud }, 2);
    const asked = request(world, newestOf(backups).id);
    disturb(world);
    const power = createPowerSupply(cutAt);
    const doomed = await world.another({ owner: 'doomed', wrap: power.wrap });
    const end = await Promise.race([power.cut, restore(world, asked, doomed)]);
    if (end !== 'cut') return cutAt - 1;
    const [recorded] = await world.catalog.listRestores('prod', world.volumeIds[0] ?? '');
    // The lease of the dead runs out.
    await world.pass(MINUTE_MS);
    const failures = await afterwards(cutAt)(world, asked);
    await verify(world, newestOf(backups).digest, `cut at call ${cutAt}`, {
      wasDone: recorded?.state === 'restored',
      failures,
    });
    expect(await audit(world), `cut at call ${cutAt}`).toEqual([]);
    await world.close();
  }
  throw new Error('the run never ends');
}

const rescued = (world: World) => world.control.volumes().filter(({ name }) => name === 'rescued');

describe('when the power goes at any instant, a restore is finished', () => {
  const alternately = (cutAt: number) => (cutAt % 2 === 0 ? byWorker : byTheSameCommand);

  it.each([
    ['the worker', byWorker],
    ['the same command', byTheSameCommand],
  ])('into a new volume by %s: it is made once, and whole', async (_who, afterwards) => {
    const cuts = await sweep(
      (_world, backupId) => ({ backupId, into: { name: 'rescued' } }),
      () => undefined,
      () => afterwards,
      async (world, digest, cutAt, { wasDone, failures }) => {
        const volumes = rescued(world);
        const recorded = await world.catalog.listRestores('prod', world.volumeIds[0] ?? '');
        expect(failures, cutAt).toEqual([]);
        // Nothing was written down yet: then there is nothing to finish, and nothing was made. All was: then to ask again is another request.
        expect(volumes, cutAt).toHaveLength(recorded.length);
        expect(recorded.length, cutAt).toBeGreaterThanOrEqual(afterwards === byWorker ? 0 : 1);
        expect(recorded.length, cutAt).toBeLessThanOrEqual(wasDone ? 2 : 1);
        for (const { id } of volumes) expect(world.control.digestVolume(id), cutAt).toBe(digest);
        for (const { state } of recorded) expect(state, cutAt).toBe('restored');
      },
    );
    expect(cuts).toBeGreaterThan(15);
  });

  it('into an existing volume: it is untouched or whole, and free for the next restore', async () => {
    const cuts = await sweep(
      (_world, backupId) => ({ backupId, into: { original: true }, overwrite: true }),
      (world) => world.control.writeVolume(world.volumeIds[0] ?? '', 500_000_000, Buffer.from('to be lost')),
      alternately,
      async (world, digest, cutAt, { failures }) => {
        const [volumeId = ''] = world.volumeIds;
        const recorded = await world.catalog.listRestores('prod', volumeId);
        expect(failures, cutAt).toEqual([]);
        expect(world.control.digestVolume(volumeId) === digest, cutAt).toBe(recorded.length > 0);
        for (const { state } of recorded) expect(state, cutAt).toBe('restored');
        const again = await restore(world, { volumeId, into: { original: true }, overwrite: true });
        expect(again.counts, cutAt).toEqual({ restored: 1 });
      },
    );
    expect(cuts).toBeGreaterThan(12);
  });

  it('that fails: what it made goes', async () => {
    const cuts = await sweep(
      (_world, backupId) => ({ backupId, into: { name: 'rescued' } }),
      (world) => {
        world.control.addFault({
          match: { operation: 'restore-backup' },
          effect: { fail: { reason: 'the disk is on fire' } },
        });
      },
      alternately,
      async (world, _digest, cutAt) => {
        expect(rescued(world), cutAt).toEqual([]);
        const recorded = await world.catalog.listRestores('prod', world.volumeIds[0] ?? '');
        for (const { state } of recorded) expect(state, cutAt).toBe('failed');
      },
    );
    expect(cuts).toBeGreaterThan(15);
  });
});
