import { createBackups } from '../../../lambdas/app/create-backups.ts';
import { pruneBackups } from '../../../lambdas/app/prune-backups.ts';
import { openWorld, type World } from '../../support/world.ts';
import type { Benchmark, Figure } from '../benchmark.ts';

const VOLUMES = 200;
const IN_FLIGHT = 64;
const BACKUP_SECONDS = 60;
/** Of each volume so many stay. */
const KEPT = 2;
const DAYS = 5;
const DAY_MS = 86_400_000;
const GOAL_POLLS = 0.2;

const POLICIES = `
  nightly:
    cloud: prod
    select: { volumes: { metadata: { backup: nightly } } }
    schedule: { cron: "0 2 * * *", timezone: UTC }
    full: always
    keep: { semantics: restic, last: ${KEPT} }
    guards: { maxDeletes: ${VOLUMES * DAYS} }
    inUse: snapshot`;

interface Life {
  /** Requests to Cinder for each backup that came and went. */
  readonly all: number;
  /** Without the calls that make and delete something. */
  readonly polls: number;
  readonly counts: Readonly<Record<string, number>>;
}

export const requests: Benchmark = {
  name: 'requests',
  summary: "requests to Cinder in a backup's whole life: create, follow, prune",
  async run({ say }) {
    say(
      `requests: ${VOLUMES} volumes, ${DAYS} days on a virtual clock, ${IN_FLIGHT} in flight, backups of a minute`,
    );
    return [
      toFigure('without a snapshot: 2 and the polls', await liveThrough(false)),
      toFigure('of an in-use volume by a snapshot: 4 and the polls', await liveThrough(true)),
    ];
  },
};

function toFigure(what: string, { all, polls, counts }: Life): Figure {
  const kinds = Object.entries(counts).map(([operation, count]) => `${operation} ${count}`);
  return {
    what: `polls in a life ${what}`,
    value: polls,
    unit: 'requests',
    goal: { atMost: GOAL_POLLS },
    note: `${all.toFixed(2)} requests in all; in ${DAYS - KEPT} days: ${kinds.join(', ')}`,
  };
}

/** Days of backing up and pruning; those count in which as many backups go as come. */
async function liveThrough(isInUse: boolean): Promise<Life> {
  const world = await openWorld({
    policies: POLICIES,
    limits: `{ inFlight: ${IN_FLIGHT}, requestsPerSecond: 1000 }`,
    cloud: {
      volumes: VOLUMES,
      durations: { fullSeconds: BACKUP_SECONDS, incrementalSeconds: BACKUP_SECONDS },
    },
  });
  const { control } = world.embedded;
  if (isInUse) for (const { id } of control.volumes()) control.attachVolume(id, 'server-1');
  try {
    for (let day = 1; day <= DAYS; day += 1) {
      if (day === KEPT + 1) control.requests.reset();
      await liveOneDay(world, day);
    }
    // Keystone's is another service: a token an hour.
    const { authenticate: _tokens, ...counts } = control.requests.counts();
    return countLife(counts);
  } finally {
    await world.close();
  }
}

async function liveOneDay(world: World, day: number): Promise<void> {
  const { deps, clock } = world;
  const created = await createBackups({ trigger: 'manual', policy: 'nightly' }, world.run(), deps);
  const pruned = await pruneBackups({ trigger: 'schedule' }, world.run(), deps);
  const { available } = created.counts;
  const deleted = pruned.counts.deleted ?? 0;
  if (available !== VOLUMES || deleted !== (day > KEPT ? VOLUMES : 0)) {
    const why = [...created.items, ...pruned.items].find(({ isFailure }) => isFailure)?.reason;
    throw new Error(`day ${day}: ${available} made, ${deleted} deleted of ${VOLUMES}: ${why}`);
  }
  await clock.sleep(DAY_MS);
}

function countLife(counts: Readonly<Record<string, number>>): Life {
  const lives = VOLUMES * (DAYS - KEPT);
  const sumOf = (select: (operation: string) => boolean): number =>
    Object.entries(counts).reduce((sum, [operation, count]) => sum + (select(operation) ? count : 0), 0);
  const changes = sumOf((operation) => /^(create|delete)-/.test(operation));
  const all = sumOf(() => true);
  return { all: all / lives, polls: (all - changes) / lives, counts };
}
