import type { Policy } from './policy.ts';

/** How hard a cloud may be worked. */
export interface CloudBounds {
  readonly name: string;
  /** Backups and deletions under way at once; stuck ones do not count. */
  readonly inFlight: number | 'unlimited';
  /** Restores under way at once, tests included; counted apart, as an emergency must not wait for a night's backups. */
  readonly restoresInFlight: number | 'unlimited';
  /** A backup that is `creating`, or a volume that is `restoring-backup`, for longer is stuck. */
  readonly stuckAfterMs: number;
}

/** One config in force. */
export interface Deployment {
  /** In every marker; has no hyphen, so that marker names can be read back. */
  readonly name: string;
  readonly clouds: ReadonlyMap<string, CloudBounds>;
  readonly policies: ReadonlyMap<string, Policy>;
}
