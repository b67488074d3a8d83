import type { BackupId, VolumeId } from './backup.ts';
import { hashVolumeId } from './marker.ts';
import type { VolumeFacts } from './volume.ts';

/**
 * The life of one restore of one backup into one volume, as the catalog remembers it.
 *
 * ```
 * waiting ──► creating ──► restoring ──► checking ──► clearing ──► restored
 *    │        (a new          │ ▲        (tests)      (a volume      failed
 *    │         volume)        ▼ │                      of ours goes)
 *    │                      stuck
 *    └──► failed
 * ```
 */
export const RESTORE_STATES = [
  'waiting',
  'creating',
  'restoring',
  'stuck',
  'checking',
  'clearing',
  'restored',
  'failed',
] as const;
export type RestoreState = (typeof RESTORE_STATES)[number];

/** `<when it was asked for>-<hash>`: sorts in the order in which restores were asked for. */
export type RestoreId = string;

/** A test restores into a scratch volume, which goes again whatever comes of it. */
export type RestorePurpose = 'restore' | 'test';

export interface RestoreKey {
  readonly cloud: string;
  /** Of the volume that was backed up. */
  readonly volumeId: VolumeId;
  readonly id: RestoreId;
}

export interface RestoreRecord extends RestoreKey {
  readonly purpose: RestorePurpose;
  readonly state: RestoreState;
  /** The request as it was made, so that the same one joins this restore instead of beginning another. */
  readonly request: string;
  readonly backupId: BackupId;
  /** The policy in the backup's marker, and for a test the one that asks for it. */
  readonly policy?: string;
  /** Of the backup, the cloud's stamp: what the volume will be as of. */
  readonly dataTimestampAt: Date;
  /** The volume that was backed up, as it was then. */
  readonly source: VolumeFacts;
  readonly into: 'new' | 'existing';
  /** What the new volume is to be, or what the existing one is. */
  readonly target: VolumeFacts;
  /** Known from the beginning for an existing volume, for a new one once it was seen. */
  readonly targetId?: VolumeId;
  /** The backup itself and all that it may be based on: none of it is deleted while the restore is under way. */
  readonly needs: readonly BackupId[];
  /** Someone said to try although the chain does not look whole. */
  readonly tryAnyway?: boolean;
  /** Until when it holds what it needs (local clock): a crash does not hold for ever. */
  readonly heldUntil: Date;
  /** How often a new volume was asked for. */
  readonly attempt: number;
  /** When it was asked for (local clock). */
  readonly askedAt: Date;
  /** Not to be taken further before (local clock). */
  readonly notBeforeAt?: Date;
  /** When the cloud was first asked for something (local clock). */
  readonly startedAt?: Date;
  /** Since when a POST may have been made without a trace of it (local clock). */
  readonly unseenSinceAt?: Date;
  /** When the restore itself was first known to be under way: accepted, or seen on the volume (local clock). */
  readonly seenAt?: Date;
  /** The backup that the target says it was last restored from, before this restore. */
  readonly formerBackupId?: BackupId;
  /** Of a test: when the hook was first asked about the restored volume (local clock). */
  readonly hookAskedAt?: Date;
  /** When the restore had come to its end (local clock), the clearing away not included. */
  readonly settledAt?: Date;
  /** What is to become of it when all is cleared away. */
  readonly outcome?: 'restored' | 'failed';
  /** Why it failed, or what it waits for. */
  readonly reason?: string;
  /** When the catalog may forget it; set only once nothing is left to be done. */
  readonly forgetAt?: Date;
  /** Optimistic lock: 0 = not yet in the catalog. */
  readonly version: number;
}

const ENDED: ReadonlySet<RestoreState> = new Set(['restored', 'failed']);

/** Whether something remains to be done for it; exactly these are in the catalog's index of work. */
export function isRestoreOpen({ state }: Pick<RestoreRecord, 'state'>): boolean {
  return !ENDED.has(state);
}

/** What is to be done in a cloud is of two kinds. */
export function isRestoreRecord(record: object): record is RestoreRecord {
  return 'purpose' in record;
}

/** The same request at the same instant gives the same id. */
export function restoreIdOf(askedAt: Date, request: string, backupId: BackupId): RestoreId {
  return `${askedAt.toISOString().replaceAll(/[-:]/g, '')}-${hashVolumeId(`${backupId} ${request}`)}`;
}

/** How it went, for the story of a backup and of a volume. */
export interface RestoreNote {
  readonly at: Date;
  readonly purpose: RestorePurpose;
  readonly outcome: 'restored' | 'failed';
  /** From the first request to the cloud to the end. */
  readonly tookMs: number;
  readonly backupId: BackupId;
  readonly targetId?: VolumeId;
  readonly reason?: string;
}

/** What restores have proved of a volume's backups. */
export interface VolumeProof {
  /** The last restore, or test, that ended well, and of which backup; absent: none did. */
  readonly provedAt?: Date;
  readonly provedBackupId?: BackupId;
  readonly last: RestoreNote;
}
