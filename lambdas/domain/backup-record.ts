import type { BackupId, BackupType, SnapshotId, VolumeId } from './backup.ts';
import type { RestoreNote, VolumeProof } from './restore-record.ts';
import type { VolumeFacts } from './volume.ts';

/**
 * The life of one attempt at one backup, as the catalog remembers it.
 *
 * ```
 * waiting ──► creating ──► available ──► deleting ──► deleted
 *    │           │ ▲            │            └──► available   (the cloud refused: a dependent)
 *    │           ▼ │            └──► lost                     (someone else deleted it)
 *    │         stuck ──► available | clearing
 *    │           │
 *    └► skipped  └──► clearing ──► failed                     (the leftover is deleted before any retry)
 * ```
 */
export const RECORD_STATES = [
  'waiting',
  'creating',
  'stuck',
  'available',
  'clearing',
  'failed',
  'skipped',
  'deleting',
  'deleted',
  'lost',
] as const;
export type RecordState = (typeof RECORD_STATES)[number];

const OPEN_STATES: ReadonlySet<RecordState> = new Set([
  'waiting',
  'creating',
  'stuck',
  'clearing',
  'deleting',
]);

/** Whether a worker still has something to do for it; exactly these are in the catalog's index of work. */
export function isOpen(record: Pick<BackupRecord, 'state'>): boolean {
  return OPEN_STATES.has(record.state);
}

/** What a worker has begun and not ended: it may be under way in the cloud, and counts as in flight. */
const BEGUN_STATES: ReadonlySet<RecordState> = new Set(['creating', 'stuck', 'clearing']);

export function isBegun(record: Pick<BackupRecord, 'state'>): boolean {
  return BEGUN_STATES.has(record.state);
}

export type Trigger = 'schedule' | 'manual' | 'makeUp' | 'rebuild';

/** Why a backup is (to be) a full one. */
export type FullReason =
  | 'requested'
  | 'no-parent'
  | 'chain-length'
  | 'chain-age'
  | 'volume-grew'
  | 'incremental-failed'
  | 'foreign-parent'
  | 'parent-not-available'
  | 'planned'
  | 'cloud-chose';

export type BackupPath = 'volume' | 'force' | 'snapshot';

/** Identifies one attempt. Once per (policy, slot, volume) an attempt succeeds. */
export interface RecordKey {
  readonly cloud: string;
  readonly volumeId: VolumeId;
  readonly policy: string;
  readonly slotAt: Date;
  /** From 1. */
  readonly attempt: number;
}

export interface Pin {
  readonly reason: string;
  readonly by?: string;
  readonly until?: Date;
}

export interface BackupRecord extends RecordKey {
  readonly state: RecordState;
  /** The marker name: of the backup, and of its temporary snapshot. */
  readonly name: string;
  readonly trigger: Trigger;
  readonly volume: VolumeFacts;
  /** What was asked for, or what the backup turned out to be once it is `available`. */
  readonly type?: BackupType;
  readonly whyFull?: FullReason;
  readonly backupId?: BackupId;
  /** From the volume itself, by force while it is in use, or from a temporary snapshot of the same marker name. */
  readonly via: BackupPath;
  readonly snapshotId?: SnapshotId;
  /** Inferred (Cinder never shows it). */
  readonly parentId?: BackupId;
  /** When it was first recorded (local clock). */
  readonly recordedAt: Date;
  /** When it (last) entered the index of work (local clock); orders the work. */
  readonly openedAt: Date;
  /** Not to be started before (local clock). */
  readonly notBeforeAt?: Date;
  /** When a worker claimed it, before the first POST (local clock). */
  readonly startedAt?: Date;
  /** Since when a POST without an answer has stayed unseen in the cloud (local clock). */
  readonly unseenSinceAt?: Date;
  /** When its outcome was seen (local clock). */
  readonly endedAt?: Date;
  /** From the first POST until it was seen `available` (local clock). */
  readonly tookMs?: number;
  /** The cloud's stamp. */
  readonly dataTimestampAt?: Date;
  readonly objectCount?: number;
  /** Why it failed, was skipped, is to be deleted, or is held. */
  readonly reason?: string;
  readonly pin?: Pin;
  /** When a restore of it, or a test, last ended well (local clock). */
  readonly provedAt?: Date;
  readonly lastRestore?: RestoreNote;
  /** When the catalog may forget it; set only once nothing of it is left in the cloud. */
  readonly forgetAt?: Date;
  /** Optimistic lock: 0 = not yet in the catalog. */
  readonly version: number;
}

/** A backup that is no more, by the key of its record, which tells what became of it. */
export interface EndedBackup extends Omit<RecordKey, 'cloud'> {
  readonly backupId: BackupId;
}

/** Backups of a cloud that came to their end together: by it they are found by id, and in the order in which they ended. */
export interface EndedPage {
  readonly cloud: string;
  /** When their end was seen (local clock). */
  readonly endedAt: Date;
  readonly backups: readonly EndedBackup[];
  readonly forgetAt: Date;
}

/** The volume's place in the catalog: what to remember of it, and when its retention is to be decided next. */
export interface VolumeRecord {
  readonly cloud: string;
  readonly volumeId: VolumeId;
  readonly volume: VolumeFacts;
  /** The next instant at which a verdict on this volume can change; absent when nothing is foreseen. */
  readonly decideAt?: Date;
  readonly proof?: VolumeProof;
}

export type SlotState = 'recording' | 'recorded' | 'missed' | 'paused';

/** How far the recording of a slot has come through the list of volumes, which is newest first. */
export interface RecordingPlace {
  readonly createdAt: Date;
  readonly volumeId: VolumeId;
  /** How many that the selection matched lie before it, itself included. */
  readonly volumeCount: number;
}

/** One scheduled or manual instant of a policy. */
export interface SlotRecord {
  readonly policy: string;
  readonly slotAt: Date;
  readonly state: SlotState;
  readonly trigger: Trigger;
  /** When this was written (local clock); while it is `recording`, the last sign of life of whoever records it. */
  readonly recordedAt: Date;
  /** Who records it, or did. */
  readonly recorder?: string;
  /** Whoever goes on with the recording begins after it. */
  readonly recordedUntil?: RecordingPlace;
  /** Whoever recorded it had to stop; it can be gone on with at once. */
  readonly isInterrupted?: boolean;
  /** How many volumes the selection matched; absent until `recorded`. */
  readonly volumeCount?: number;
  readonly reason?: string;
}

/** What the catalog remembers of a policy, to see that it changed. */
export interface PolicyRecord {
  readonly policy: string;
  /** Slots before this are nobody's: the policy did not exist. */
  readonly firstSeenAt: Date;
  /** Canonical retention terms in force. */
  readonly terms: string;
  readonly termsSince: Date;
  /** The terms that were in force before, each with the instant until which they (last) were. */
  readonly formerTerms?: Readonly<Record<string, Date>>;
  /** When, under these terms, retention was last decided on all volumes of its cloud, not only on those where something had happened. */
  readonly reviewedAt?: Date;
  /** By which schedule its restores are tested, and since when: slots from before are nobody's. Absent: they are not tested. */
  readonly restoreTests?: { readonly schedule: string; readonly since: Date };
}

/** What the catalog remembers of a cloud. */
export interface CloudRecord {
  readonly cloud: string;
  readonly projectId: string;
  readonly firstSeenAt: Date;
}

/** A right that one owner has for some time. */
export interface LeaseRecord {
  readonly owner: string;
  readonly until: Date;
  /** When the owner means to give it back at the latest; absent when that is open. */
  readonly endsAt?: Date;
}
