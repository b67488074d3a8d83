import { compareNewestFirst } from './backup.ts';
import { type ForecastInput, forecastPolicy } from './forecast.ts';
import type { ForecastDay } from './forecast-day.ts';
import type { Policy } from './policy.ts';
import type { PlannedBackup } from './prune-plan.ts';
import { BUCKET_RULES } from './retention-policy.ts';

export interface ForecastVolume {
  readonly sizeGib: number;
  /** What exists of it; absent: nothing. */
  readonly history?: readonly PlannedBackup[];
}

export interface VolumesForecast {
  /** All volumes together. */
  readonly days: readonly ForecastDay[];
  /** How many different courses they take. */
  readonly courses: number;
}

/** A course that many volumes take. */
interface Group {
  readonly history: readonly PlannedBackup[];
  readonly sizeGib: number;
  count: number;
  totalGib: number;
}

/**
 * What becomes of any number of volumes under one policy. Volumes in the same state take the same course, whatever their sizes, so each
 * distinct course is worked out once: volumes without backups are in one state, and so are those backed up in the same slots. (A backup
 * counts from its slot then, not from the minutes after it, as long as both are in the same buckets of time.)
 */
export function forecastVolumes(
  input: Omit<ForecastInput, 'sizeGib' | 'history'>,
  volumes: Iterable<ForecastVolume>,
): VolumesForecast {
  const groups = new Map<string, Group>();
  for (const { sizeGib, history = [] } of volumes) {
    const settled = history.map((each) => toSlot(each, input.policy)).sort(compareBackups);
    const key = stateOf(settled, sizeGib);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { history: settled, sizeGib, count: 1, totalGib: sizeGib });
    else {
      known.count += 1;
      known.totalGib += sizeGib;
    }
  }
  let days: readonly ForecastDay[] = forecastPolicy({ ...input, sizeGib: 0, isMissed: () => true }).days;
  for (const { history, sizeGib, count, totalGib } of groups.values()) {
    const course = forecastPolicy({ ...input, sizeGib, history });
    days = days.map((day, index) =>
      addDay(day, course.days[index] as ForecastDay, count, totalGib / sizeGib),
    );
  }
  return { days, courses: groups.size };
}

/** The same backup, stamped with its slot where no rule can tell the two apart. */
function toSlot(planned: PlannedBackup, { schedule }: Policy): PlannedBackup {
  const { backup, slotAt } = planned;
  if (slotAt === undefined || slotAt.getTime() > backup.createdAt.getTime()) return planned;
  const isSame = BUCKET_RULES.every(
    ({ keyOf }) => keyOf?.(slotAt, schedule.timezone) === keyOf?.(backup.dataTimestampAt, schedule.timezone),
  );
  return isSame ? { ...planned, backup: { ...backup, createdAt: slotAt, dataTimestampAt: slotAt } } : planned;
}

function compareBackups(a: PlannedBackup, b: PlannedBackup): number {
  const byCreation = a.backup.createdAt.getTime() - b.backup.createdAt.getTime();
  return byCreation === 0 ? compareNewestFirst(b.backup, a.backup) : byCreation;
}

/** All that the planners look at, but for ids: backups are told apart by their order. */
function stateOf(oldestFirst: readonly PlannedBackup[], sizeGib: number): string {
  const facts = oldestFirst.map(({ backup, policy, pin }) => [
    backup.createdAt.getTime(),
    backup.dataTimestampAt.getTime(),
    backup.status,
    backup.isIncremental,
    backup.hasDependentBackups,
    backup.snapshotId !== undefined,
    backup.sizeGib / sizeGib,
    policy ?? null,
    pin ?? null,
  ]);
  return JSON.stringify(facts);
}

function addDay(sum: ForecastDay, day: ForecastDay, count: number, sizes: number): ForecastDay {
  const keptBy = { ...sum.keptBy };
  for (const [rule, kept] of Object.entries(day.keptBy)) keptBy[rule] = (keptBy[rule] ?? 0) + kept * count;
  return {
    date: sum.date,
    keptBy,
    kept: sum.kept + day.kept * count,
    held: sum.held + day.held * count,
    backups: sum.backups + day.backups * count,
    storedGib: sum.storedGib + day.storedGib * sizes,
    fullGib: sum.fullGib + day.fullGib * sizes,
    incrementalGib: sum.incrementalGib + day.incrementalGib * sizes,
    quotaGib: sum.quotaGib + day.quotaGib * sizes,
    madeFull: sum.madeFull + day.madeFull * count,
    madeIncremental: sum.madeIncremental + day.madeIncremental * count,
    deleted: sum.deleted + day.deleted * count,
    requests: sum.requests + day.requests * count,
  };
}
