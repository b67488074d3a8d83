import type { Deployment } from '../domain/deployment.ts';
import type { AskHook, Catalog, Clock, Cloud, Log } from './ports.ts';
import type { WorkProgress } from './work/progress.ts';

/** One invocation. */
export interface Run {
  readonly startedAt: Date;
  /** By then the run must have stopped cleanly; the next one takes over. Absent = none. */
  readonly deadlineAt?: Date;
  /** Aborted = stop cleanly now. */
  readonly signal?: AbortSignal;
  /** Whether the run stays until everything that it began has ended (a person watches), or only until nothing waits. */
  readonly waits: boolean;
}

export function isOver(run: Run, now: Date): boolean {
  return run.signal?.aborted === true || (run.deadlineAt !== undefined && now >= run.deadlineAt);
}

/** What every use case is given. */
export interface Dependencies {
  readonly deployment: Deployment;
  readonly clock: Clock;
  readonly catalog: Catalog;
  /** Opens a cloud of the config, once per process. @throws when its credentials cannot be had. */
  readonly openCloud: (name: string) => Promise<Cloud>;
  readonly log: Log;
  /** Absent: restored volumes that a hook has to look at are left to a process that can ask it. */
  readonly askHook?: AskHook;
  /** Who holds the leases: this process, or the data directory that only one process can have open. */
  readonly owner: string;
  readonly onProgress?: (progress: WorkProgress) => void;
  /** Newest slot known to be recorded, by policy: spares an idle run the question. */
  readonly recordedSlots: Map<string, number>;
  /** Clouds that this process is working on: a lease does not keep its own owner out. */
  readonly workingClouds: Set<string>;
}
