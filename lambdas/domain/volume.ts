import type { SnapshotId, VolumeId } from './backup.ts';

/** A volume as the cloud lists it. */
export interface Volume {
  readonly id: VolumeId;
  readonly name: string;
  readonly description?: string;
  /** As the cloud spells it: `available`, `in-use`, `backing-up`, `error`, … */
  readonly status: string;
  readonly sizeGib: number;
  readonly volumeType?: string;
  readonly availabilityZone?: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Ids of the servers that it is attached to. */
  readonly serverIds: readonly string[];
  readonly createdAt: Date;
  /** The backup that it was last restored from, as far as the cloud remembers. */
  readonly restoredFrom?: string;
}

/** What must be remembered of a volume so that a backup can be restored like the original after it is gone. */
export interface VolumeFacts {
  readonly name: string;
  readonly sizeGib: number;
  readonly volumeType?: string;
  readonly availabilityZone?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Servers that it was attached to; absent: to none, or that is not known. */
  readonly serverIds?: readonly string[];
}

export interface Snapshot {
  readonly id: SnapshotId;
  readonly volumeId: VolumeId;
  readonly name: string;
  /** As the cloud spells it: `creating`, `available`, `backing-up`, `deleting`, `error`, `error_deleting`, … */
  readonly status: string;
  readonly sizeGib: number;
  readonly createdAt: Date;
}
