import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackups } from '../../lambdas/app/create-backups.ts';
import { listBackups } from '../../lambdas/app/list-backups.ts';
import { expectStatus, liveCloud, waitUntil } from './cloud.ts';
import { restoreAndHash } from './ground-truth.ts';
import { type LiveWorld, openLiveWorld } from './world.ts';

const POLICIES = ['snapshot', 'force', 'skip']
  .map(
    (inUse) => `
  by-${inUse}:
    cloud: prod
    select: { volumes: { metadata: { backup: ${inUse} } } }
    schedule: { cron: "0 3 * * *", timezone: UTC, makeUp: 12h }
    full: { every: 60 }
    keep: { semantics: restic, last: 5 }
    inUse: ${inUse}`,
  )
  .join('');

const DAY_MS = 86_400_000;

let world: LiveWorld;
beforeEach(async () => {
  world = await openLiveWorld(POLICIES);
});
afterEach(() => world?.close());
afterAll(async () => (await liveCloud()).purge());

async function createVolume(inUse: string): Promise<string> {
  const volumeId = await world.live.createVolume({ name: inUse, metadata: { backup: inUse } });
  await world.live.writeVolume(volumeId, 0, randomBytes(1_000_000));
  return volumeId;
}

/** Each policy's slot of that day, all at once as if one event came for each. */
async function runSlots(day: number, ...policies: readonly string[]) {
  const slot = new Date(Date.UTC(2031, 4, 6, 3) + day * DAY_MS);
  world.clock.putForwardTo(slot);
  const reports = [];
  for (const policy of policies) {
    reports.push(await createBackups({ trigger: 'schedule', policy, slot }, world.run(), world.deps));
  }
  return reports;
}

describe('a volume in use', () => {
  it.each(['snapshot', 'force'])(
    'is backed up by %s, incrementals too, and they restore to its bytes',
    async (inUse) => {
      const { live } = world;
      const volumeId = await createVolume(inUse);
      await live.attachVolume(volumeId);
      const hashes: string[] = [];
      for (const day of [0, 1]) {
        await live.writeVolume(volumeId, 20_000_000 * (day + 1), randomBytes(1_000));
        hashes.push(await live.hashVolume(volumeId));
        const [report] = await runSlots(day, `by-${inUse}`);
        expect(report).toMatchObject({ failedCount: 0, counts: { available: 1 } });
      }
      const backups = (await listBackups({ sortDir: 'asc' }, world.deps)).backups.map(({ backup }) => backup);
      expect(backups.map(({ isIncremental }) => isIncremental)).toEqual([false, true]);
      expect(backups.map(({ snapshotId }) => snapshotId !== undefined)).toEqual(
        backups.map(() => inUse === 'snapshot'),
      );
      expect(await live.waitForVolume(volumeId, 'in-use')).toBe('in-use');
      await waitUntil('the snapshots to go', async () => {
        const { body } = await live.memberRequest('GET', '/snapshots');
        return body.snapshots.length === 0 ? true : undefined;
      });
      const restored = await restoreAndHash(live, backups);
      expect(backups.map(({ id }) => restored.get(id))).toEqual(hashes);
    },
  );

  it('is left out where the policy says so', async () => {
    await world.live.attachVolume(await createVolume('skip'));
    const [report] = await runSlots(0, 'by-skip');
    expect(report).toMatchObject({ failedCount: 0, counts: { skipped: 1 } });
    expect((await listBackups({}, world.deps)).backups).toEqual([]);
  });
});

describe('a volume that grew', () => {
  it('starts a new chain with a full, which restores to its bytes', async () => {
    const { live } = world;
    const volumeId = await createVolume('snapshot');
    await runSlots(0, 'by-snapshot');
    const path = `/volumes/${volumeId}/action`;
    const body = { 'os-extend': { new_size: 2 } };
    await expectStatus(`POST ${path}`, live.memberRequest('POST', path, body), 202);
    await live.waitForVolume(volumeId, 'available');
    await live.writeVolume(volumeId, live.environment.bytesPerGib, randomBytes(1_000));
    const [report] = await runSlots(1, 'by-snapshot');

    expect(report).toMatchObject({ failedCount: 0, counts: { available: 1 } });
    const records = await world.recordsOf(volumeId);
    expect(records.map(({ type, whyFull }) => [type, whyFull])).toEqual([
      ['full', 'no-parent'],
      ['full', 'volume-grew'],
    ]);
    const newest = (await listBackups({ limit: 1 }, world.deps)).backups.map(({ backup }) => backup);
    expect([...(await restoreAndHash(live, newest)).values()]).toEqual([await live.hashVolume(volumeId)]);
  });
});
