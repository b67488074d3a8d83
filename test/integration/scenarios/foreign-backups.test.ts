import { describe, expect, it } from 'vitest';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { backUp, follow, prune, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();
const keepsOne = policyText('nightly', {
  keep: '{ semantics: restic, last: 1 }',
  full: 'always',
  guards: '{ maxDeleteShare: 1 }',
});

async function typesOf(world: World) {
  return (await world.records()).map(({ type, whyFull }) => `${type} ${whyFull ?? ''}`.trim());
}

/** Somebody's backup, made now of the only volume. */
function addForeign(world: World, parts: Partial<Parameters<World['control']['addForeignBackup']>[0]> = {}) {
  return world.control.addForeignBackup({
    volumeId: world.volumeIds[0] as string,
    name: 'by hand',
    ...parts,
  });
}

describe('a foreign backup in the middle of a chain', () => {
  it('makes the next of ours a full, and the ones after it go on from there', async () => {
    const world = await open({ policies: policyText('nightly'), volumes: 1 });
    await runSlots(world, 2);
    await world.pass(MINUTE_MS);
    addForeign(world, { parentId: world.control.backups()[0]?.id ?? null });
    await runSlots(world, 2);
    expect(await typesOf(world)).toEqual([
      'full no-parent',
      'incremental',
      'full foreign-parent',
      'incremental',
    ]);
  });

  it('that is a full does so too', async () => {
    const world = await open({ policies: policyText('nightly'), volumes: 1 });
    await runSlots(world, 1);
    await world.pass(MINUTE_MS);
    addForeign(world);
    await runSlots(world, 1);
    expect((await typesOf(world)).at(-1)).toBe('full foreign-parent');
  });

  it('is a parent like any other where the policy allows it', async () => {
    const policies = policyText('nightly', { chain: '{ allowForeignParent: true }' });
    const world = await open({ policies, volumes: 1 });
    await runSlots(world, 1);
    await world.pass(MINUTE_MS);
    const foreignId = addForeign(world);
    await runSlots(world, 1);
    expect((await typesOf(world)).at(-1)).toBe('incremental');
    expect(world.control.backups()[0]?.parent_id).toBe(foreignId);
    expect((await world.records()).at(-1)?.parentId).toBe(foreignId);
  });

  it('that comes while a run is on is noticed by that run', async () => {
    const world = await open({
      policies: policyText('nightly'),
      volumes: 2,
      limits: '{ inFlight: 1, requestsPerSecond: 1000 }',
      cloud: { durations: { fullSeconds: 120, incrementalSeconds: 120 } },
    });
    await runSlots(world, 1);
    await world.pass(HOUR_MS);
    const work = follow(world);
    await world.pass(30_000);
    for (const volumeId of world.volumeIds) addForeign(world, { volumeId });
    await work;
    const last = (await world.records()).filter(({ slotAt }) => slotAt.getUTCHours() === 2);
    expect(last.map(({ type, whyFull }) => `${type} ${whyFull}`)).toContain('full foreign-parent');
  });
});

describe('foreign backups', () => {
  it('are never deleted, however old, and neither are those of another deployment', async () => {
    const world = await open({ policies: keepsOne, volumes: 1 });
    const old = new Date('2020-01-01T00:00:00Z');
    const ids = [
      addForeign(world, { createdAt: old }),
      addForeign(world, { createdAt: old, name: 'ck-other-nightly-20200101T000000Z-1-0123456789abcdef' }),
      addForeign(world, { createdAt: old, metadata: { cinderkeep: 'v1;other;nightly;20200101T000000Z;' } }),
      addForeign(world, { createdAt: old, name: 'ck-acme-nightly-20200101T000000Z-1-0123456789abcdef' }),
    ];
    await runSlots(world, 4);
    await prune(world);
    const left = world.control.backups().map(({ id }) => id);
    expect(left).toEqual(expect.arrayContaining(ids));
    expect(left).toHaveLength(ids.length + 1);
  });

  it('that failed are not cleared', async () => {
    const world = await open({ policies: policyText('nightly'), volumes: 1 });
    const id = addForeign(world, { status: 'error' });
    await runSlots(world, 2);
    await prune(world);
    expect(world.control.backups().map((row) => row.id)).toContain(id);
  });

  it('hold what they are based on', async () => {
    const world = await open({ policies: keepsOne, volumes: 1 });
    await runSlots(world, 1);
    const fullId = world.control.backups()[0]?.id ?? '';
    await world.pass(MINUTE_MS);
    addForeign(world, { parentId: fullId });
    await runSlots(world, 3);
    const report = await prune(world);
    expect(report.items.filter(({ outcome }) => outcome === 'held').map(({ backupId }) => backupId)).toEqual([
      fullId,
    ]);
    expect(world.control.backups().map((row) => row.id)).toContain(fullId);
    expect(await audit(world)).toEqual([]);
  });
});

describe.each(['zed', 'latest'] as const)('a failed newest backup in release %s', (release) => {
  const zed = { policies: policyText('nightly'), volumes: 1, cloud: { release } };

  it('of ours is cleared, and an incremental follows', async () => {
    const world = await open(zed);
    await runSlots(world, 1);
    world.control.addFault({ times: 1, effect: { fail: { reason: 'the driver gave up' } } });
    await runSlots(world, 1);
    await settle(world);
    expect(await typesOf(world)).toEqual(['full no-parent', 'incremental', 'incremental']);
    expect(await audit(world)).toEqual([]);
  });

  it('of somebody else makes the next of ours a full, after which incrementals go on', async () => {
    const world = await open(zed);
    await runSlots(world, 1);
    await world.pass(MINUTE_MS);
    addForeign(world, { status: 'error' });
    await runSlots(world, 2);
    expect(await typesOf(world)).toEqual(['full no-parent', 'full parent-not-available', 'incremental']);
  });

  it('of somebody else, seen by Cinder only, costs no attempt: the refused incremental goes on as a full', async () => {
    const world = await open({ ...zed, volumes: 2, limits: '{ inFlight: 1, requestsPerSecond: 1000 }' });
    await runSlots(world, 1);
    await world.pass(HOUR_MS);
    const work = backUp(world);
    await world.pass(500);
    for (const volumeId of world.volumeIds) addForeign(world, { volumeId, status: 'error' });
    await work;
    const last = (await world.records()).filter(({ trigger }) => trigger === 'manual');
    expect(last.map(({ state, attempt }) => `${state}#${attempt}`)).toEqual(['available#1', 'available#1']);
    const types = last.map(({ type, whyFull }) => `${type} ${whyFull ?? ''}`.trim()).sort();
    const second = release === 'zed' ? 'full parent-not-available' : 'incremental';
    expect(types).toEqual([second, 'incremental'].sort());
  });
});
