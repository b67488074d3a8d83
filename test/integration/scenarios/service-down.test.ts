import { describe, expect, it } from 'vitest';
import { useWorlds } from '../../support/use-worlds.ts';
import { MINUTE_MS, policyText } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { failuresOf, follow, prune, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();
const policies = policyText('nightly', {
  keep: '{ semantics: restic, last: 2 }',
  full: 'always',
  guards: '{ maxDeleteShare: 1 }',
});

describe('while cinder-backup is down', () => {
  it('its 404 to a DELETE is not "gone": the backup is deleted when it is back', async () => {
    const world = await open({ policies, volumes: 2 });
    await runSlots(world, 3);
    world.control.stopBackupService();
    const report = await prune(world);
    expect(world.control.backups()).toHaveLength(6);
    expect((await world.records()).filter(({ state }) => state === 'deleted')).toEqual([]);
    expect(failuresOf(report).join()).toContain('could not be deleted');
    world.control.startBackupService();
    await world.pass(10 * MINUTE_MS);
    await settle(world);
    expect(world.control.backups()).toHaveLength(4);
    expect(await audit(world)).toEqual([]);
  });

  it('a backup that it had begun fails, is cleared and made again', async () => {
    const world = await open({ policies, volumes: 1, cloud: { durations: { fullSeconds: 600 } } });
    await follow(world);
    await world.pass(60 * MINUTE_MS);
    const work = follow(world);
    await world.pass(MINUTE_MS);
    world.control.stopBackupService();
    await world.pass(MINUTE_MS);
    world.control.startBackupService();
    await work;
    await settle(world);
    expect((await world.records()).map(({ state, reason }) => `${state} ${reason}`)).toEqual([
      'failed incomplete backup reset on manager restart',
      'available undefined',
    ]);
    expect(await audit(world)).toEqual([]);
  });
});
