import { describe, expect, it } from 'vitest';
import { onRequest } from '../../support/on-request.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, policyText, type World } from '../../support/world.ts';
import { audit, unservedSlots } from '../../support/world-audit.ts';
import { follow, prune, runSlots } from '../../support/world-steps.ts';

const open = useWorlds();
const guards = '{ maxDeleteShare: 1 }';

/** Both at the full hour; `often` also at the half. */
function bothText(often: Record<string, string> = {}, seldom: Record<string, string> = {}): string {
  return [
    policyText('often', { guards, keep: '{ semantics: restic, last: 3 }', ...often }),
    policyText('seldom', { guards, keep: '{ semantics: restic, last: 2 }', ...seldom }),
  ].join('\n');
}

const policyOf = (name: string | null) => name?.split('-')[2];

/** Never two of a volume under way at once: looked at whenever the cloud is asked anything. */
function watchVolumes(world: World): () => string[] {
  const seen = new Set<string>();
  onRequest(world, () => {
    const busy = world.control
      .backups()
      .filter(({ status }) => status === 'creating' || status === 'deleting');
    for (const [volumeId, rows] of Map.groupBy(busy, (row) => row.volume_id)) {
      if (rows.length > 1) seen.add(`${volumeId}: ${rows.map(({ name }) => name).join(', ')}`);
    }
  });
  return () => [...seen];
}

describe('two policies on the same volumes', () => {
  it('have their slots at the same instant made one after the other, never within two seconds', async () => {
    const world = await open({
      policies: bothText(),
      volumes: 3,
      cloud: { durations: { fullSeconds: 0.2, incrementalSeconds: 0.2 } },
    });
    const atOnce = watchVolumes(world);
    await runSlots(world, 4);
    expect(atOnce()).toEqual([]);
    expect(await audit(world)).toEqual([]);
    expect(await unservedSlots(world)).toEqual([]);
    expect(world.control.backups()).toHaveLength(24);
  });

  it('also from snapshots', async () => {
    const world = await open({
      policies: bothText(),
      volumes: 2,
      cloud: { durations: { fullSeconds: 0.2, incrementalSeconds: 0.2, snapshotSeconds: 0.1 } },
    });
    for (const id of world.volumeIds) world.control.attachVolume(id, 'server-1');
    await runSlots(world, 3);
    expect(await audit(world)).toEqual([]);
    expect(world.control.backups()).toHaveLength(12);
  });

  it('share one chain', async () => {
    const world = await open({
      policies: bothText({ full: '{ every: 10 }' }, { full: '{ every: 10 }' }),
      volumes: 1,
    });
    await runSlots(world, 3);
    const rows = world.control.backups().toReversed();
    expect(rows.map((row) => row.parent_id)).toEqual([null, ...rows.slice(0, -1).map(({ id }) => id)]);
  });

  it('each keep what their own rules say', async () => {
    const world = await open({ policies: bothText({ full: 'always' }, { full: 'always' }), volumes: 2 });
    await runSlots(world, 6);
    await prune(world);
    const counts = Map.groupBy(world.control.backups(), ({ name }) => policyOf(name));
    expect(counts.get('often')).toHaveLength(6);
    expect(counts.get('seldom')).toHaveLength(4);
    expect(await audit(world)).toEqual([]);
  });

  it("hold each other's backups where theirs are based on them", async () => {
    const policies = bothText(
      { full: '{ every: 100 }', keep: '{ semantics: restic, last: 1 }' },
      { full: '{ every: 100 }', keep: '{ semantics: restic, last: 2 }' },
    );
    const world = await open({ policies, volumes: 1 });
    await runSlots(world, 3);
    const report = await prune(world);
    expect(report.counts).toMatchObject({ kept: 3, held: 3 });
    expect(
      new Set(report.items.filter(({ outcome }) => outcome === 'held').map(({ policy }) => policy)),
    ).toEqual(new Set(['often', 'seldom']));
    expect(world.control.backups()).toHaveLength(6);
  });

  it('create and prune on a volume one after the other', async () => {
    const world = await open({
      policies: bothText({ full: 'always' }, { full: 'always' }),
      volumes: 2,
      cloud: { durations: { fullSeconds: 60, deleteSeconds: 20 } },
    });
    world.control.attachVolume(world.volumeIds[0] as string, 'server-1');
    await runSlots(world, 6);
    const atOnce = watchVolumes(world);
    await world.pass(HOUR_MS);
    const work = follow(world);
    await world.pass(5_000);
    await Promise.all([work, prune(world), prune(world, { trigger: 'schedule' })]);
    await follow(world);
    expect(atOnce()).toEqual([]);
    expect(await audit(world)).toEqual([]);
  });
});
