import { describe, expect, it } from 'vitest';
import { useWorlds } from '../../support/use-worlds.ts';
import { policyText, type World } from '../../support/world.ts';
import { prune, runSlots } from '../../support/world-steps.ts';

const open = useWorlds();
const VOLUMES = 200;

/** Requests to Cinder for each backup over one slot in which as many are made as are deleted. */
async function measure(
  inUse: boolean,
): Promise<{ perBackup: number; counts: Readonly<Record<string, number>> }> {
  const world: World = await open({
    policies: policyText('nightly', {
      keep: '{ semantics: restic, last: 1 }',
      full: 'always',
      guards: '{ maxDeleteShare: 1 }',
    }),
    volumes: VOLUMES,
    limits: '{ inFlight: 64, requestsPerSecond: 1000 }',
    cloud: { durations: { fullSeconds: 60, incrementalSeconds: 60, snapshotSeconds: 5, deleteSeconds: 10 } },
  });
  if (inUse) for (const id of world.volumeIds) world.control.attachVolume(id, 'server-1');
  // Once round for experience: how long things take here is learnt from the first.
  await runSlots(world, 2);
  await prune(world, { trigger: 'schedule' });
  world.control.requests.reset();
  await runSlots(world, 1);
  await prune(world, { trigger: 'schedule' });
  const { authenticate: _keystone, ...counts } = world.control.requests.counts();
  expect(counts['create-backup']).toBe(VOLUMES);
  expect(counts['delete-backup']).toBe(VOLUMES);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return { perBackup: total / VOLUMES, counts };
}

describe('requests to Cinder in the whole life of a backup, with 64 in flight and backups of a minute', () => {
  it('are two and at most 0.2 polls', async () => {
    const { perBackup, counts } = await measure(false);
    expect(perBackup, JSON.stringify(counts)).toBeLessThanOrEqual(2.2);
  });

  it('are four and at most 0.2 polls with a snapshot', async () => {
    const { perBackup, counts } = await measure(true);
    expect(perBackup, JSON.stringify(counts)).toBeLessThanOrEqual(4.2);
  });
});
