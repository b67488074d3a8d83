import { describe, expect, it } from 'vitest';
import { reportCoverage } from '../../../lambdas/app/report-coverage.ts';
import { type HookReply, PASS, useHooks } from '../../support/hook-server.ts';
import { openTested, testedPolicy } from '../../support/restore-tests.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { follow, prune, testNow } from '../../support/world-steps.ts';

const open = useWorlds();
const openHook = useHooks();
const DAY_MS = 24 * HOUR_MS;

const FAIL: HookReply = [200, { pass: false, reason: 'the database does not start' }];
/** Nothing is stale: only proofs are looked at. */
const PARTS = { rpo: '300d' };

function cover(world: World, deps = world.deps) {
  return reportCoverage({ trigger: 'schedule' }, world.run(), deps);
}

/** What is wrong with proofs, and with tests that were missed. */
async function complaintsOf(world: World, deps = world.deps): Promise<string[]> {
  const { items } = await cover(world, deps);
  const told = items.filter(({ outcome, reason = '' }) => outcome === 'unproved' || /tested/.test(reason));
  return told.map(({ outcome, volumeName, reason }) => `${outcome} ${volumeName ?? ''}: ${reason}`);
}

describe('a policy with tests of restores', () => {
  it('has its volumes proved as often as it says', async () => {
    const policies = testedPolicy('maxAge: 10d', PARTS);
    const { world } = await openTested(open, '', { policies });
    await testNow(world);
    const { policies: rows, failedCount } = await cover(world);
    expect([rows[0]?.unprovedCount, failedCount]).toEqual([0, 0]);
    await world.pass(10 * DAY_MS - MINUTE_MS);
    expect((await complaintsOf(world)).filter((text) => text.startsWith('unproved'))).toEqual([]);
    await world.pass(HOUR_MS);
    const [unproved] = (await complaintsOf(world)).filter((text) => text.startsWith('unproved'));
    expect(unproved).toMatch(
      /^unproved vol-0: last proved at \S+, 10d\d+min ago; restoreTests\.maxAge is 10d$/,
    );
    const report = await cover(world);
    expect(report.policies[0]).toMatchObject({ unprovedCount: 1, counts: { covered: 1 } });
    expect(report.counts).toMatchObject({ covered: 1, unproved: 1 });
  });

  it('has a volume to complain of whose last test failed, and no longer when one goes well', async () => {
    const hook = await openHook();
    const policies = testedPolicy(`hook: { url: "${hook.url}" }`, PARTS);
    const { world } = await openTested(open, '', { policies });
    hook.reply = () => FAIL;
    await testNow(world);
    const [complaint] = await complaintsOf(world);
    expect(complaint).toMatch(
      /^unproved vol-0: its last test of a restore, of backup \S+ at \S+, \S+ ago, failed: ./,
    );
    hook.reply = () => PASS;
    await testNow(world);
    expect(await complaintsOf(world)).toEqual([]);
  });

  it('complains of tests that nobody made, once they cannot be made up any more', async () => {
    const policies = testedPolicy('', {
      ...PARTS,
      schedule: '{ cron: "0 * * * *", timezone: UTC, makeUp: 2h }',
    });
    const { world } = await openTested(open, '', { policies });
    await follow(world);
    await world.pass(14 * HOUR_MS - (world.clock.now().getTime() % DAY_MS));
    expect(await complaintsOf(world)).toEqual([]);
    await world.pass(HOUR_MS);
    expect(await complaintsOf(world)).toEqual(['missed : its restores were not tested']);
  });

  it.each([
    ['they were switched on', {}],
    ['their schedule was changed', { restoreTests: '{ schedule: { cron: "30 9 * * *" } }' }],
  ])('does not complain of slots from before %s', async (_what, before) => {
    const schedule = '{ cron: "0 * * * *", timezone: UTC, makeUp: 2h }';
    const world = await open({
      policies: policyText('nightly', { ...PARTS, schedule, ...before }),
      volumes: 1,
    });
    await prune(world, { trigger: 'schedule' });
    await world.pass(20 * HOUR_MS);
    const deps = await world.another({ policies: testedPolicy('', { ...PARTS, schedule }) });
    await prune(world, { trigger: 'schedule' }, deps);
    expect(await complaintsOf(world, deps)).toEqual([]);
    await world.pass(DAY_MS);
    expect(await complaintsOf(world, deps)).toEqual(['missed : its restores were not tested']);
  });

  it('has nothing to prove of volumes without a good backup, or while it is paused', async () => {
    const hook = await openHook();
    const settings = `hook: { url: "${hook.url}" }, maxAge: 10d`;
    const { world } = await openTested(open, '', { policies: testedPolicy(settings, PARTS) });
    hook.reply = () => FAIL;
    await testNow(world);
    const paused = await world.another({ policies: testedPolicy(settings, { ...PARTS, paused: 'true' }) });
    const report = await cover(world, paused);
    expect(report.counts).toEqual({});
    expect(report.policies[0]).not.toHaveProperty('unprovedCount');
    for (const { id } of world.control.backups()) world.control.removeBackup(id);
    expect((await complaintsOf(world)).filter((text) => text.startsWith('unproved'))).toEqual([]);
  });
});
