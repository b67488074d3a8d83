import type { CourseState } from './forecast-course.ts';

/** What a volume's backups come to at one time. Bytes are in sizes of the volume. */
export interface CourseFigures {
  /** Kept or held. */
  readonly backups: number;
  /** Of them those that only dependents keep. */
  readonly held: number;
  /** Bytes of the fulls: each has the volume's full size. */
  readonly fullVolumes: number;
  /** Bytes of the incrementals: the change since their parents, each at most a whole volume. */
  readonly incrementalVolumes: number;
}

/** @param changeRate the share of the volume that changes in a day. */
export function figuresOf({ decisions, changeDays }: CourseState, changeRate: number): CourseFigures {
  let [backups, held, fullVolumes, incrementalVolumes] = [0, 0, 0, 0];
  for (const { verdict, backup } of decisions) {
    if (verdict === 'delete') continue;
    backups += 1;
    if (verdict === 'hold') held += 1;
    if (!backup.isIncremental) fullVolumes += 1;
    else incrementalVolumes += Math.min(1, changeRate * (changeDays.get(backup.id) ?? 1));
  }
  return { backups, held, fullVolumes, incrementalVolumes };
}

/** Means over time. */
export interface CourseMeans extends CourseFigures {
  /** Bytes of all. */
  readonly volumes: number;
  /** Not a mean: the most backups that stayed at one time. */
  readonly mostBackups: number;
}

/** Adds figures up, each by the time for which they hold. */
export function createMeans(): {
  add(figures: CourseFigures, durationMs: number): void;
  /** undefined: nothing was added. */
  read(): CourseMeans | undefined;
} {
  let totalMs = 0;
  let mostBackups = 0;
  let [backups, held, fullVolumes, incrementalVolumes] = [0, 0, 0, 0];
  return {
    add(figures, durationMs) {
      totalMs += durationMs;
      mostBackups = Math.max(mostBackups, figures.backups);
      backups += figures.backups * durationMs;
      held += figures.held * durationMs;
      fullVolumes += figures.fullVolumes * durationMs;
      incrementalVolumes += figures.incrementalVolumes * durationMs;
    },
    read() {
      if (totalMs <= 0) return undefined;
      return {
        backups: backups / totalMs,
        held: held / totalMs,
        fullVolumes: fullVolumes / totalMs,
        incrementalVolumes: incrementalVolumes / totalMs,
        volumes: (fullVolumes + incrementalVolumes) / totalMs,
        mostBackups,
      };
    },
  };
}
