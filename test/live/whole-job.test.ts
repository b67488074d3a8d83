import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackups } from '../../lambdas/app/create-backups.ts';
import { followBackups } from '../../lambdas/app/follow-backups.ts';
import { listBackups } from '../../lambdas/app/list-backups.ts';
import { pruneBackups } from '../../lambdas/app/prune-backups.ts';
import { rebuildCatalog } from '../../lambdas/app/rebuild-catalog.ts';
import type { Dependencies } from '../../lambdas/app/run.ts';
import type { RunReport } from '../../lambdas/app/run-report.ts';
import type { Backup } from '../../lambdas/domain/backup.ts';
import { readRealParents, restoreAndHash } from './ground-truth.ts';
import { type LiveWorld, openLiveWorld } from './world.ts';

/** Two policies on the same volumes: one chain. Their fulls stand so that the first half of it can go. */
const POLICIES = `
  daily:
    cloud: prod
    select: { volumes: { metadata: { backup: daily } } }
    schedule: { cron: "0 3 * * *", timezone: UTC, makeUp: 12h }
    full: { every: 4 }
    keep: { semantics: restic, last: 2 }
  noon:
    cloud: prod
    select: { volumes: { metadata: { backup: daily } } }
    schedule: { cron: "0 12 * * *", timezone: UTC, makeUp: 12h }
    full: { every: 60 }
    keep: { semantics: restic, last: 1 }`;

const DAYS = 4;
const DAY_MS = 86_400_000;
const VOLUMES = 2;

let world: LiveWorld;
let volumeIds: readonly string[];
/** Of each volume when a slot's backup of it was made: `<slot> <volume>`. */
const hashes = new Map<string, string>();

beforeAll(async () => {
  world = await openLiveWorld(POLICIES);
  const { live } = world;
  volumeIds = await Promise.all(
    Array.from({ length: VOLUMES }, (_, index) =>
      live.createVolume({ name: `source ${index}`, metadata: { backup: 'daily' } }),
    ),
  );
  for (const volumeId of volumeIds) await live.writeVolume(volumeId, 0, randomBytes(3_000_000));
});
afterAll(async () => {
  await world?.live.purge();
  await world?.close();
});

function slotOf(policy: string, day: number): Date {
  return new Date(Date.UTC(2031, 4, 6, policy === 'daily' ? 3 : 12) + day * DAY_MS);
}

/** Changes a little of each volume, and remembers what the slot's backups must hold. */
async function changeVolumes(slotAt: Date): Promise<void> {
  for (const volumeId of volumeIds) {
    await world.live.writeVolume(volumeId, 1_000_000 * (hashes.size + 1), randomBytes(5_000));
    hashes.set(`${slotAt.toISOString()} ${volumeId}`, await world.live.hashVolume(volumeId));
  }
}

function trigger(policy: string, slotAt: Date, deps: Dependencies, options = {}): Promise<RunReport> {
  return createBackups({ trigger: 'schedule', policy, slot: slotAt }, world.run(options), deps);
}

/** How a slot comes about, each time in another way. */
const WAYS: Readonly<Record<string, (policy: string, slotAt: Date) => Promise<unknown>>> = {
  'by an event that comes twice': async (policy, slotAt) => {
    expect(await trigger(policy, slotAt, world.deps)).toMatchObject({ counts: { available: VOLUMES } });
    expect(await trigger(policy, slotAt, world.deps)).toMatchObject({ counts: {}, failedCount: 0 });
  },
  'by one event in two processes at once': async (policy, slotAt) => {
    const others = [await world.another('second process'), await world.another('third process')];
    await Promise.all(others.map((deps) => trigger(policy, slotAt, deps)));
  },
  'by a run that is cut off, and the next worker': async (policy, slotAt) => {
    const cut = new AbortController();
    const cutOff = { ...(await world.another('cut off')), onProgress: () => cut.abort() };
    await trigger(policy, slotAt, cutOff, { signal: cut.signal });
    await followBackups(world.run(), await world.another('next worker'));
  },
  'by the worker alone, as nothing triggers it': async () => {
    const made = await followBackups(world.run(), world.deps, { slotDelayMs: () => 0 });
    expect(made.counts.available).toBe(VOLUMES);
  },
};

async function ownBackups(deps = world.deps): Promise<readonly Backup[]> {
  return (await listBackups({ sortDir: 'asc' }, deps)).backups.map(({ backup }) => backup);
}

async function planOf(deps: Dependencies) {
  const report = await pruneBackups({ trigger: 'manual', dryRun: true }, world.run(), deps);
  expect(report.failedCount).toBe(0);
  return report.items.map(({ outcome, backupId, policy }) => `${outcome} ${policy} ${backupId}`).sort();
}

describe('the whole job on a real Cinder', () => {
  it('makes one backup per volume and slot, however its slots come about', async () => {
    const ways = Object.values(WAYS);
    for (let slot = 0; slot < DAYS * 2; slot += 1) {
      const policy = slot % 2 === 0 ? 'daily' : 'noon';
      const slotAt = slotOf(policy, Math.floor(slot / 2));
      world.clock.putForwardTo(new Date(slotAt.getTime() + 1_000));
      await changeVolumes(slotAt);
      await ways[slot % ways.length]?.(policy, slotAt);
    }
    const made = (await listBackups({}, world.deps)).backups;
    const slots = made.map(({ backup, slotAt }) => `${slotAt?.toISOString()} ${backup.volumeId}`);
    expect(slots.sort()).toEqual([...hashes.keys()].sort());
    expect(made.map(({ backup }) => backup.status)).toEqual(made.map(() => 'available'));
  });

  it('infers the parents that Cinder has chosen', async () => {
    const backups = await ownBackups();
    const real = await readRealParents(world.live, backups);
    for (const volumeId of volumeIds) {
      const chain = backups.filter((backup) => backup.volumeId === volumeId);
      expect(chain.map((backup) => (backup.isIncremental ? 'i' : 'F')).join('')).toBe('FiiiFiii');
      const records = await world.catalog.listVolumeRecords('prod', volumeId);
      const inferred = new Map(records.map((record) => [record.backupId, record.parentId]));
      for (const { id } of chain) expect(inferred.get(id)).toBe(real.get(id));
    }
  });

  it('plans the same from a catalog that was lost and rebuilt', async () => {
    const planned = await planOf(world.deps);
    expect(planned.filter((line) => line.startsWith('deleting '))).toHaveLength(4 * VOLUMES);
    const rebuilt = await world.another('rebuilt', 'empty');
    const report = await rebuildCatalog({}, world.run(), rebuilt);
    expect(report).toMatchObject({ failedCount: 0, counts: { adopted: DAYS * 2 * VOLUMES } });
    expect(await planOf(rebuilt)).toEqual(planned);

    const before = (await ownBackups()).length;
    await trigger('noon', slotOf('noon', DAYS - 1), rebuilt);
    await followBackups(world.run(), rebuilt);
    expect(await ownBackups()).toHaveLength(before);
  });

  it('deletes what has expired, dependents first, and nothing that something kept rests on', async () => {
    const before = await ownBackups();
    const parents = await readRealParents(world.live, before);
    const from = world.exchanges.length;
    const report = await pruneBackups({ trigger: 'schedule' }, world.run(), world.deps);
    expect(report).toMatchObject({ failedCount: 0, counts: { deleted: 4 * VOLUMES, held: VOLUMES } });

    const deletes = world.exchanges.slice(from).filter(({ method }) => method === 'DELETE');
    expect(deletes.map(({ status }) => status)).toEqual(deletes.map(() => 202));
    const order = deletes.map(({ path }) => path.split('/').at(-1) as string);
    for (const [child, parent] of parents) {
      if (order.includes(parent)) expect(order.indexOf(child)).toBeLessThan(order.indexOf(parent));
    }
    const left = await ownBackups();
    expect(left.map(({ isIncremental }) => (isIncremental ? 'i' : 'F')).sort()).toEqual([
      'F',
      'F',
      ...'iiiiii',
    ]);
    const ids = new Set(left.map(({ id }) => id));
    for (const id of ids) expect(ids.has(parents.get(id) ?? id)).toBe(true);
    expect(before.length - left.length).toBe(order.length);
  });

  it('has nothing left to do right after', async () => {
    const from = world.exchanges.length;
    const pruned = await pruneBackups({ trigger: 'schedule' }, world.run(), world.deps);
    const followed = await followBackups(world.run(), world.deps);
    expect([pruned.failedCount, followed.failedCount]).toEqual([0, 0]);
    expect(world.exchanges.slice(from).filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it('leaves backups that restore to the bytes of their slots', async () => {
    const { backups } = await listBackups({}, world.deps);
    const restored = await restoreAndHash(
      world.live,
      backups.map(({ backup }) => backup),
    );
    for (const { backup, slotAt } of backups) {
      expect(restored.get(backup.id)).toBe(hashes.get(`${slotAt?.toISOString()} ${backup.volumeId}`));
    }
  });
});
