import type { FaultRule } from './faults/faults.ts';
import type { Project } from './identity/identity.ts';
import { SUPPORTED_VERSION } from './protocol/microversion.ts';
import type { Amounts } from './quotas/quotas.ts';
import type { Clock, CloudSettings, Durations, Release } from './state/cloud-state.ts';

/** Limits of a project; -1 is unlimited. */
export interface QuotaOptions {
  readonly backups?: number;
  readonly backupGigabytes?: number;
  readonly volumes?: number;
  readonly snapshots?: number;
  readonly gigabytes?: number;
}

export interface EmbeddedCloudOptions {
  /** 0 or none: any free port. It listens on 127.0.0.1 only. */
  readonly port?: number;
  /** Rules the life of every backup, volume, snapshot and token, and the `Date` header. Default: real time. */
  readonly clock?: Clock;
  readonly release?: Release;
  /** Default 3.70 for `zed`, 3.71 for `latest`. */
  readonly maxMicroversion?: string;
  /** Real-time delay of every answer of Cinder. */
  readonly latencyMs?: number;
  /** How long work takes on the clock; default: full 3, incremental 2, restore 3, everything else 1 second. */
  readonly durations?: Partial<Durations>;
  /**
   * Default: everything unlimited, so that a trial is not stopped by it. Cinder's own defaults are 10 backups,
   * 1000 GiB of backups, 10 volumes, 10 snapshots and 1000 GiB of volumes and snapshots.
   */
  readonly quotas?: QuotaOptions;
  /**
   * A directory in which the cloud is kept: what was answered for is there again after the process ended, however it
   * did. What `volumes` and `project` say counts for a new one only.
   */
  readonly dataPath?: string;
  readonly tokenSeconds?: number;
  /** How long Cinder goes on believing in a token revoked through Keystone; default 300. */
  readonly tokenMemorySeconds?: number;
  /** Cinder's `osapi_max_limit`; default 1000. */
  readonly pageLimit?: number;
  readonly faults?: readonly FaultRule[];
  /** Seeds so many volumes: `vol-001`, `vol-002` …, 1 to 5 GiB, with the metadata `backup: nightly`. */
  readonly volumes?: number;
  /** Id and name of the project behind the credentials; default a random id and `demo`. */
  readonly project?: Partial<Project>;
  /** Availability zones beside `nova`. */
  readonly zones?: readonly string[];
  /** Told of defects of the embedded cloud itself. Default: prints them on stderr. */
  readonly onDefect?: (error: unknown) => void;
}

const DURATIONS: Durations = {
  fullSeconds: 3,
  incrementalSeconds: 2,
  snapshotSeconds: 1,
  deleteSeconds: 1,
  restoreSeconds: 3,
  volumeSeconds: 1,
};

/** @throws {RangeError} for a maximum microversion that is not of the form 3.N. */
export function settingsOf(options: EmbeddedCloudOptions): CloudSettings {
  const release = options.release ?? 'latest';
  const version = options.maxMicroversion ?? (release === 'zed' ? '3.70' : '3.71');
  const minor = SUPPORTED_VERSION.exec(version)?.[1];
  if (minor === undefined) throw new RangeError(`max microversion ${version}: must be 3.N`);
  return {
    release,
    maxMinor: Number(minor),
    durations: { ...DURATIONS, ...options.durations },
    tokenSeconds: options.tokenSeconds ?? 3600,
    tokenMemorySeconds: options.tokenMemorySeconds ?? 300,
    pageLimit: options.pageLimit ?? 1000,
    quotas: toAmounts(options.quotas ?? {}),
    project: options.project ?? {},
  };
}

export function toAmounts(options: QuotaOptions): Amounts {
  const { backupGigabytes, ...rest } = options;
  return { ...rest, ...(backupGigabytes === undefined ? {} : { backup_gigabytes: backupGigabytes }) };
}
