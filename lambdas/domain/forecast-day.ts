import { figuresOf } from './course-means.ts';
import type { CourseState } from './forecast-course.ts';
import type { Policy } from './policy.ts';

/** One day, as it stands at its end. */
export interface ForecastDay {
  /** `2026-11-23` on the policy's calendar. */
  readonly date: string;
  /** How many backups each rule keeps, by its key in the config (or `atLeast`, `pinned`, …); one can be kept by several. */
  readonly keptBy: Readonly<Record<string, number>>;
  readonly kept: number;
  readonly held: number;
  /** Kept and held: what exists. */
  readonly backups: number;
  readonly storedGib: number;
  readonly fullGib: number;
  readonly incrementalGib: number;
  /** What quota counts: for each backup the volume's full size. */
  readonly quotaGib: number;
  readonly madeFull: number;
  readonly madeIncremental: number;
  readonly deleted: number;
  /** To Cinder, that make or delete something: lists are shared by all volumes, and come to at most 0.2 a backup. */
  readonly requests: number;
}

export interface DayBookOptions {
  readonly policy: Policy;
  readonly sizeGib: number;
  readonly isInUse?: boolean | undefined;
}

const NOTHING_DONE = { madeFull: 0, madeIncremental: 0, deleted: 0, requests: 0 };
const NOTHING_THERE = {
  keptBy: {},
  kept: 0,
  held: 0,
  backups: 0,
  storedGib: 0,
  fullGib: 0,
  incrementalGib: 0,
  quotaGib: 0,
};

/** Writes a course down day by day. */
export interface DayBook {
  /** State after state, in their order. */
  note(date: string, state: CourseState): void;
  /** Date after date, in their order; one on which nothing happened leaves everything as it was. */
  read(dates: readonly string[]): ForecastDay[];
}

export function openDayBook({ policy, sizeGib, isInUse = false }: DayBookOptions): DayBook {
  // A temporary snapshot is made before, and deleted after.
  const requestsPerBackup = isInUse && policy.inUse === 'snapshot' ? 3 : 1;
  const doneOn = new Map<string, typeof NOTHING_DONE>();
  const lastOn = new Map<string, CourseState>();
  return {
    note(date, state) {
      const { made, decisions } = state;
      const done = doneOn.get(date) ?? NOTHING_DONE;
      const deleted = decisions.filter(({ verdict }) => verdict === 'delete').length;
      doneOn.set(date, {
        madeFull: done.madeFull + (made === 'full' ? 1 : 0),
        madeIncremental: done.madeIncremental + (made === 'incremental' ? 1 : 0),
        deleted: done.deleted + deleted,
        requests: done.requests + deleted + (made === undefined ? 0 : requestsPerBackup),
      });
      lastOn.set(date, state);
    },
    read(dates) {
      let there: ReturnType<typeof describeState> = NOTHING_THERE;
      return dates.map((date) => {
        const state = lastOn.get(date);
        if (state !== undefined) there = describeState(state, sizeGib, policy.changeRate);
        return { date, ...there, ...(doneOn.get(date) ?? NOTHING_DONE) };
      });
    },
  };
}

function describeState(state: CourseState, sizeGib: number, changeRate: number) {
  const { backups, held, fullVolumes, incrementalVolumes } = figuresOf(state, changeRate);
  const keptBy: Record<string, number> = {};
  for (const { because, verdict } of state.decisions) {
    if (verdict !== 'keep') continue;
    for (const rule of new Set(because.map((reason) => reason.rule))) keptBy[rule] = (keptBy[rule] ?? 0) + 1;
  }
  return {
    keptBy,
    kept: backups - held,
    held,
    backups,
    storedGib: (fullVolumes + incrementalVolumes) * sizeGib,
    fullGib: fullVolumes * sizeGib,
    incrementalGib: incrementalVolumes * sizeGib,
    quotaGib: backups * sizeGib,
  };
}
