import { describe, expect, it } from 'vitest';
import { CloudRefusedCredentialsError } from '../../../lambdas/app/ports.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, policyText } from '../../support/world.ts';
import { audit, unservedSlots } from '../../support/world-audit.ts';
import { backUp, failuresOf, follow, prune, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();

describe('a token', () => {
  it('that is revoked in the middle of the work is renewed, and the work goes on', async () => {
    const world = await open({
      policies: policyText('nightly'),
      volumes: 6,
      limits: '{ inFlight: 2, requestsPerSecond: 1000 }',
    });
    await follow(world);
    await world.pass(HOUR_MS);
    const work = follow(world);
    for (let second = 0; second < 5; second += 1) {
      await world.pass(1_000);
      world.control.revokeTokens();
    }
    expect((await work).counts).toEqual({ available: 6 });
    expect(await audit(world)).toEqual([]);
    expect(world.control.requests.countOf('create-backup')).toBe(6);
  });

  it('that expires is renewed', async () => {
    const world = await open({ policies: policyText('nightly'), volumes: 2, cloud: { tokenSeconds: 600 } });
    const reports = await runSlots(world, 4);
    expect(failuresOf(...reports)).toEqual([]);
    expect(await unservedSlots(world)).toEqual([]);
  });
});

describe('a wrong password', () => {
  it('fails a backup by hand with what the cloud said, and nothing is recorded', async () => {
    const world = await open({ policies: policyText('nightly'), volumes: 1 });
    const locked = await world.another({ password: 'wrong' });
    await expect(backUp(world, 'nightly', undefined, locked)).rejects.toThrow(CloudRefusedCredentialsError);
    expect(await world.records()).toEqual([]);
  });

  it('is a failure in the report of every run that has something to do, and harms nothing', async () => {
    const world = await open({ policies: policyText('nightly'), volumes: 1 });
    await runSlots(world, 1);
    const locked = await world.another({ password: 'wrong' });
    await world.pass(HOUR_MS);
    const before = await world.records();
    for (const report of [await follow(world, locked), await prune(world, {}, locked)]) {
      expect(failuresOf(report).join()).toMatch(/401/);
      expect(failuresOf(report).join()).not.toContain('wrong"');
    }
    expect(await world.records()).toEqual(before);
    await settle(world);
    expect(await audit(world)).toEqual([]);
  });
});

describe('a cloud that answers nothing for a while', () => {
  it('fails the run, and the next one goes on where it was', async () => {
    const world = await open({
      policies: policyText('nightly'),
      volumes: 4,
      limits: '{ inFlight: 2, requestsPerSecond: 1000 }',
    });
    await follow(world);
    await world.pass(HOUR_MS);
    const work = follow(world);
    await world.pass(500);
    world.control.addFault({ effect: { refuse: { status: 503 } } });
    expect((await work).failedCount).toBeGreaterThan(0);
    world.control.clearFaults();
    await settle(world);
    expect(await audit(world)).toEqual([]);
    expect(await unservedSlots(world)).toEqual([]);
  });
});
