export type BackupId = string;
export type VolumeId = string;
export type SnapshotId = string;

export type BackupType = 'full' | 'incremental';

/** Cinder's backup statuses; whatever else a cloud answers is `unknown` and is never acted on. */
export type BackupStatus =
  | 'creating'
  | 'available'
  | 'restoring'
  | 'deleting'
  | 'error'
  | 'error_deleting'
  | 'unknown';

/**
 * A backup as the cloud shows it. Cinder shows no parent: see `backup-chain.ts` for its inference.
 *
 * @see cinder/api/v3/views/backups.py ViewBuilder.detail
 */
export interface Backup {
  readonly id: BackupId;
  readonly volumeId: VolumeId;
  readonly name: string;
  readonly description: string;
  readonly status: BackupStatus;
  /** The status as the cloud spelt it; differs from `status` only when that is `unknown`. */
  readonly statusText: string;
  readonly failReason?: string;
  readonly isIncremental: boolean;
  /** A hint only: it counts successful children; a DELETE's 400 is the authority. */
  readonly hasDependentBackups: boolean;
  /** The volume's size, for incrementals too. */
  readonly sizeGib: number;
  readonly objectCount: number;
  readonly snapshotId?: SnapshotId;
  readonly container?: string;
  readonly createdAt: Date;
  /** Whole seconds on the cloud's clock: the snapshot's creation for a backup of a snapshot, else `createdAt`. */
  readonly dataTimestampAt: Date;
  /** Absent below microversion 3.43. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Newest first by data timestamp; ties by greater id, which is how Cinder itself breaks them when it picks a parent.
 *
 * @see cinder/backup/api.py API.create
 */
export function compareNewestFirst(
  a: Pick<Backup, 'id' | 'dataTimestampAt'>,
  b: Pick<Backup, 'id' | 'dataTimestampAt'>,
): number {
  const byTime = b.dataTimestampAt.getTime() - a.dataTimestampAt.getTime();
  if (byTime !== 0) return byTime;
  if (a.id === b.id) return 0;
  return a.id < b.id ? 1 : -1;
}
