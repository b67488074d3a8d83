import type { Backup, BackupId, BackupType, SnapshotId, VolumeId } from '../../domain/backup.ts';
import type { Operation } from '../../domain/operation.ts';
import type { Snapshot, Volume } from '../../domain/volume.ts';

export interface CloudIdentity {
  readonly projectId: string;
  /** `3.0` to `3.71`: what is spoken from now on. */
  readonly microversion: string;
  /** From 3.9: the name and description of a backup can be changed, from 3.43 its metadata too. */
  readonly canUpdateBackups: boolean;
  /** From 3.43: backups can carry metadata. */
  readonly hasBackupMetadata: boolean;
}

export interface BackupQuery {
  readonly volumeId?: VolumeId;
  /** Exact. */
  readonly name?: string;
  /** One status only: the API cannot be asked for two at once. */
  readonly status?: 'creating' | 'available' | 'restoring' | 'deleting' | 'error' | 'error_deleting';
}

export interface CreateBackupRequest {
  readonly volumeId: VolumeId;
  readonly name: string;
  readonly description?: string;
  readonly type: BackupType;
  readonly force?: boolean;
  readonly snapshotId?: SnapshotId;
  readonly container?: string;
  /** Left out by the adapter where the microversion has none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Why the cloud did not take a create; nothing was made. */
export type CreateRefusal =
  /** Another operation holds the volume (`backing-up`, `restoring-backup`, …): later it will do. */
  | 'volume-busy'
  /** `in-use` and neither force nor snapshot. */
  | 'volume-in-use'
  /** The volume is in a state from which it does not come back by itself (`error`, …). */
  | 'volume-unfit'
  | 'volume-gone'
  | 'snapshot-busy'
  | 'snapshot-gone'
  /** An incremental was asked for and there is nothing to base it on. */
  | 'no-parent'
  /** Before 2023.1: the latest backup of the volume is not available. */
  | 'parent-not-available'
  | 'quota'
  /** 429, or a connection that was never made: try again later. */
  | 'not-now'
  /** Anything else that a repetition will not cure. */
  | 'rejected';

export type CreateOutcome<Id> =
  | { readonly outcome: 'accepted'; readonly id: Id }
  | { readonly outcome: 'refused'; readonly cause: CreateRefusal; readonly message: string }
  /** No answer, or one that proves nothing (5xx): it may have been done. Look for the name. */
  | { readonly outcome: 'unanswered'; readonly message: string };

export type DeleteOutcome =
  | { readonly outcome: 'accepted' }
  /** `Backup <id> could not be found.` */
  | { readonly outcome: 'gone' }
  /** 400 "Incremental backups exist for this backup." */
  | { readonly outcome: 'held'; readonly message: string }
  /** 400: not in a status that can be deleted; 404 of a service that is down; 429, 5xx, no answer: nothing is proved. */
  | { readonly outcome: 'refused' | 'unanswered'; readonly message: string };

export interface UpdateBackupRequest {
  readonly name?: string;
  readonly description?: string;
  /** Takes the place of all that the backup has; left out by the adapter where the microversion has none. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export type UpdateOutcome =
  | { readonly outcome: 'updated' }
  /** `Backup <id> could not be found.` */
  | { readonly outcome: 'gone' }
  /** 403: the credential may not; 404 below 3.9; 400. Nothing was changed. */
  | { readonly outcome: 'refused'; readonly message: string }
  /** No answer, or 5xx: it may have been changed. */
  | { readonly outcome: 'unanswered'; readonly message: string };

/** Why the cloud did not begin a restore; nothing was changed. */
export type RestoreRefusal =
  /** The volume is not `available`: in use, held by another operation, or in a state from which it does not come back by itself. */
  | 'volume-not-available'
  | 'volume-too-small'
  | 'volume-gone'
  /** The backup is not `available`: another restore of it is under way, say. */
  | 'backup-not-available'
  | 'backup-gone'
  /** cinder-backup is down, 429, or a connection that was never made: try again later. */
  | 'not-now'
  /** Anything else that a repetition will not cure. */
  | 'rejected';

export type RestoreOutcome =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'refused'; readonly cause: RestoreRefusal; readonly message: string }
  /** No answer, or one that proves nothing (5xx): it may have begun. Look at the volume. */
  | { readonly outcome: 'unanswered'; readonly message: string };

/** A backup as the cloud can be told of it again, after its own database was lost and its storage was not. */
export interface BackupExport {
  readonly backupId: BackupId;
  readonly volumeId: VolumeId;
  /** The true one, which the cloud shows nowhere else. */
  readonly parentId?: BackupId;
  /** Which of the cloud's drivers made it, and what that knows of it: to be given back as it is. */
  readonly service: string;
  readonly url: string;
}

export type ExportOutcome =
  | { readonly outcome: 'exported'; readonly backup: BackupExport }
  | { readonly outcome: 'gone' }
  /** The credential is no administrator's. */
  | { readonly outcome: 'forbidden'; readonly message: string }
  /** It is not `available`; the cloud's backup service is down. */
  | { readonly outcome: 'refused'; readonly message: string };

export type ImportOutcome =
  /** Under its own id; it is `creating` first. */
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'exists' }
  | { readonly outcome: 'forbidden' | 'refused'; readonly message: string }
  /** No answer, or 5xx: it may be there. */
  | { readonly outcome: 'unanswered'; readonly message: string };

/** What the cloud says of background work that went wrong. */
export interface CloudMessage {
  readonly text: string;
  readonly createdAt: Date;
}

/** What the cloud says that one of our credentials may do. */
export interface CredentialCheck {
  /** What it is used for. */
  readonly operations: readonly Operation[];
  /** Names of its roles in the project. */
  readonly roles: readonly string[];
  /** It may make only the calls that its access rules list. */
  readonly hasAccessRules: boolean;
  /** Calls of its operations that its access rules leave out, such as `POST /v3/{project}/backups`. */
  readonly missingCalls: readonly string[];
  /** An application credential that may make further ones. */
  readonly isUnrestricted: boolean;
}

/** `undefined` = unlimited. */
export interface CloudLimits {
  readonly maxBackups?: number;
  readonly usedBackups: number;
  readonly maxBackupGib?: number;
  readonly usedBackupGib: number;
  readonly maxSnapshots?: number;
  readonly usedSnapshots: number;
  readonly maxVolumes?: number;
  readonly usedVolumes: number;
  /** Of volumes and snapshots together. */
  readonly maxGib?: number;
  readonly usedGib: number;
}

export interface CreateVolumeRequest {
  readonly name: string;
  readonly sizeGib: number;
  readonly description?: string;
  readonly volumeType?: string;
  readonly availabilityZone?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * One OpenStack project reached with one credential. Lists come in pages, newest first by creation (ties: greater id
 * first), each id once; a list that ends without an error is complete, and an error at any page is thrown. `get…`
 * answers `undefined` only when the cloud said that this very thing does not exist. Waiting and retrying of idempotent calls
 * happen inside.
 */
export interface Cloud {
  readonly name: string;
  identify(): Promise<CloudIdentity>;
  /** One for each credential, those for reading first. */
  checkCredentials(): Promise<readonly CredentialCheck[]>;
  /**
   * Makes sure that there is a credential for an operation, and that it leads to the same project; changes nothing. Whether the cloud lets it
   * make each call is not known beforehand.
   */
  prepareFor(operation: Operation): Promise<void>;
  /** The cloud's clock, as its answers show it; its stamps are compared with this and with each other only. */
  now(): Date;

  listBackups(query?: BackupQuery): AsyncIterable<readonly Backup[]>;
  getBackup(id: BackupId): Promise<Backup | undefined>;
  createBackup(request: CreateBackupRequest): Promise<CreateOutcome<BackupId>>;
  /** What the request does not name stays as it is. The same request may be made again. */
  updateBackup(id: BackupId, change: UpdateBackupRequest): Promise<UpdateOutcome>;
  deleteBackup(id: BackupId): Promise<DeleteOutcome>;
  /** Into an existing volume, whose contents are overwritten. How it ends shows on the volume: `available`, or an error. */
  restoreBackup(id: BackupId, into: { readonly volumeId: VolumeId }): Promise<RestoreOutcome>;
  /** For administrators. */
  exportBackup(id: BackupId): Promise<ExportOutcome>;
  /** For administrators: the backup then belongs to the project of the credential. */
  importBackup(backup: Pick<BackupExport, 'service' | 'url'>): Promise<ImportOutcome>;

  /** `name` is exact. */
  listVolumes(query?: { readonly name?: string }): AsyncIterable<readonly Volume[]>;
  getVolume(id: VolumeId): Promise<Volume | undefined>;
  createVolume(request: CreateVolumeRequest): Promise<CreateOutcome<VolumeId>>;
  deleteVolume(id: VolumeId): Promise<DeleteOutcome>;

  listSnapshots(query?: {
    readonly name?: string;
    readonly volumeId?: VolumeId;
  }): AsyncIterable<readonly Snapshot[]>;
  getSnapshot(id: SnapshotId): Promise<Snapshot | undefined>;
  /** Of an in-use volume too. */
  createSnapshot(request: {
    readonly volumeId: VolumeId;
    readonly name: string;
    readonly metadata?: Readonly<Record<string, string>>;
  }): Promise<CreateOutcome<SnapshotId>>;
  deleteSnapshot(id: SnapshotId): Promise<DeleteOutcome>;

  getLimits(): Promise<CloudLimits>;
  /** What the cloud has to say about one thing (a backup, a volume), newest first; nothing below microversion 3.3. */
  listMessages(resourceId: string): Promise<readonly CloudMessage[]>;
  /**
   * The same cloud for someone whose right to change it may run out: `mayChange` is asked at the last moment before each change is
   * written, after every wait for a token, a turn or a connection. When it says no, the change throws `ChangeNotAllowedError`.
   */
  guardedBy(mayChange: () => boolean): Cloud;
  close(): Promise<void>;
}

/** The right to change the cloud had run out; the request was not sent. */
export class ChangeNotAllowedError extends Error {
  override readonly name = 'ChangeNotAllowedError';
}

/** The cloud took none of our credentials; no call to it can succeed. */
export class CloudRefusedCredentialsError extends Error {
  override readonly name = 'CloudRefusedCredentialsError';
}

/** No connection, or no answer in time; `sent` tells whether the request may have arrived. */
export class CloudUnreachableError extends Error {
  override readonly name = 'CloudUnreachableError';
  readonly sent: boolean;
  constructor(message: string, options: { readonly sent: boolean; readonly cause?: unknown }) {
    super(message, options);
    this.sent = options.sent;
  }
}
