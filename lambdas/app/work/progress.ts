/** Where the work on one cloud stands; counts of this run. */
export interface WorkProgress {
  readonly cloud: string;
  readonly waiting: number;
  readonly underWay: number;
  readonly available: number;
  readonly deleted: number;
  readonly failed: number;
  /** Restores, and tests of restores. */
  readonly restored?: number;
  /** What the few that are under way are doing, each in a few words. */
  readonly details?: readonly string[];
}
