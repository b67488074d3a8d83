import { describe, expect, it } from 'vitest';
import type { RunReport } from '../../../lambdas/app/run-report.ts';
import { runDaemon } from '../../../local/daemon.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, MINUTE_MS, policyText, type World } from '../../support/world.ts';
import { audit, unservedSlots } from '../../support/world-audit.ts';

const open = useWorlds();
const DAY_MS = 24 * HOUR_MS;

async function runFor(world: World, ms: number): Promise<RunReport[]> {
  const reports: RunReport[] = [];
  const until = new Date(world.clock.now().getTime() + ms);
  await runDaemon(world.deps, {
    signal: new AbortController().signal,
    until,
    onReport: (report) => reports.push(report),
  });
  return reports;
}

describe('the daemon', () => {
  it('makes every slot and prunes, day after day, and nothing fails or is left', async () => {
    const policies = [
      policyText('hourly', {
        full: '{ every: 4 }',
        keep: '{ semantics: restic, last: 4 }',
        guards: '{ maxDeleteShare: 1 }',
      }),
      policyText('nightly', {
        schedule: '{ cron: "30 3 * * *", timezone: Europe/Berlin }',
        full: '{ every: 4 }',
        keep: '{ semantics: restic, daily: 2 }',
      }),
    ].join('\n');
    const world = await open({ policies, volumes: 2 });
    world.control.attachVolume(world.volumeIds[0] as string, 'server-1');
    const reports = await runFor(world, 2 * DAY_MS);
    expect(reports.filter(({ failedCount }) => failedCount > 0)).toEqual([]);
    expect(await audit(world)).toEqual([]);
    expect(await unservedSlots(world)).toEqual([]);
    const served = (await world.records()).filter(({ policy }) => policy === 'hourly');
    expect(served).toHaveLength(2 * (2 * 24 - 1));
    expect(world.control.backups().length).toBeLessThan(30);
  });

  it('prunes although it never lives for as long as lies between two prunings', async () => {
    const world = await open({ policies: policyText('nightly', { full: 'always' }), volumes: 2 });
    for (let life = 0; life < 6 * 6; life += 1) await runFor(world, 10 * MINUTE_MS);
    expect(world.control.backups().length).toBeLessThanOrEqual(2 * (3 + 1));
    expect(world.control.requests.countOf('delete-backup')).toBeGreaterThan(0);
  });

  it('takes up every slot in time while a backup of another volume lasts for hours', async () => {
    const policies = [
      policyText('hourly', {
        select: '{ volumes: { names: ["vol-0"] } }',
        keep: '{ semantics: restic, last: 9 }',
      }),
      policyText('slow', {
        select: '{ volumes: { names: ["vol-1"] } }',
        schedule: '{ cron: "0 1 * * *", timezone: UTC }',
      }),
    ].join('\n');
    const world = await open({ policies, volumes: 2 });
    world.control.addFault({ match: { volumeName: 'vol-1' }, effect: { stuck: true } });
    await runFor(world, 6 * HOUR_MS + 10 * MINUTE_MS);
    const hourly = (await world.records()).filter(({ policy }) => policy === 'hourly');
    expect(hourly.map(({ state, trigger }) => `${state} ${trigger}`)).toEqual(
      Array(6).fill('available schedule'),
    );
  });

  it('tells of a failure while other work still lasts', async () => {
    const world = await open({
      policies: policyText('nightly', { schedule: '{ cron: "0 */12 * * *", timezone: UTC }' }),
      volumes: 2,
    });
    world.control.addFault({ match: { volumeName: 'vol-0' }, effect: { stuck: true } });
    world.control.addFault({
      match: { volumeName: 'vol-1' },
      effect: { fail: { reason: 'the driver gave up' } },
    });
    const reports = await runFor(world, 14 * HOUR_MS);
    const told = reports.find(({ failedCount }) => failedCount > 0);
    expect(told?.endedAt.toISOString().slice(11, 13)).toBe('12');
  });

  it('says how volumes are covered soon after its start, and every day', async () => {
    const world = await open({
      policies: policyText('nightly', { schedule: '{ cron: "30 3 * * *", timezone: UTC }' }),
      volumes: 2,
    });
    const reports = await runFor(world, 3 * DAY_MS);
    const told = reports.filter(({ run }) => run === 'report-coverage');
    expect(told.map(({ startedAt, counts }) => [startedAt.toISOString().slice(0, 16), counts])).toEqual([
      ['2026-03-02T00:15', { new: 2 }],
      ['2026-03-02T06:00', { covered: 2 }],
      ['2026-03-03T06:00', { covered: 2 }],
      ['2026-03-04T06:00', { covered: 2 }],
    ]);
    expect(world.clock.now().toISOString().slice(0, 13)).toBe('2026-03-05T00');
  });
});
