import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackups } from '../../lambdas/app/create-backups.ts';
import { followBackups } from '../../lambdas/app/follow-backups.ts';
import { listBackups } from '../../lambdas/app/list-backups.ts';
import type { Dependencies } from '../../lambdas/app/run.ts';
import { testRestores } from '../../lambdas/app/test-restores.ts';
import { isScratch } from '../../lambdas/domain/restore-marker.ts';
import type { Volume } from '../../lambdas/domain/volume.ts';
import { createAskHook } from '../../lambdas/runtime/ask-hook.ts';
import { type HookServer, openHook, PASS } from '../support/hook-server.ts';
import { type LiveWorld, openLiveWorld } from './world.ts';

/** Selects by metadata, which Cinder gives to what is restored. */
const policies = (hookUrl: string) => `
  daily:
    cloud: prod
    select: { volumes: { metadata: { backup: daily } } }
    schedule: { cron: "0 3 * * *", timezone: UTC, makeUp: 12h }
    keep: { semantics: restic, last: 9 }
    restoreTests: { schedule: { cron: "0 12 * * *" }, volumes: all, hook: { url: "${hookUrl}" } }`;

const BACKED_UP = new Date('2031-05-06T03:00:00Z');
const NOON = new Date('2031-05-06T12:00:00Z');
/** A restore waits so long before it reads a byte. */
const DELAY_SECONDS = 16;

let hook: HookServer;
let world: LiveWorld;
let deps: Dependencies;
let volumeIds: readonly string[];
/** What the volumes were when the hook was asked, and what was in them. */
const seen: { readonly volume: Volume | undefined; readonly hash: string }[] = [];
const hashes = new Map<string, string>();

beforeAll(async () => {
  hook = await openHook();
  world = await openLiveWorld(policies(hook.url));
  deps = { ...world.deps, askHook: createAskHook() };
  const { live } = world;
  volumeIds = await Promise.all(
    ['one', 'two'].map((name) => live.createVolume({ name, metadata: { backup: 'daily', owner: 'Zoë' } })),
  );
  for (const id of volumeIds) {
    await live.writeVolume(id, 0, randomBytes(3_000_000));
    hashes.set(id, await live.hashVolume(id));
  }
  world.clock.putForwardTo(BACKED_UP);
  const event = { trigger: 'schedule', policy: 'daily', slot: BACKED_UP } as const;
  expect(await createBackups(event, world.run(), deps)).toMatchObject({ counts: { available: 2 } });
});
afterAll(async () => {
  await world?.live.clearFaults();
  await world?.live.purge();
  await world?.close();
  await hook?.close();
});

async function scratchVolumes(): Promise<readonly Volume[]> {
  const volumes = (await Array.fromAsync(world.cloud.listVolumes())).flat();
  return volumes.filter((volume) => isScratch(volume) && volume.status !== 'deleting');
}

describe('tests of restores on a real Cinder', () => {
  it('restore each volume once for a slot, byte for byte, and leave nothing', async () => {
    world.clock.putForwardTo(NOON);
    hook.reply = async ({ volumeId, sourceVolumeId }) => {
      const hash = await world.live.hashVolume(volumeId);
      seen.push({ volume: await world.cloud.getVolume(volumeId), hash });
      return hash === hashes.get(sourceVolumeId) ? PASS : [200, { pass: false, reason: 'other bytes' }];
    };
    const event = { trigger: 'schedule', policy: 'daily', slot: NOON } as const;
    const report = await testRestores(event, world.run(), deps);
    expect(report).toMatchObject({ failedCount: 0, counts: { proved: 2 }, warnings: [] });
    expect((await testRestores(event, world.run(), deps)).counts).toEqual({});
    expect(new Set(seen.map(({ hash }) => hash))).toEqual(new Set(hashes.values()));
    expect(await scratchVolumes()).toEqual([]);
    const { backups } = await listBackups({ proved: true }, deps);
    expect(backups).toHaveLength(2);
  });

  it('keep their marker while Cinder gives the scratch volume the metadata of the original', () => {
    for (const { volume } of seen) {
      expect(volume?.metadata).toMatchObject({ backup: 'daily', owner: 'Zoë' });
      expect(volume?.name).toMatch(/^cinderkeep-test-live-/);
      expect(volume && isScratch(volume)).toBe(true);
    }
  });

  it('make no backup of a scratch volume, and are finished by the worker when they are stopped', async () => {
    hook.reply = () => PASS;
    const { live } = world;
    await live.setFault('attach_delay', DELAY_SECONDS);
    const request = { trigger: 'manual', volumeIds: volumeIds.slice(0, 1) } as const;
    const deadlineAt = new Date(world.clock.now().getTime() + (DELAY_SECONDS * 1_000) / 2);
    const stopped = { ...(await world.another('stopped')), askHook: createAskHook() };
    const left = await testRestores(request, world.run({ deadlineAt }), stopped);
    expect(left).toMatchObject({ failedCount: 0, counts: { restoring: 1 } });
    expect(await scratchVolumes()).toMatchObject([{ status: 'restoring-backup' }]);
    await live.clearFaults();
    const made = await createBackups({ trigger: 'manual', policy: 'daily' }, world.run(), deps);
    expect(made).toMatchObject({ failedCount: 0, counts: { available: volumeIds.length } });
    const report = await followBackups(world.run(), deps, { waitsForRestores: true });
    expect(report).toMatchObject({ failedCount: 0, counts: { proved: 1 } });
    expect(await scratchVolumes()).toEqual([]);
  });

  it('fail where the cloud cannot restore, and leave nothing either', async () => {
    const [first = ''] = volumeIds;
    await world.live.setFault('attach_error', 'disk on fire');
    const request = { trigger: 'manual', volumeIds: [first] } as const;
    const report = await testRestores(request, world.run(), deps);
    await world.live.clearFaults();
    expect(report).toMatchObject({ failedCount: 1, counts: { failed: 1 } });
    expect(report.items[0]?.reason).toContain('error_restoring');
    expect(await scratchVolumes()).toEqual([]);
  });
});
