import { describe, expect, it } from 'vitest';
import { isOpen } from '../../../lambdas/domain/backup-record.ts';
import type { FaultRule } from '../../../local/embedded-cloud/faults/faults.ts';
import type { Operation } from '../../../local/embedded-cloud/protocol/operations.ts';
import { useWorlds } from '../../support/use-worlds.ts';
import { HOUR_MS, policyText, type World } from '../../support/world.ts';
import { audit } from '../../support/world-audit.ts';
import { follow, prune, settle } from '../../support/world-steps.ts';

const open = useWorlds();

/** What the whole job asks of a cloud. */
const OPERATIONS: readonly Operation[] = [
  'authenticate',
  'discover',
  'list-volumes',
  'list-backups',
  'show-backup',
  'create-backup',
  'delete-backup',
  'list-snapshots',
  'create-snapshot',
  'delete-snapshot',
  'show-limits',
];

/** What can happen to any of these requests. */
const EFFECTS: Readonly<Record<string, FaultRule['effect']>> = {
  'a cut connection before the work': { dropRequest: true },
  'a cut connection after the work': { dropAnswer: true },
  'half an answer': { truncateBody: true },
  'a late answer': { delayMs: 20 },
  ...Object.fromEntries([401, 404, 413, 429, 500].map((status) => [`a ${status}`, { refuse: { status } }])),
};

/** What can become of work that the cloud has taken. */
const OUTCOMES: readonly [string, FaultRule][] = [
  [
    'a backup that fails',
    { effect: { fail: { reason: 'the driver gave up' } }, match: { operation: 'create-backup' } },
  ],
  [
    'a snapshot that fails',
    { effect: { fail: { reason: 'no space' } }, match: { operation: 'create-snapshot' } },
  ],
  ['a backup that is stuck', { effect: { stuck: true } }],
  ['a snapshot that is stuck', { effect: { stuck: true }, match: { operation: 'create-snapshot' } }],
  ['a deletion that is stuck', { effect: { stuck: true }, match: { operation: 'delete-backup' } }],
  [
    'a deletion that fails',
    {
      effect: { failDelete: { reason: 'object store is read-only' } },
      match: { operation: 'delete-backup' },
    },
  ],
  [
    "a snapshot's deletion that fails",
    { effect: { failDelete: { reason: 'busy' } }, match: { operation: 'delete-snapshot' } },
  ],
  ['a full instead of an incremental', { effect: { silentFull: true } }],
];

/** Three slots of a free volume and one in use, with pruning after each. */
async function doTheJob(rule: FaultRule): Promise<World> {
  const world = await open({
    policies: policyText('nightly', {
      keep: '{ semantics: restic, last: 1 }',
      full: '{ every: 2 }',
      guards: '{ maxDeleteShare: 1 }',
    }),
    limits: '{ inFlight: 8, requestsPerSecond: 1000, stuckAfter: 10min }',
    volumes: 2,
    cloud: { durations: { fullSeconds: 1, incrementalSeconds: 1, snapshotSeconds: 1, deleteSeconds: 1 } },
  });
  world.control.attachVolume(world.volumeIds[0] as string, 'server-1');
  await follow(world);
  for (let slot = 0; slot < 3; slot += 1) {
    await world.pass(HOUR_MS);
    // The second slot meets the fault, in a process that knows nothing yet.
    if (slot === 1) world.control.addFault({ times: 2, ...rule });
    const deps = await world.another();
    await follow(world, deps);
    await prune(world, { trigger: 'schedule' }, deps);
  }
  return world;
}

/** What a person would do, and time does: what hangs in the cloud comes to its end. */
async function endWhatHangs({ control }: World): Promise<void> {
  for (const { id, status } of control.backups()) {
    if (status === 'creating' || status === 'deleting') control.setBackup(id, { status: 'error' });
  }
  for (const { id, status } of control.snapshots()) {
    if (status !== 'available') control.setSnapshotStatus(id, 'error');
  }
}

async function expectAllWell(world: World): Promise<void> {
  world.control.clearFaults();
  const deps = await world.another();
  await settle(world, deps);
  await endWhatHangs(world);
  for (let rounds = 0; rounds < 3; rounds += 1) {
    await world.pass(HOUR_MS);
    await settle(world, deps);
    await prune(world, { trigger: 'schedule' }, deps);
  }
  expect((await world.records()).filter(isOpen)).toEqual([]);
  expect(await audit(world)).toEqual([]);
  const newest = world.control.backups().filter(({ status }) => status === 'available');
  expect(new Set(newest.map(({ volume_id }) => volume_id)).size, 'both volumes have a good backup').toBe(2);
}

describe.each(OPERATIONS)('%s, twice with', (operation) => {
  it.each(Object.keys(EFFECTS))(
    '%s: no duplicate, no orphan, no lost record, no broken chain',
    async (name) => {
      await expectAllWell(
        await doTheJob({ match: { operation }, effect: EFFECTS[name] as FaultRule['effect'] }),
      );
    },
  );
});

describe('twice', () => {
  it.each(OUTCOMES)('%s: no duplicate, no orphan, no lost record, no broken chain', async (_name, rule) => {
    await expectAllWell(await doTheJob(rule));
  });
});
