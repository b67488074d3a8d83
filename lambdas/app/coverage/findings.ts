import type { VolumeId } from '../../domain/backup.ts';
import type { OmittedItems, ReportItem, RunReport } from '../run-report.ts';

/** How well a policy's volumes are covered. A volume that two policies select counts for both. */
export interface PolicyCoverage {
  readonly policy: string;
  readonly cloud: string;
  /** `unknown`: its cloud or the catalog could not be read; then there are no figures. */
  readonly state: 'judged' | 'paused' | 'unknown';
  readonly rpoMs?: number;
  /** Without an `rpo` volumes are judged by this slot. */
  readonly dueSlotAt?: Date;
  /** How many it selects. */
  readonly volumeCount?: number;
  readonly counts?: Readonly<Record<CountedCoverage, number>>;
  /** How many have a good backup and are not proved to be restorable; only where the policy has tests of restores. */
  readonly unprovedCount?: number;
  /** Of the volumes that have a good backup: the one whose newest is the oldest. */
  readonly oldest?: OldestGood;
}

export type CountedCoverage = 'covered' | 'stale' | 'uncovered' | 'new' | 'skipped';

export interface OldestGood {
  readonly volumeId: string;
  readonly volumeName: string;
  readonly goodAt: Date;
  readonly ageMs: number;
}

/** Counts first, then what is wrong, worst first. */
export interface CoverageReport extends RunReport {
  /** In the order of the config. */
  readonly policies: readonly PolicyCoverage[];
}

/** What was found on one cloud. */
export interface CloudFindings {
  readonly policies: readonly PolicyCoverage[];
  /** The worst. Covered volumes have none. */
  readonly items: readonly ReportItem[];
  readonly omitted: readonly OmittedItems[];
  readonly warnings: readonly string[];
  /** Volumes that were asked for by id and are not there; absent where that is not known. */
  readonly gone?: readonly VolumeId[];
}

export function isCoverageReport(report: RunReport): report is CoverageReport {
  return 'policies' in report;
}
