import type { VolumeId } from '../../domain/backup.ts';
import type {
  BackupRecord,
  CloudRecord,
  EndedPage,
  LeaseRecord,
  PolicyRecord,
  RecordKey,
  SlotRecord,
  VolumeRecord,
} from '../../domain/backup-record.ts';
import type { RestoreKey, RestoreRecord, VolumeProof } from '../../domain/restore-record.ts';

/** A record with this key exists already; it was left as it is. */
export class AlreadyRecordedError extends Error {
  override readonly name = 'AlreadyRecordedError';
}

/** The record changed since it was read; nothing was written. */
export class CatalogConflictError extends Error {
  override readonly name = 'CatalogConflictError';
}

/** Anything that the catalog keeps; leases are not kept but held. */
export type CatalogEntry =
  | { readonly kind: 'record'; readonly value: BackupRecord }
  | { readonly kind: 'restore'; readonly value: RestoreRecord }
  | { readonly kind: 'volume'; readonly value: VolumeRecord }
  | { readonly kind: 'ended'; readonly value: EndedPage }
  | { readonly kind: 'slot'; readonly value: SlotRecord }
  | { readonly kind: 'policy'; readonly value: PolicyRecord }
  | { readonly kind: 'cloud'; readonly value: CloudRecord };

/** Where an export of a catalog comes from. */
export interface CatalogOrigin {
  readonly deployment: string;
  readonly exportedAt: Date;
  /** The project of each cloud, as far as the catalog knew it. */
  readonly projectIds: Readonly<Record<string, string>>;
}

/** Where an export of a cloud's own records comes from. */
export interface RecordsOrigin {
  readonly deployment: string;
  readonly cloud: string;
  readonly projectId: string;
  readonly exportedAt: Date;
}

/** What a worker has something to do for. */
export type OpenRecord = BackupRecord | RestoreRecord;

/**
 * What cinderkeep remembers. Single-item conditional writes only. Reads by key see every earlier write; lists through an
 * index (`listWork`, `listOpenRestores`, `listDecisions`) may lag and must be taken as hints.
 */
export interface Catalog {
  /**
   * Writes a record if the stored one still has `record.version` (0: none may be stored), and returns it with the next version.
   *
   * @throws {AlreadyRecordedError} version 0 and the key is taken.
   * @throws {CatalogConflictError} any other version that is not the stored one.
   */
  save(record: BackupRecord): Promise<BackupRecord>;
  getRecord(key: RecordKey): Promise<BackupRecord | undefined>;
  /** Every record of the volume, all policies: oldest slot first, then policy, then attempt. */
  listVolumeRecords(cloud: string, volumeId: VolumeId): Promise<readonly BackupRecord[]>;
  /**
   * Pages of all that is open in the cloud: restores first, then attempts at backups, each earliest first (by `askedAt`, `openedAt`). Since
   * an instant: attempts only.
   */
  listWork(cloud: string, options?: { readonly openedSince?: Date }): AsyncIterable<readonly OpenRecord[]>;
  /** Pages of the attempts that a worker has begun and not ended, in no particular order. May lag, as `listWork`. */
  listBegun(cloud: string): AsyncIterable<readonly BackupRecord[]>;

  /**
   * Notes backups that are about to be recorded as ended, a page at a time, before their records say so: what is on a page and has not ended
   * after all is no harm.
   */
  noteEnded(page: EndedPage): Promise<void>;
  /** Pages that were noted and are not forgotten, those that ended last first. */
  listEnded(cloud: string): AsyncIterable<readonly EndedPage[]>;

  /** As `save`, for a restore. @throws {AlreadyRecordedError, CatalogConflictError} */
  saveRestore(restore: RestoreRecord): Promise<RestoreRecord>;
  getRestore(key: RestoreKey): Promise<RestoreRecord | undefined>;
  /** Every restore of the volume's backups, ended ones too: in the order in which they were asked for. */
  listRestores(cloud: string, volumeId: VolumeId): Promise<readonly RestoreRecord[]>;
  /** Pages of the cloud's open restores, in the order in which they were asked for. */
  listOpenRestores(cloud: string): AsyncIterable<readonly RestoreRecord[]>;

  /** Remembers the volume's facts and moves its next decision to `decideAt`; last writer wins. Its proof stays. */
  noteVolume(volume: VolumeRecord): Promise<void>;
  getVolume(cloud: string, volumeId: VolumeId): Promise<VolumeRecord | undefined>;
  /** Remembers what was proved of its backups; last writer wins. Answers false, and does nothing, for a volume that was never noted. */
  noteProof(cloud: string, volumeId: VolumeId, proof: VolumeProof): Promise<boolean>;
  /** Pages of volumes whose decision is due at `until` or earlier, earliest first. */
  listDecisions(cloud: string, until: Date): AsyncIterable<readonly VolumeRecord[]>;
  /**
   * Replaces a known volume's decision instant `seenAt` (undefined: none was foreseen) by `nextAt` (or none); does nothing and answers false
   * if it was moved meanwhile.
   */
  settleDecision(
    cloud: string,
    volumeId: VolumeId,
    seenAt: Date | undefined,
    nextAt?: Date,
  ): Promise<boolean>;

  /** Last writer wins, except that `recording` never replaces another state. Answers whether it was written. */
  saveSlot(slot: SlotRecord): Promise<boolean>;
  getSlot(policy: string, slotAt: Date): Promise<SlotRecord | undefined>;
  /** Newest first, at most `limit`. */
  listSlots(policy: string, limit: number): Promise<readonly SlotRecord[]>;

  getPolicy(policy: string): Promise<PolicyRecord | undefined>;
  savePolicy(policy: PolicyRecord): Promise<void>;

  getCloud(cloud: string): Promise<CloudRecord | undefined>;
  /** Only the first write counts. @throws {AlreadyRecordedError} */
  saveCloud(cloud: CloudRecord): Promise<void>;

  /**
   * Takes or renews the lease for `owner` until `until`; false while another owner's is not over at `now`. An owner that holds
   * it already gets it again. `endsAt`: when it will be given back, as far as that is known.
   */
  takeLease(name: string, owner: string, now: Date, until: Date, endsAt?: Date): Promise<boolean>;
  /** Who was given the lease last, and did not release it. */
  getLease(name: string): Promise<LeaseRecord | undefined>;
  /** Does nothing if it is not (any more) the owner's. */
  releaseLease(name: string, owner: string): Promise<void>;

  /**
   * Pages of everything, in no particular order, for an export: the only look at the whole table. What changes meanwhile may be
   * there as it was or as it is.
   */
  listEntries(): AsyncIterable<readonly CatalogEntry[]>;
  /** Puts an entry there as it is, its version included; does nothing and answers false if its place is taken. */
  insertEntry(entry: CatalogEntry): Promise<boolean>;
}
