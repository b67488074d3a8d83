import { afterEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../../config/config.ts';
import { createDynamoDbCatalog } from '../../../lambdas/adapters/dynamodb/catalog.ts';
import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import type { BackupQuery } from '../../../lambdas/app/ports.ts';
import { type ReportCoverageRequest, reportCoverage } from '../../../lambdas/app/report-coverage.ts';
import type { ReportItem } from '../../../lambdas/app/run-report.ts';
import { markerMetadata, markerName } from '../../../lambdas/domain/marker.ts';
import { openEmbeddedDynamoDb } from '../../../local/embedded-dynamodb.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import {
  configText,
  HOUR_MS,
  type Outside,
  policyText,
  type World,
  type WorldOptions,
} from '../../support/world.ts';
import { backUp, follow, runSlots, settle } from '../../support/world-steps.ts';

const open = useWorlds();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const DAY_MS = 24 * HOUR_MS;
const DAILY = '{ cron: "0 3 * * *", timezone: UTC, makeUp: 1h }';
/** The backup of 03:00 should be there at 06:00. */
const policies = policyText('nightly', { schedule: DAILY });

function cover(world: World, request: Partial<ReportCoverageRequest> = {}, deps = world.deps) {
  return reportCoverage({ trigger: 'manual', ...request }, world.run(), deps);
}

/** Lives to 09:00 of the next days, each slot made in time. */
async function liveDays(world: World, days: number): Promise<void> {
  await follow(world);
  for (let day = 0; day < days; day += 1) {
    await passTo(world, 3);
    await settle(world);
    await passTo(world, 9);
    await follow(world);
  }
}

/** To the next time at which it is so many hours. */
function passTo(world: World, hours: number): Promise<void> {
  const sinceMs = (world.clock.now().getTime() - hours * HOUR_MS) % DAY_MS;
  return world.pass(DAY_MS - sinceMs);
}

function idOf(world: World, index: number): string {
  return world.volumeIds[index] as string;
}

/** `stale vol-0`, failures with an exclamation mark. */
function show({ outcome, isFailure, volumeName, policy, slotAt }: ReportItem): string {
  const what = volumeName ?? [policy, slotAt?.toISOString()].filter(Boolean).join(' ');
  return `${outcome}${isFailure ? '!' : ''} ${what}`.trim();
}

const catalogs: Record<string, () => NonNullable<WorldOptions['catalog']>> = {
  'in memory': () => createMemoryCatalog(),
  'in DynamoDB': () => async (clock) => {
    const database = await openEmbeddedDynamoDb();
    closers.push(() => database.close());
    return createDynamoDbCatalog({ ...database, onPending: clock.onPending });
  },
};

describe.each(Object.entries(catalogs))('coverage with a catalog %s', (_name, openCatalog) => {
  it('counts what has a recent good backup, and names the rest, worst first, with the reason', async () => {
    const world = await open({ policies, volumes: 4, catalog: openCatalog() });
    await liveDays(world, 1);
    expect(await cover(world)).toMatchObject({ counts: { covered: 4 }, failedCount: 0, items: [] });

    world.control.addFault({
      match: { volumeName: 'vol-1' },
      effect: { fail: { reason: 'the driver gave up' } },
    });
    world.control.addFault({
      match: { volumeName: 'vol-3' },
      effect: { fail: { reason: 'no space on the object store' } },
    });
    for (const { id } of world.control.backups().filter((each) => each.volume_id === idOf(world, 3)))
      world.control.removeBackup(id);
    await liveDays(world, 2);
    const report = await cover(world);
    expect(report.counts).toEqual({ covered: 2, stale: 1, uncovered: 1 });
    expect(report.failedCount).toBe(2);
    expect(report.items.map(show)).toEqual(['uncovered! vol-3', 'stale! vol-1']);
    expect(report.items.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(
        /^it has no good backup; slot 2026-03-04T03:00:00.000Z should have one by now; its slot 2026-03-04T03:00:00.000Z .*no space on the object store/,
      ),
      expect.stringMatching(
        /^its newest good backup is of 2026-03-02T03:00:\S+, 2d6h old; slot .*the driver gave up/,
      ),
    ]);
    expect(report.items[1]?.newestGoodAt?.toISOString()).toMatch(/^2026-03-02T03:00/);
    expect(report.policies).toMatchObject([
      {
        policy: 'nightly',
        cloud: 'prod',
        state: 'judged',
        volumeCount: 4,
        counts: { covered: 2, stale: 1, uncovered: 1, new: 0, skipped: 0 },
        dueSlotAt: new Date('2026-03-04T03:00:00Z'),
        oldest: { volumeName: 'vol-1' },
      },
    ]);
  });

  it('writes nothing, to the cloud or the catalog, not even of a project that it meets for the first time', async () => {
    const world = await open({ policies, volumes: 2, catalog: openCatalog() });
    const fresh = await cover(world, {}, await world.another({ wrap: readingOnly }));
    expect(fresh.counts).toEqual({ new: 2 });
    await liveDays(world, 1);
    world.control.addFault({ match: {}, effect: { fail: { reason: 'the driver gave up' } } });
    await liveDays(world, 2);
    const before = world.control.requests.total;
    const report = await cover(world, {}, await world.another({ wrap: readingOnly }));
    expect(report.counts).toEqual({ stale: 2 });
    expect(world.control.requests.total - before).toBeLessThan(10);
  });
});

const READS = /^(get|list|identify$|now$)/;

/** Whoever writes meets an error. */
function readingOnly(outside: Outside): Outside {
  const guard = <Thing extends object>(thing: Thing): Thing =>
    new Proxy(thing, {
      get(target, key) {
        const value = Reflect.get(target, key);
        if (typeof value !== 'function') return value;
        if (READS.test(String(key))) return value.bind(target);
        throw new Error(`${String(key)} was called`);
      },
    });
  return { ...outside, catalog: guard(outside.catalog), cloud: guard(outside.cloud) };
}

describe('a volume is not a gap', () => {
  it('while it is new: until its first slot has had its time', async () => {
    const world = await open({ policies, volumes: 1 });
    await liveDays(world, 1);
    world.addVolume({ name: 'late' });
    expect((await cover(world)).items.map(show)).toEqual(['new late']);
    await passTo(world, 5);
    expect((await cover(world)).items.map(show)).toEqual(['new late']);
    await passTo(world, 6);
    const report = await cover(world);
    expect(report.items.map(show)).toEqual([
      'uncovered! late',
      'stale! vol-0',
      'missed! nightly 2026-03-03T03:00:00.000Z',
    ]);
  });

  it('when a policy has selected it only since its last slot', async () => {
    const world = await open({
      policies: policyText('nightly', {
        schedule: DAILY,
        select: '{ volumes: { metadata: { backup: "yes" } } }',
      }),
    });
    world.addVolume({ metadata: { backup: 'yes' } });
    const id = world.addVolume();
    await liveDays(world, 1);
    expect((await cover(world)).items.map(show)).toEqual(['unselected vol-1']);
    world.control.removeVolume(id);
    world.addVolume({
      id,
      name: 'tagged',
      metadata: { backup: 'yes' },
      createdAt: new Date('2026-03-01T00:00:00Z'),
    });
    const { items } = await cover(world);
    expect(items.map(show)).toEqual(['new tagged']);
    expect(items[0]?.reason).toMatch(/only since its last slot/);
  });

  it('when it is gone, or being deleted', async () => {
    const world = await open({ policies, volumes: 3 });
    await liveDays(world, 1);
    world.control.removeVolume(idOf(world, 0));
    world.control.setVolumeStatus(idOf(world, 1), 'deleting');
    await passTo(world, 2);
    expect(await cover(world)).toMatchObject({ counts: { covered: 1 }, failedCount: 0 });
  });

  it('when its policy is paused: of that nothing is said but that it is', async () => {
    const world = await open({
      policies: policyText('nightly', { schedule: DAILY, paused: 'true' }),
      volumes: 2,
    });
    await liveDays(world, 3);
    const report = await cover(world);
    expect(report.counts).toEqual({});
    expect(report.warnings).toEqual([
      'policy nightly is paused: nothing is said of how its volumes are covered (2)',
    ]);
    expect(report.policies).toMatchObject([{ state: 'paused', volumeCount: 2 }]);
    expect(report.policies[0]).not.toHaveProperty('counts');
  });

  it('when the slot that is due was one of a pause', async () => {
    const world = await open({ policies, volumes: 1 });
    await liveDays(world, 1);
    const paused = await world.another({
      policies: policyText('nightly', { schedule: DAILY, paused: 'true' }),
    });
    for (let day = 0; day < 3; day += 1) {
      await passTo(world, 4);
      await follow(world, paused);
    }
    await passTo(world, 9);
    expect(await cover(world)).toMatchObject({ counts: { covered: 1 }, failedCount: 0 });
  });
});

describe('a volume in use that its policy passes over', () => {
  it.each([
    ['is told of, and no failure', {}, ['skipped vol-0'], 0],
    ['is a failure where the policy has an rpo', { rpo: '26h' }, ['uncovered! vol-0'], 1],
  ])('%s', async (_rule, parts, shown, failedCount) => {
    const world = await open({
      policies: policyText('nightly', { schedule: DAILY, inUse: 'skip', ...parts }),
      volumes: 2,
    });
    world.control.attachVolume(idOf(world, 0), 'server-1');
    await liveDays(world, 2);
    const report = await cover(world);
    expect(report.items.map(show)).toEqual(shown);
    expect(report.items[0]?.reason).toMatch(/in use/);
    expect(report).toMatchObject({ failedCount, counts: { covered: 1 } });
  });
});

describe('a policy with an rpo', () => {
  it('is judged by the age of the newest good backup alone', async () => {
    const world = await open({
      policies: policyText('nightly', { schedule: DAILY, rpo: '26h' }),
      volumes: 1,
    });
    await liveDays(world, 1);
    await passTo(world, 4);
    expect((await cover(world)).counts).toMatchObject({ covered: 1 });
    await passTo(world, 6);
    const { items } = await cover(world);
    expect(items[0]?.reason).toMatch(/1d3h old; rpo is 1d2h/);
  });

  it('counts a backup by hand', async () => {
    const world = await open({ policies: policyText('nightly', { schedule: DAILY, rpo: '2h' }), volumes: 1 });
    await liveDays(world, 1);
    expect((await cover(world)).counts).toEqual({ stale: 1 });
    await backUp(world);
    expect((await cover(world)).counts).toEqual({ covered: 1 });
  });
});

describe('a backup covers its volume', () => {
  it('only if it is of the policy: each has to have its own', async () => {
    const both = `${policies}\n${policyText('weekly', { schedule: '{ cron: "0 4 * * 0", timezone: UTC }' })}`;
    const world = await open({ policies: both, volumes: 1 });
    await liveDays(world, 3);
    expect((await cover(world)).counts).toEqual({ covered: 1, new: 1 });
    await backUp(world, 'weekly');
    expect((await cover(world)).counts).toEqual({ covered: 2 });
    expect((await cover(world, { policy: 'weekly' })).policies.map(({ policy }) => policy)).toEqual([
      'weekly',
    ]);
  });

  it('also if it was made under the former name of the policy', async () => {
    const world = await open({ policies, volumes: 1 });
    await liveDays(world, 1);
    const renamed = policyText('daily', { schedule: DAILY, formerly: '[nightly]', rpo: '26h' });
    const deps = await world.another({ policies: renamed });
    expect((await cover(world, {}, deps)).counts).toEqual({ covered: 1 });
  });

  it('not if someone deleted it by hand, whatever the catalog says', async () => {
    const world = await open({ policies, volumes: 1 });
    await liveDays(world, 1);
    for (const { id } of world.control.backups()) world.control.removeBackup(id);
    const { items } = await cover(world);
    expect(items.map(show)).toEqual(['uncovered! vol-0']);
    expect(items[0]?.reason).toMatch(
      /the catalog has the backup of its slot \S+ as good, but the cloud does not/,
    );
  });

  it('not if it is dated in the future', async () => {
    const world = await open({ policies, volumes: 1 });
    await follow(world);
    const slotAt = new Date(world.clock.now().getTime() + DAY_MS);
    const [volumeId] = world.volumeIds as [string];
    const key = { deployment: 'acme', policy: 'nightly', slotAt, volumeId, attempt: 1 };
    world.control.addForeignBackup({
      volumeId,
      name: markerName(key),
      metadata: markerMetadata(key),
      createdAt: slotAt,
    });
    expect((await cover(world)).items.map(show)).toEqual(['new vol-0']);
    await world.pass(DAY_MS);
    expect((await cover(world)).counts).toMatchObject({ covered: 1 });
  });

  it('not if its chain has lost its full', async () => {
    const world = await open({ policies, volumes: 1 });
    await liveDays(world, 2);
    const full = world.control.backups().find((each) => each.parent_id === null);
    world.control.removeBackup(full?.id as string);
    expect((await cover(world)).items.map(show)).toEqual(['uncovered! vol-0']);
  });

  it('also while it is being restored', async () => {
    const world = await open({ policies, volumes: 1 });
    await liveDays(world, 1);
    world.control.setBackup(world.control.backups()[0]?.id as string, { status: 'restoring' });
    expect((await cover(world)).counts).toEqual({ covered: 1 });
  });
});

describe('volumes of no policy', () => {
  const chosen = policyText('nightly', {
    schedule: DAILY,
    select: '{ volumes: { names: ["db-*"] }, except: { names: ["*-scratch", "tmp-*"] } }',
  });

  it('are told of, but not those that a policy leaves out', async () => {
    const world = await open({ policies: chosen });
    for (const name of ['db-1', 'db-scratch', 'tmp-1', 'web-1']) world.addVolume({ name });
    const report = await cover(world);
    expect(report.items.map(show)).toEqual(['new db-1', 'unselected web-1']);
    expect(report.failedCount).toBe(0);
  });

  it('are a failure when they are asked for by their ids, as is one that is not there', async () => {
    const world = await open({
      policies: `${chosen}\n${policyText('other', { select: '{ volumes: { names: ["web-*"] } }' })}`,
    });
    const [db, scratch, web] = ['db-1', 'db-scratch', 'web-1'].map((name) => world.addVolume({ name }));
    const gone = '11111111-1111-4111-8111-111111111111';
    const ask = async (volumeIds: (string | undefined)[], policy?: string) =>
      (
        await cover(world, {
          volumeIds: volumeIds.filter((id) => id !== undefined),
          ...(policy !== undefined && { policy }),
        })
      ).items.map(show);
    await backUp(world, 'nightly', [db as string]);
    expect(await ask([db])).toEqual([]);
    expect(await ask([db, scratch, gone])).toEqual(['failed!', 'unselected! db-scratch']);
    expect(await ask([web], 'nightly')).toEqual(['unselected! web-1']);
    expect(await ask([web])).toEqual(['new web-1']);
  });
});

describe('missed slots', () => {
  it('are failures while none has been taken up since', async () => {
    const world = await open({ policies, volumes: 1 });
    await liveDays(world, 1);
    await world.pass(2 * DAY_MS);
    const { items } = await cover(world);
    expect(items.map(show)).toEqual([
      'stale! vol-0',
      'missed! nightly 2026-03-03T03:00:00.000Z',
      'missed! nightly 2026-03-04T03:00:00.000Z',
    ]);
    // The worker writes down that it is too late for both.
    await follow(world);
    expect((await cover(world)).items.map(show)).toEqual(items.map(show));
    await passTo(world, 3);
    await settle(world);
    expect((await cover(world)).items.map(show)).toEqual([
      'missed nightly 2026-03-03T03:00:00.000Z',
      'missed nightly 2026-03-04T03:00:00.000Z',
    ]);
    await world.pass(8 * DAY_MS);
    await settle(world);
    await passTo(world, 3);
    await settle(world);
    expect((await cover(world)).items.map(show).filter((text) => /03-0[34]T/.test(text))).toEqual([]);
  });

  it('are none although hundreds of backups by hand, each with a slot, came after those of the schedule', async () => {
    const world = await open({ policies, volumes: 1 });
    await liveDays(world, 2);
    for (let count = 0; count < 600; count += 1) {
      const at = new Date(world.clock.now().getTime() - count * 1_000);
      const slot = {
        policy: 'nightly',
        slotAt: at,
        trigger: 'manual',
        state: 'recorded',
        recordedAt: at,
      } as const;
      await world.catalog.saveSlot({ ...slot, volumeCount: 1 });
    }
    expect(await cover(world)).toMatchObject({ counts: { covered: 1 }, failedCount: 0, items: [] });
    await world.pass(DAY_MS);
    expect((await cover(world)).items.map(show)).toEqual([
      'stale! vol-0',
      'missed! nightly 2026-03-04T03:00:00.000Z',
    ]);
  });

  it('of a schedule that was changed are only those since', async () => {
    const world = await open({ policies, volumes: 1 });
    await liveDays(world, 3);
    const deps = await world.another({
      policies: policyText('nightly', { schedule: '{ cron: "30 1 * * *", timezone: UTC, makeUp: 1h }' }),
    });
    expect(await cover(world, {}, deps)).toMatchObject({ counts: { covered: 1 }, failedCount: 0 });
  });
});

describe('when not everything can be seen', () => {
  it('nothing is said of the cloud but that it failed', async () => {
    const world = await open({ policies, volumes: 2 });
    await liveDays(world, 1);
    world.control.addFault({ match: { operation: 'list-backups' }, effect: { refuse: { status: 403 } } });
    const report = await cover(world);
    expect(report.counts).toEqual({ failed: 1 });
    expect(report.items[0]?.reason).toMatch(/^nothing is known of how its volumes are covered: .*403/);
    expect(report.policies).toEqual([{ policy: 'nightly', cloud: 'prod', state: 'unknown' }]);
  });

  it('as when the time is over', async () => {
    const world = await open({ policies, volumes: 2 });
    await liveDays(world, 1);
    const run = { ...world.run(), deadlineAt: world.clock.now() };
    const report = await reportCoverage({ trigger: 'schedule' }, run, world.deps);
    expect(report.counts).toEqual({ failed: 1 });
    expect(report.items[0]?.reason).toMatch(/its time was over before all volumes were listed/);
  });

  it('as when it is over in the middle', async () => {
    const world = await open({ policies, volumes: 2 });
    await liveDays(world, 1);
    const late = world.addVolume({ name: 'late' });
    for (let count = 0; count < 1_001; count += 1)
      world.control.addForeignBackup({ volumeId: late, createdAt: new Date('2026-02-01T00:00:00Z') });
    const stopped = new AbortController();
    const stopAtBackups = (outside: Outside): Outside => ({
      ...outside,
      cloud: Object.assign(Object.create(outside.cloud), {
        listBackups(query: BackupQuery) {
          stopped.abort();
          return outside.cloud.listBackups(query);
        },
      }),
    });
    const deps = await world.another({ wrap: stopAtBackups });
    const report = await reportCoverage(
      { trigger: 'manual' },
      { ...world.run(), signal: stopped.signal },
      deps,
    );
    expect(report.counts).toEqual({ failed: 1 });
    expect(report.items[0]?.reason).toMatch(/its time was over before all backups were listed/);
  });

  it('nor is it believed that all volumes are gone at once', async () => {
    const world = await open({ policies, volumes: 2 });
    await liveDays(world, 1);
    for (const id of world.volumeIds) world.control.removeVolume(id);
    const report = await cover(world);
    expect(report.counts).toEqual({ failed: 1 });
    expect(report.items[0]?.reason).toMatch(
      /lists no volume at all, but slot \S+ of policy nightly was for 2/,
    );
  });

  it('nor is another project taken for the one that is known', async () => {
    const world = await open({ policies, volumes: 2 });
    await liveDays(world, 1);
    world.control.useProject({});
    expect((await cover(world)).items[0]?.reason).toMatch(/lead to project/);
  });
});

describe('the requests of a report', () => {
  const OPERATIONS = ['list-backups', 'list-volumes', 'show-volume', 'show-backup', 'show-limits'] as const;

  async function countRequests(world: World, report: () => Promise<unknown>): Promise<number[]> {
    const count = () => OPERATIONS.map((operation) => world.control.requests.countOf(operation));
    const before = count();
    await report();
    return count().map((each, index) => each - (before[index] ?? 0));
  }

  /** Behind what the days make lie three pages of what others made. */
  async function liveWithStrangers(): Promise<World> {
    const world = await open({ policies, volumes: 20 });
    const other = world.control.addVolume({ name: 'tmp' });
    for (let count = 0; count < 2_100; count += 1) {
      const createdAt = new Date(world.clock.now().getTime() - (count + 2) * 60_000);
      world.control.addForeignBackup({ volumeId: other, name: 'old', createdAt });
    }
    await liveDays(world, 1);
    return world;
  }

  it('end with the page on which the last good backup is found', async () => {
    const world = await liveWithStrangers();
    expect(await countRequests(world, () => cover(world))).toEqual([1, 1, 0, 0, 1]);
  });

  it('go on by volume where few are left, however far the list of all goes on', async () => {
    const world = await liveWithStrangers();
    world.addVolume({ name: 'late' });
    expect(await countRequests(world, () => cover(world))).toEqual([2, 1, 0, 0, 1]);
    const ids = [idOf(world, 0), idOf(world, 1)];
    expect(await countRequests(world, () => cover(world, { volumeIds: ids }))).toEqual([2, 0, 2, 0, 1]);
  });

  it('find a good backup that is older than its volume says it is, as one that was moved', async () => {
    const world = await liveWithStrangers();
    const [id] = world.volumeIds as [string];
    const backups = world.control.backups().filter((each) => each.volume_id === id);
    world.control.removeVolume(id);
    world.control.addVolume({ id, name: 'moved' });
    expect(backups).toHaveLength(1);
    expect(await cover(world)).toMatchObject({ counts: { covered: 21 }, failedCount: 0 });
  });
});

describe('quotas', () => {
  it('that will not last for the week are warned of', async () => {
    const world = await open({
      policies: policyText('nightly', { schedule: DAILY, full: 'always' }),
      volumes: 2,
      cloud: { quotas: { backups: 10 } },
    });
    await liveDays(world, 1);
    expect((await cover(world)).warnings).toEqual([]);
    world.control.setQuota({ backups: 5 });
    expect((await cover(world)).warnings).toEqual([
      'quota: the project has 2 of 5 backups, and within 2 days up to 4 more may come: then nothing can be backed up until something is deleted',
    ]);
  });
});

describe('a policy of every hour', () => {
  it('is judged by the slot that has had its time', async () => {
    const world = await open({ policies: policyText('hourly'), volumes: 2 });
    await runSlots(world, 4);
    expect(await cover(world)).toMatchObject({ counts: { covered: 2 }, failedCount: 0 });
  });
});

describe('several clouds', () => {
  const parts = { schedule: DAILY };
  const text = configText({
    policies: `${policyText('eastern', parts)}\n${policyText('western', { ...parts, cloud: 'west' })}`,
  }).replace('clouds:\n', 'clouds:\n  west: { auth: env }\n');

  async function openTwo() {
    const [east, west] = [await open({ policies, volumes: 1 }), await open({ policies, volumes: 1 })];
    const { deployment } = parseConfig(text, 'test.yaml');
    const openCloud = (name: string) => (name === 'west' ? west : east).deps.openCloud('prod');
    return { east, west, deps: { ...east.deps, deployment, openCloud } };
  }

  it('are told of each; a volume is there if one of them has it', async () => {
    const { east, west, deps } = await openTwo();
    const report = await cover(east, {}, deps);
    expect(report.policies.map(({ policy, cloud, volumeCount }) => [policy, cloud, volumeCount])).toEqual([
      ['eastern', 'prod', 1],
      ['western', 'west', 1],
    ]);
    const ids = [idOf(east, 0), idOf(west, 0)];
    expect(await cover(east, { volumeIds: ids }, deps)).toMatchObject({ counts: { new: 2 }, failedCount: 0 });
  });

  it('are told of although one of them does not answer', async () => {
    const { east, deps } = await openTwo();
    const openCloud = (name: string) =>
      name === 'west' ? Promise.reject(new Error('no route to host')) : deps.openCloud(name);
    const report = await cover(east, {}, { ...deps, openCloud });
    expect(report.counts).toEqual({ failed: 1, new: 1 });
    expect(report.items[0]).toMatchObject({
      cloud: 'west',
      reason: expect.stringMatching(/no route to host/),
    });
    expect(report.policies.map(({ state }) => state)).toEqual(['judged', 'unknown']);
  });
});
