import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import { decidePrune } from '../../../lambdas/app/decide-prune.ts';
import { describeOrigin } from '../../../lambdas/app/export-catalog.ts';
import { importCatalog } from '../../../lambdas/app/import-catalog.ts';
import { rebuildCatalog } from '../../../lambdas/app/rebuild-catalog.ts';
import type { Dependencies } from '../../../lambdas/app/run.ts';
import { ReportBuilder, type RunReport } from '../../../lambdas/app/run-report.ts';
import { describeDecision } from '../../../lambdas/domain/decision.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, policyText, type World } from '../../support/world.ts';
import { backUp, follow, pin, prune, runSlots, settle, unpin } from '../../support/world-steps.ts';

const open = useWorlds();
const NIGHTLY = { keep: '{ semantics: restic, last: 2, daily: 2 }', full: '{ every: 4 }' };
const WEEKLY = {
  schedule: '{ cron: "30 */3 * * *", timezone: UTC }',
  keep: '{ semantics: restic, last: 1 }',
  maxAge: '5h',
  onVolumeGone: 'apply',
};
const FREE = { guards: '{ maxDeleteShare: 1 }' };
const nightly = (name: string, more = {}) => policyText(name, { ...NIGHTLY, ...FREE, ...more });
const weekly = policyText('weekly', { ...WEEKLY, ...FREE });
const POLICIES = `${nightly('nightly')}\n${weekly}`;
const RENAMED = `${nightly('hourly', { formerly: '[nightly]' })}\n${weekly}`;

/** What becomes of every backup, and why, in words. */
async function decisionsOf(deps: Dependencies): Promise<string[]> {
  const report = new ReportBuilder('test', deps.clock.now(), true);
  const request = { trigger: 'manual', dryRun: true } as const;
  const { plans = [] } = (await decidePrune('prod', request, deps, report)) ?? {};
  return plans
    .flatMap(({ decisions }) => decisions)
    .map((decision) => `${decision.backup.id}: ${describeDecision(decision)}`)
    .sort();
}

async function rebuild(world: World, policies?: string): Promise<Dependencies> {
  const deps = await world.another({
    catalog: createMemoryCatalog(),
    ...(policies !== undefined && { policies }),
  });
  const report = await rebuildCatalog({}, world.run(), deps);
  expect(report.failedCount).toBe(0);
  return deps;
}

async function importFrom(from: Dependencies, into: Dependencies, world: World): Promise<RunReport> {
  const request = { origin: await describeOrigin(from), entries: from.catalog.listEntries() };
  return importCatalog(request, world.run(), into);
}

interface Life {
  readonly world: World;
  deps: Dependencies;
  policies: string;
}

type Event = (life: Life, pick: <Value>(values: readonly Value[]) => Value | undefined) => Promise<unknown>;

const ours = ({ world }: Life) =>
  world.control.backups().filter(({ name, status }) => name?.startsWith('ck-') && status === 'available');
const volumesOf = ({ world }: Life) => world.control.volumes();

/** What can happen to a deployment. */
const EVENTS: Readonly<Record<string, Event>> = {
  slot: ({ world, deps }) => runSlots(world, 1, deps),
  slots: ({ world, deps }) => runSlots(world, 3, deps),
  async failure({ world, deps }) {
    world.control.addFault({ times: 1, effect: { fail: { reason: 'the backup driver gave up' } } });
    await runSlots(world, 1, deps);
    await settle(world, deps);
  },
  async byHand({ world, deps, policies }) {
    await world.pass(HOUR_MS / 7);
    return backUp(world, policies === RENAMED ? 'hourly' : 'nightly', undefined, deps);
  },
  async attach(life, pick) {
    const volume = pick(volumesOf(life).filter(({ status }) => status === 'available'));
    if (volume !== undefined) life.world.control.attachVolume(volume.id, 'server-1');
  },
  async foreign(life, pick) {
    const volume = pick(volumesOf(life));
    if (volume !== undefined) life.world.control.addForeignBackup({ volumeId: volume.id, name: 'by hand' });
    await life.world.pass(HOUR_MS / 9);
  },
  async volumeGone(life, pick) {
    const all = volumesOf(life);
    const volume = pick(all);
    if (all.length > 1 && volume !== undefined) life.world.control.removeVolume(volume.id);
  },
  async pin(life, pick) {
    const backup = pick(ours(life));
    const until = new Date(life.world.clock.now().getTime() + 4 * HOUR_MS).toISOString();
    if (backup !== undefined)
      await pin(life.world, backup.id, pick([{}, { until }, { by: 'ada' }]), life.deps);
  },
  async unpin(life, pick) {
    const backup = pick(ours(life));
    if (backup !== undefined) await unpin(life.world, backup.id, {}, life.deps);
  },
  async deletedByHand(life, pick) {
    const backup = pick(ours(life));
    if (backup !== undefined) life.world.control.removeBackup(backup.id);
  },
  async rename(life) {
    life.policies = RENAMED;
    life.deps = await life.world.another({ policies: RENAMED });
  },
  prune: ({ world, deps }) => prune(world, { trigger: 'schedule' }, deps),
};

const history = fc.array(fc.tuple(fc.constantFrom(...Object.keys(EVENTS)), fc.nat(1_000)), {
  minLength: 3,
  maxLength: 14,
});

async function live(events: readonly (readonly [string, number])[]): Promise<Life> {
  const world = await open({ policies: POLICIES, volumes: 3 });
  const life: Life = { world, deps: world.deps, policies: POLICIES };
  await runSlots(world, 2);
  for (const [event, chance] of events) {
    await EVENTS[event]?.(life, (values) => values[chance % values.length]);
  }
  await settle(world, life.deps);
  return life;
}

describe('a catalog that is rebuilt from the cloud alone', () => {
  it('plans the same, whatever had happened before', async () => {
    let decided = 0;
    await fc.assert(
      fc.asyncProperty(history, async (events) => {
        const life = await live(events);
        const before = await decisionsOf(life.deps);
        decided += before.length;
        expect(await decisionsOf(await rebuild(life.world, life.policies))).toEqual(before);
        await life.world.close();
      }),
      { numRuns: 25 },
    );
    expect(decided).toBeGreaterThan(100);
  });

  it('makes no slot again, under a former name neither', async () => {
    const life = await live([
      ['slots', 0],
      ['rename', 0],
    ]);
    const deps = await rebuild(life.world, life.policies);
    life.world.control.requests.reset();
    const report = await follow(life.world, deps);
    expect(report.counts).toEqual({});
    expect(life.world.control.requests.countOf('create-backup')).toBe(0);
    expect((await deps.catalog.getPolicy('hourly'))?.firstSeenAt).toEqual(new Date('2026-03-02T01:00:00Z'));
  });
});

describe('what no backup tells', () => {
  /** A shortened policy in its days of grace, and a volume whose newest slot failed for good. */
  async function liveOn(): Promise<Life> {
    const life = await live([['slots', 0]]);
    const { world } = life;
    life.policies = `${nightly('nightly', { keep: '{ semantics: restic, last: 1 }' })}\n${weekly}`;
    life.deps = await world.another({ policies: life.policies });
    world.control.addFault({ match: { volumeName: 'vol-0' }, effect: { fail: { reason: 'disk on fire' } } });
    await runSlots(world, 1, life.deps);
    await settle(world, life.deps);
    return life;
  }
  const CAUTION = /the former .* apply until|nothing is deleted now/;

  it('is lost with the catalog: days of grace, and why a slot failed', async () => {
    const life = await liveOn();
    const before = await decisionsOf(life.deps);
    const after = await decisionsOf(await rebuild(life.world, life.policies));
    expect(before.filter((line) => CAUTION.test(line)).length).toBeGreaterThan(0);
    expect(after.filter((line) => CAUTION.test(line))).toEqual([]);
    const [cautious, plain] = [before, after].map(
      (all) => new Set(all.filter((line) => line.includes('kept'))),
    );
    for (const line of plain ?? []) expect(cautious).toContain(line);
  });

  it('comes back with an export, into a rebuilt catalog as into an empty one', async () => {
    const life = await liveOn();
    const before = await decisionsOf(life.deps);
    const rebuilt = await rebuild(life.world, life.policies);
    await importFrom(life.deps, rebuilt, life.world);
    expect(await decisionsOf(rebuilt)).toEqual(before);
    const empty = await life.world.another({ catalog: createMemoryCatalog(), policies: life.policies });
    await importFrom(life.deps, empty, life.world);
    expect(await decisionsOf(empty)).toEqual(before);
  });
});
