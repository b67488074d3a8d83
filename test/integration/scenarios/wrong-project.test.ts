import { describe, expect, it } from 'vitest';
import { listBackups } from '../../../lambdas/app/list-backups.ts';
import { rebuildCatalog } from '../../../lambdas/app/rebuild-catalog.ts';
import { WrongProjectError } from '../../../lambdas/app/same-project.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, policyText, type World } from '../../support/world.ts';
import { backUp, failuresOf, follow, prune, runSlots } from '../../support/world-steps.ts';

const open = useWorlds();

/** A slot later, with another project behind the same cloud name, in which volumes and backups look like ours. */
async function openWithOtherProject(): Promise<World> {
  const world = await open({
    policies: policyText('nightly', { keep: '{ semantics: restic, last: 1 }', full: 'always' }),
    volumes: 2,
  });
  await runSlots(world, 3);
  const [row] = world.control.backups();
  world.control.useProject({ id: 'f'.repeat(32) });
  const volumeId = world.control.addVolume({ name: 'theirs' });
  world.control.addForeignBackup({ volumeId, name: row?.name ?? '' });
  await world.pass(HOUR_MS);
  return world;
}

const cloudOf = ({ control }: World) =>
  JSON.stringify([control.backups(), control.volumes(), control.snapshots()]);

describe('another project behind the same cloud name', () => {
  it.each([
    ['follow', follow],
    ['prune', (world, deps) => prune(world, {}, deps)],
    ['rebuild', (world, deps) => rebuildCatalog({}, world.run(), deps)],
  ] as [string, (world: World, deps: World['deps']) => ReturnType<typeof follow>][])(
    'stops %s: the report says so, and nothing changed in either project or the catalog',
    async (_name, work) => {
      const world = await openWithOtherProject();
      const [before, records] = [cloudOf(world), await world.records()];
      const report = await work(world, await world.another());
      expect(failuresOf(report).join()).toContain('but the catalog knows it as project');
      expect(cloudOf(world)).toBe(before);
      expect(await world.records()).toEqual(records);
    },
  );

  it('stops a backup by hand, before anything is recorded', async () => {
    const world = await openWithOtherProject();
    const [before, records] = [cloudOf(world), await world.records()];
    await expect(backUp(world, 'nightly', undefined, await world.another())).rejects.toThrow(
      WrongProjectError,
    );
    expect(cloudOf(world)).toBe(before);
    expect(await world.records()).toEqual(records);
  });

  it('stops a look at the list', async () => {
    const world = await openWithOtherProject();
    await expect(listBackups({}, await world.another())).rejects.toThrow(WrongProjectError);
  });

  it('also stops a process that had the cloud open before', async () => {
    const world = await openWithOtherProject();
    const [before, records] = [cloudOf(world), await world.records()];
    const reports = [await follow(world), await prune(world)];
    expect(failuresOf(...reports).join()).toContain('the credentials lead to project');
    expect(cloudOf(world)).toBe(before);
    expect(await world.records()).toEqual(records);
  });
});

it('a look at the list writes nothing, not even which project is behind the cloud', async () => {
  const world = await open({ policies: policyText('nightly'), volumes: 1 });
  const [cloud = ''] = world.deps.deployment.clouds.keys();
  expect((await listBackups({}, world.deps)).backups).toEqual([]);
  expect(await world.deps.catalog.getCloud(cloud)).toBeUndefined();
});
