import { describe, expect, it } from 'vitest';
import { useWorlds } from '../../support/use-worlds.ts';
import { policyText, type World } from '../../support/world.ts';
import { audit, unservedSlots } from '../../support/world-audit.ts';
import { describeRecord, failuresOf, follow, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();

/** After a good slot with a full, at the instant of the next. */
async function openAfterFull(world?: Promise<World>): Promise<World> {
  const opened = await (world ?? open({ policies: policyText('nightly'), volumes: 1 }));
  await runSlots(opened, 1);
  return opened;
}

function failNext(world: World, times: number, reason: string): void {
  world.control.addFault({ times, effect: { fail: { reason } } });
}

async function storyOf(world: World) {
  return (await world.records()).map(
    (record) => `${record.slotAt.toISOString().slice(11, 13)}h ${record.type} ${describeRecord(record)}`,
  );
}

describe('a failed backup', () => {
  it('counts as failed though its creation was answered 202; only one seen available counts', async () => {
    const world = await openAfterFull();
    failNext(world, 99, 'the driver gave up');
    const [report] = await runSlots(world, 1);
    expect(report?.counts.available).toBeUndefined();
    expect(report?.failedCount).toBeGreaterThan(0);
  });

  it('is deleted before the retry, and its reason is kept', async () => {
    const world = await openAfterFull();
    failNext(world, 1, 'the driver gave up');
    await runSlots(world, 1);
    await settle(world);
    expect(await audit(world)).toEqual([]);
    expect(await storyOf(world)).toEqual([
      '01h full available#1',
      '02h incremental failed#1 (the driver gave up)',
      '02h incremental available#2',
    ]);
    const calls = world.control.requests.list().map(({ operation }) => operation);
    const changes = calls.filter((name) => name === 'create-backup' || name === 'delete-backup');
    expect(changes).toEqual(['create-backup', 'create-backup', 'delete-backup', 'create-backup']);
  });

  it('is forgiven in the report of a run in which its retry succeeds', async () => {
    const world = await openAfterFull();
    failNext(world, 1, 'the driver gave up');
    const [report] = await runSlots(world, 1);
    expect(report?.counts).toMatchObject({ failed: 1, available: 1 });
    expect(report?.failedCount).toBe(0);
  });

  it('of a volume that grew is retried as a full', async () => {
    const world = await openAfterFull();
    failNext(world, 1, 'Invalid backup: Volume size increased since the last backup. Do a full backup.');
    await runSlots(world, 1);
    await settle(world);
    expect((await storyOf(world)).at(-1)).toBe('02h full available#2');
    expect((await world.records()).at(-1)?.whyFull).toBe('incremental-failed');
  });

  it('of an incremental for the second time is retried as a full, whatever the cause', async () => {
    const world = await openAfterFull();
    failNext(world, 2, 'the driver gave up');
    await runSlots(world, 1);
    await settle(world);
    expect((await storyOf(world)).slice(1)).toEqual([
      '02h incremental failed#1 (the driver gave up)',
      '02h incremental failed#2 (the driver gave up)',
      '02h full available#3',
    ]);
  });

  it('is tried four times for a slot, not more, and the next slot is tried anew', async () => {
    const world = await openAfterFull();
    failNext(world, 4, 'the driver gave up');
    await runSlots(world, 1);
    await settle(world);
    await runSlots(world, 1);
    const story = await storyOf(world);
    expect(story.filter((line) => line.startsWith('02h'))).toHaveLength(4);
    expect(story.at(-1)).toMatch(/^03h .* available#1$/);
    expect(await audit(world)).toEqual([]);
  });

  it('leaves other volumes alone', async () => {
    const world = await openAfterFull(open({ policies: policyText('nightly'), volumes: 4 }));
    world.control.addFault({
      match: { volumeName: 'vol-1' },
      effect: { fail: { reason: 'the driver gave up' } },
    });
    const [report] = await runSlots(world, 1);
    expect(report?.counts.available).toBe(3);
    expect(report?.items.filter(({ isFailure }) => isFailure).map((item) => item.volumeName)).toContain(
      'vol-1',
    );
  });
});

describe('the leftover of a failed backup whose deletion fails', () => {
  it('is deleted again, and the retry waits for it', async () => {
    const world = await openAfterFull();
    failNext(world, 1, 'the driver gave up');
    world.control.addFault({ times: 2, effect: { failDelete: { reason: 'object store is read-only' } } });
    await runSlots(world, 1);
    await settle(world);
    expect(await audit(world)).toEqual([]);
    expect(await unservedSlots(world)).toEqual([]);
    expect((await storyOf(world)).slice(1)).toEqual([
      '02h incremental failed#1 (the driver gave up)',
      '02h incremental available#2',
    ]);
  });

  it('is reported as a failure after the third time, and cleared once it can be', async () => {
    const world = await openAfterFull();
    failNext(world, 1, 'the driver gave up');
    world.control.addFault({ effect: { failDelete: { reason: 'object store is read-only' } } });
    const [report] = await runSlots(world, 1);
    expect(failuresOf(report as never)).toContain('failed: could not be deleted: object store is read-only');
    expect((await world.records()).map(({ state }) => state)).toEqual(['available', 'clearing', 'waiting']);
    world.control.clearFaults();
    await settle(world);
    expect(await audit(world)).toEqual([]);
    expect((await world.records()).map(({ state }) => state)).toEqual(['available', 'failed', 'available']);
  });

  it('is reported by every run that does not wait for the end, too', async () => {
    const world = await openAfterFull();
    failNext(world, 1, 'the driver gave up');
    world.control.addFault({ effect: { failDelete: { reason: 'object store is read-only' } } });
    await runSlots(world, 1);
    await world.pass(600_000);
    const report = await follow({ ...world, run: () => world.run(false) });
    expect(failuresOf(report)).toContain('failed: could not be deleted: object store is read-only');
  });
});
