import type { Cloud } from '../ports.ts';
import type { Job, Phase } from './job.ts';

const SHORTEST_MS = 200;
const LONGEST_MS = 60_000;
const FIRST_GUESS_MS = 2_000;
/** A look may take this share of the time between looks at the most, so that large tenants are not read all the time. */
const LOOK_SHARE = 0.1;
/** As long as work waits for one of few slots. */
const LOOK_SHARE_WHILE_WAITING = 0.25;
/** Of the usual time of an operation: the longest and the shortest between two looks. */
const LONGEST_SHARE = 0.1;
const SHORTEST_SHARE = 0.04;
/** The longest share is enough for so many in flight, which are followed with the same looks. */
const CROWD = 64;
/** No end is expected before this share of the shortest time that one took. */
const FIRST_END_SHARE = 0.95;
/** Of the usual time of a backup: so long the first finished snapshots wait for the others, so that one look finds many. */
const SNAPSHOT_PATIENCE_SHARE = 0.01;
/** How fast what was long ago is forgotten. */
const NEWEST_SHARE = 0.2;
const SHORTEST_DRIFT = 0.05;

/** The phases in which a look can show the next step. */
export type WatchedPhase = Exclude<Phase, 'idle' | 'starting'>;

/** How long the operations in one phase have been under way. */
export interface Ages {
  readonly youngestMs: number;
  readonly oldestMs: number;
}

/**
 * How often to look at what is in flight: after a share of what an operation typically takes here, and not before the first can have
 * ended. Looking more often costs the API much and wins little; looking less often leaves slots idle.
 */
export interface Pace {
  /** An operation was seen to end `ms` after it began. */
  noteEnd(phase: WatchedPhase, ms: number): void;
  /** Reading the lists of a look took `ms`. */
  noteLook(ms: number): void;
  /** How long after the last look, which was `sinceLookMs` ago, to look again; `share` of the usual time once an end can be expected. */
  intervalMs(ages: ReadonlyMap<WatchedPhase, Ages>, sinceLookMs?: number, share?: number): number;
}

/**
 * The share for so many in flight. Half of it is what a slot stays idle after its backup has ended: with a tenth a slot is free for 5 % of
 * the time, and that much longer takes what waits for it. When nothing waits, no time is lost.
 */
export function shareFor(inFlightCount: number, isWorkWaiting: boolean): number {
  if (!isWorkWaiting) return LONGEST_SHARE;
  return Math.min(LONGEST_SHARE, Math.max(SHORTEST_SHARE, (LONGEST_SHARE * inFlightCount) / CROWD));
}

interface Experience {
  typicalMs: number;
  shortestMs: number;
}

export function createPace(): Pace {
  const experiences = new Map<WatchedPhase, Experience>();
  let lookMs = 0;

  function phaseIntervalMs(
    phase: WatchedPhase,
    { youngestMs, oldestMs }: Ages,
    sinceLookMs: number,
    share: number,
  ): number {
    const known = experiences.get(phase);
    const backupMs = phase === 'snapshot' ? (experiences.get('inCloud')?.typicalMs ?? 0) : 0;
    const patienceMs = backupMs * SNAPSHOT_PATIENCE_SHARE;
    const firstEndMs = known === undefined ? 0 : known.shortestMs * FIRST_END_SHARE + patienceMs;
    // Overdue work is looked at less and less often: it may be stuck, for hours.
    const expectedMs = Math.max(known?.typicalMs ?? FIRST_GUESS_MS, youngestMs);
    return Math.max(expectedMs * share, patienceMs, sinceLookMs + firstEndMs - oldestMs);
  }

  return {
    noteEnd(phase, ms) {
      const known = experiences.get(phase);
      if (known === undefined) {
        experiences.set(phase, { typicalMs: ms, shortestMs: ms });
        return;
      }
      known.typicalMs += (ms - known.typicalMs) * NEWEST_SHARE;
      known.shortestMs = Math.min(ms, known.shortestMs + (ms - known.shortestMs) * SHORTEST_DRIFT);
    },
    noteLook(ms) {
      lookMs = ms;
    },
    intervalMs(ages, sinceLookMs = 0, share = LONGEST_SHARE) {
      const lookShare = share < LONGEST_SHARE ? LOOK_SHARE_WHILE_WAITING : LOOK_SHARE;
      let ms = ages.size === 0 ? SHORTEST_MS : LONGEST_MS;
      for (const [phase, each] of ages) ms = Math.min(ms, phaseIntervalMs(phase, each, sinceLookMs, share));
      return Math.min(Math.max(ms, SHORTEST_MS, lookMs / lookShare), Math.max(LONGEST_MS, lookMs));
    },
  };
}

const paces = new WeakMap<Cloud, Pace>();

/** What one run of this process learnt of a cloud, the next one knows. */
export function paceOf(cloud: Cloud): Pace {
  const known = paces.get(cloud);
  if (known !== undefined) return known;
  const made = createPace();
  paces.set(cloud, made);
  return made;
}

/** The ages of what is in flight, by phase. A backup's counts from its start, whichever run made it. */
export function agesOf(jobs: Iterable<Job>, nowMs: number): Map<WatchedPhase, Ages> {
  const ages = new Map<WatchedPhase, { youngestMs: number; oldestMs: number }>();
  for (const { phase, phaseSince, record } of jobs) {
    if (phase === 'idle' || phase === 'starting') continue;
    const since = phase === 'inCloud' ? (record.startedAt ?? phaseSince) : phaseSince;
    const ageMs = nowMs - since.getTime();
    const known = ages.get(phase);
    if (known === undefined) ages.set(phase, { youngestMs: ageMs, oldestMs: ageMs });
    else {
      known.youngestMs = Math.min(known.youngestMs, ageMs);
      known.oldestMs = Math.max(known.oldestMs, ageMs);
    }
  }
  return ages;
}
