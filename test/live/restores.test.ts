import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackups } from '../../lambdas/app/create-backups.ts';
import { followBackups } from '../../lambdas/app/follow-backups.ts';
import { listBackups } from '../../lambdas/app/list-backups.ts';
import { pruneBackups } from '../../lambdas/app/prune-backups.ts';
import { type RestoreBackupRequest, restoreBackup } from '../../lambdas/app/restore-backup.ts';
import type { Dependencies, Run } from '../../lambdas/app/run.ts';
import type { RunReport } from '../../lambdas/app/run-report.ts';
import type { Backup } from '../../lambdas/domain/backup.ts';
import { expectStatus } from './cloud.ts';
import { type LiveWorld, openLiveWorld } from './world.ts';

/** Two chains on each volume, F i i F i, of which the first expires with the second: only the pruning here decides when. */
const POLICIES = `
  daily:
    cloud: prod
    select: { volumes: { metadata: { backup: daily } } }
    schedule: { cron: "0 3 * * *", timezone: UTC, makeUp: 12h }
    full: { every: 3 }
    keep: { semantics: restic, last: 1 }
    guards: { maxDeleteShare: 1, graceDays: 0 }`;

const SLOTS = 5;
const DAY_MS = 86_400_000;
/** A restore waits so long before it reads a byte: time to come between. */
const DELAY_SECONDS = 16;

interface Point {
  readonly backup: Backup;
  readonly hash: string;
}

let world: LiveWorld;
/** Of each volume, oldest first. */
const points = new Map<string, readonly Point[]>();
/** One is restored, of one the chain is broken, one is larger than the others, one will be gone. */
let intact: string;
let broken: string;
let large: string;
let gone: string;

beforeAll(async () => {
  world = await openLiveWorld(POLICIES);
  const make = (name: string, sizeGib = 1) =>
    world.live.createVolume({ name, sizeGib, metadata: { backup: 'daily', owner: 'Zoë' } });
  const volumeIds = await Promise.all([make('intact'), make('broken'), make('large', 2), make('gone')]);
  [intact, broken, large, gone] = volumeIds as [string, string, string, string];
  const hashes = await backUpKnownBytes(volumeIds);
  const { backups } = await listBackups({ sortDir: 'asc' }, world.deps);
  for (const volumeId of volumeIds) {
    const own = backups.map(({ backup }) => backup).filter((backup) => backup.volumeId === volumeId);
    expect(own.map(({ isIncremental }) => (isIncremental ? 'i' : 'F')).join('')).toBe('FiiFi');
    points.set(
      volumeId,
      own.map((backup, slot) => ({ backup, hash: hashes.get(volumeId)?.[slot] ?? '' })),
    );
  }
});
afterAll(async () => {
  await world?.live.clearFaults();
  await world?.live.purge();
  await world?.close();
});

/** Other bytes in each volume before each slot. */
async function backUpKnownBytes(volumeIds: readonly string[]): Promise<ReadonlyMap<string, string[]>> {
  const hashes = new Map(volumeIds.map((id) => [id, [] as string[]]));
  for (let index = 0; index < SLOTS; index += 1) {
    for (const id of volumeIds) {
      await world.live.writeVolume(id, 7_000_000 * index, randomBytes(100_000));
      hashes.get(id)?.push(await world.live.hashVolume(id));
    }
    const slot = new Date(Date.UTC(2031, 4, 6, 3) + index * DAY_MS);
    world.clock.putForwardTo(slot);
    const report = await createBackups(
      { trigger: 'schedule', policy: 'daily', slot },
      world.run(),
      world.deps,
    );
    expect(report).toMatchObject({ failedCount: 0, counts: { available: volumeIds.length } });
  }
  return hashes;
}

function pointOf(volumeId: string, index: number): Point {
  const point = points.get(volumeId)?.at(index);
  if (point === undefined) throw new Error(`there is no backup ${index} of ${volumeId}`);
  return point;
}

const restore = (request: RestoreBackupRequest, deps = world.deps, options: Partial<Run> = {}) =>
  restoreBackup(request, world.run(options), deps);

/** The volume that a run restored into, its only one. */
function targetOf({ items }: RunReport): string {
  expect(items).toMatchObject([{ outcome: 'restored', isFailure: false, tookMs: expect.any(Number) }]);
  return items[0]?.targetId ?? '';
}

async function expectRefused(request: RestoreBackupRequest, says: string): Promise<void> {
  const from = world.exchanges.length;
  const report = await restore(request);
  expect(report).toMatchObject({ counts: { refused: 1 }, failedCount: 1 });
  expect(report.items[0]?.reason).toContain(says);
  const changes = world.exchanges
    .slice(from)
    .filter(({ method, path }) => method !== 'GET' && !path.includes('/auth/'));
  expect(changes).toEqual([]);
}

const volumeNames = async () => {
  const { body } = await world.live.memberRequest('GET', '/volumes');
  return body.volumes.map(({ name }: { readonly name: string }) => name);
};

async function removeVolume(id: string): Promise<void> {
  await expectStatus(`DELETE ${id}`, world.live.memberRequest('DELETE', `/volumes/${id}`), 202);
}

describe('every point of two chains on a real Cinder', () => {
  it('is restored into an existing volume, byte for byte, over whatever was there', async () => {
    const target = await world.live.createVolume({ name: 'existing' });
    await world.live.writeVolume(target, 60_000_000, randomBytes(1_000));
    for (const { backup, hash } of points.get(intact) ?? []) {
      const report = await restore({ backupId: backup.id, into: { volumeId: target }, overwrite: true });
      expect(targetOf(report)).toBe(target);
      expect(await world.live.hashVolume(target)).toBe(hash);
    }
  });

  it('is restored into a new volume, byte for byte, though its own is gone', async () => {
    await removeVolume(gone);
    for (const { backup, hash } of points.get(gone) ?? []) {
      const at = backup.dataTimestampAt;
      const report = await restore({ volumeId: gone, at, into: { namePrefix: 'new ' } });
      expect(report.items[0]?.backupId).toBe(backup.id);
      const target = targetOf(report);
      expect(await world.live.hashVolume(target)).toBe(hash);
      expect(await world.cloud.getVolume(target)).toMatchObject({
        name: 'new gone',
        sizeGib: 1,
        metadata: { backup: 'daily', owner: 'Zoë' },
      });
    }
  });
});

describe('is refused before anything is touched', () => {
  it('what would go into a volume that is too small', async () => {
    const small = await world.live.createVolume({ name: 'small' });
    const { backup } = pointOf(large, -1);
    await expectRefused(
      { backupId: backup.id, into: { volumeId: small }, overwrite: true },
      'it has 1 GiB, and the backup is of 2 GiB',
    );
  });

  it('a chain whose middle is missing, while what stands below it can be had', async () => {
    const missing = pointOf(broken, 1).backup.id;
    await world.live.forgetBackups(missing);
    await expectRefused({ backupId: pointOf(broken, 2).backup.id }, `was based on backup ${missing}`);
    const { backup, hash } = pointOf(broken, 0);
    const report = await restore({ backupId: backup.id, into: { name: 'below' } });
    expect(await world.live.hashVolume(targetOf(report))).toBe(hash);
    await world.live.forgetBackups(...(points.get(broken) ?? []).slice(0, 3).map((point) => point.backup.id));
  });
});

describe('a restore that fails in Cinder', () => {
  it('says why; a new volume goes, an existing one stays as it is, and the backup is as good as before', async () => {
    const { live } = world;
    const { backup, hash } = pointOf(intact, 4);
    const target = await live.createVolume({ name: 'to be spoilt' });
    await live.setFault('attach_error', 'disk on fire');
    const fresh = await restore({ backupId: backup.id, into: { name: 'ashes' } });
    const existing = await restore({ backupId: backup.id, into: { volumeId: target }, overwrite: true });
    await live.clearFaults();
    for (const report of [fresh, existing]) {
      expect(report).toMatchObject({ counts: { failed: 1 }, failedCount: 1 });
      expect(report.items[0]?.reason).toMatch(/^volume \S+ is error_restoring: \S+/);
    }
    expect(await volumeNames()).not.toContain('ashes');
    expect((await world.cloud.getVolume(target))?.status).toBe('error_restoring');
    const again = await restore({ backupId: backup.id, into: { name: 'phoenix' } });
    expect(await live.hashVolume(targetOf(again))).toBe(hash);
  });
});

describe('two restores at once', () => {
  it('by two processes, of one backup and of another, are both whole', async () => {
    const [one, two] = [pointOf(intact, 2), pointOf(large, 1)];
    const requests: [Point, string, Dependencies][] = [
      [one, 'first', await world.another('one')],
      [one, 'second', await world.another('two')],
      [two, 'third', await world.another('three')],
    ];
    const reports = await Promise.all(
      requests.map(([{ backup }, name, deps]) => restore({ backupId: backup.id, into: { name } }, deps)),
    );
    for (const [index, report] of reports.entries()) {
      const target = report.items.find(({ targetName }) => targetName === requests[index]?.[1])?.targetId;
      expect(await world.live.hashVolume(target ?? '')).toBe(requests[index]?.[0].hash);
    }
  });
});

describe('a restore whose process stops in the middle', () => {
  it('holds its chain against a pruning, is finished by the next run, and then lets it go', async () => {
    const { live } = world;
    const { backup, hash } = pointOf(intact, 2);
    await live.setFault('attach_delay', DELAY_SECONDS);
    const request = { backupId: backup.id, into: { name: 'finished by another' } };
    const deadlineAt = new Date(world.clock.now().getTime() + (DELAY_SECONDS * 1_000) / 2);
    const stopped = await restore(request, await world.another('stopped'), { deadlineAt });
    expect(stopped.counts).toEqual({ restoring: 1 });

    const pruner = await world.another('pruner');
    const chain = (points.get(intact) ?? []).slice(0, 3).map((point) => point.backup.id);
    const pruned = await pruneBackups({ trigger: 'schedule' }, world.run(), pruner);
    expect(pruned.failedCount).toBe(0);
    const left = async () =>
      (await listBackups({ volumeId: intact }, pruner)).backups.map(({ backup: { id } }) => id);
    expect(await left()).toEqual(expect.arrayContaining(chain));

    const finished = await followBackups(world.run(), await world.another('next'), {
      waitsForRestores: true,
    });
    expect(finished).toMatchObject({ counts: { restored: 1 }, failedCount: 0 });
    expect(await live.hashVolume(targetOf(finished))).toBe(hash);
    expect((await volumeNames()).filter((name: string) => name === request.into.name)).toHaveLength(1);

    await live.clearFaults();
    await pruneBackups({ trigger: 'schedule' }, world.run(), pruner);
    const remaining = await left();
    for (const id of chain) expect(remaining).not.toContain(id);
    const newest = pointOf(intact, 4);
    const last = await restore({ volumeId: intact, into: { name: 'after the pruning' } }, pruner);
    expect(last.items[0]?.backupId).toBe(newest.backup.id);
    expect(await live.hashVolume(targetOf(last))).toBe(newest.hash);
  });
});
