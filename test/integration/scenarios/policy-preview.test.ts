import { describe, expect, it } from 'vitest';
import { previewChange } from '../../../lambdas/app/preview-change.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { policyText } from '../../support/world.ts';
import { prune, runSlots } from '../../support/world-steps.ts';

const open = useWorlds();
const keeping = (count: number, more: Record<string, string> = {}) =>
  policyText('nightly', { keep: `{ semantics: restic, last: ${count} }`, full: 'always', ...more });

describe('the preview of a change of policy', () => {
  it('names what the other config would delete, why it stays at present, and until when grace keeps it', async () => {
    const world = await open({ policies: keeping(5), volumes: 2 });
    await runSlots(world, 5);
    const { deployment } = await world.another({ policies: keeping(2) });

    const lost = await previewChange(deployment, world.run(), world.deps);

    expect(lost).toHaveLength(2 * 3);
    expect(new Set(lost.map(({ stays }) => stays))).toEqual(new Set(['kept: last']));
    const graceMs = (lost[0]?.graceUntil?.getTime() ?? 0) - world.clock.now().getTime();
    expect(graceMs).toBe(7 * 86_400_000);
  });

  it('is what a run with the other config deletes once its grace is over', async () => {
    const world = await open({ policies: keeping(5), volumes: 1 });
    await runSlots(world, 5);
    const other = await world.another({
      policies: keeping(2, { guards: '{ graceDays: 0, maxDeleteShare: 1 }' }),
    });
    const lost = await previewChange(other.deployment, world.run(), world.deps);
    const before = new Set(world.control.backups().map(({ id }) => id));

    await prune(world, {}, other);

    for (const { id } of world.control.backups()) before.delete(id);
    expect([...before].sort()).toEqual(lost.map(({ backup }) => backup.id).sort());
  });

  it('changes nothing, and finds nothing where the other config keeps as much', async () => {
    const world = await open({ policies: keeping(3), volumes: 1 });
    await runSlots(world, 3);
    const count = world.control.backups().length;
    const { deployment } = await world.another({ policies: keeping(4) });

    expect(await previewChange(deployment, world.run(), world.deps)).toEqual([]);
    expect(world.control.backups()).toHaveLength(count);
    expect(await world.catalog.getPolicy('nightly')).toMatchObject({
      terms: expect.stringMatching(/^last=3;/),
    });
  });
});
