/**
 * The rows of the embedded cloud's tables, named as Cinder's columns are.
 *
 * Instants are whole epoch seconds, as Cinder's database keeps them: two backups of one second tie,
 * and it is the id that decides. Rows are changed by the table that they are in (`update`) and by nobody else.
 */
export type Metadata = Readonly<Record<string, string>>;

interface Row {
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly created_at: number;
  readonly updated_at: number | null;
  readonly status: string;
  /** The pending transition that may still change this row; 0 when there is none. */
  job: number;
}

export interface BackupRow extends Row {
  readonly volume_id: string;
  readonly snapshot_id: string | null;
  readonly parent_id: string | null;
  readonly name: string | null;
  readonly description: string | null;
  readonly container: string | null;
  readonly availability_zone: string | null;
  readonly size: number;
  readonly object_count: number;
  readonly fail_reason: string | null;
  readonly data_timestamp: number | null;
  /** NULL until the first child is available; direct children only. */
  readonly num_dependent_backups: number | null;
  readonly metadata: Metadata;
  /** Of an encrypted volume's backup. */
  readonly encryption_key_id: string | null;
  readonly restore_volume_id: string | null;
  readonly temp_volume_id: string | null;
  /** Name, description and metadata of the volume when it was backed up; a restored volume gets them. */
  readonly volume_name: string | null;
  readonly volume_description: string | null;
  readonly volume_metadata: Metadata;
}

export interface Attachment {
  readonly attachment_id: string;
  readonly server_id: string | null;
  readonly host_name: string | null;
  readonly device: string;
  readonly attached_at: number;
}

export interface VolumeRow extends Row {
  readonly name: string | null;
  readonly description: string | null;
  readonly size: number;
  /** What the volume was before it became `backing-up`, and becomes again afterwards. */
  readonly previous_status: string | null;
  readonly availability_zone: string;
  readonly volume_type_id: string;
  readonly snapshot_id: string | null;
  readonly source_volid: string | null;
  readonly metadata: Metadata;
  /** What Cinder itself notes of a volume, and shows among its metadata: `readonly`, `attached_mode`. */
  readonly admin_metadata: Metadata;
  readonly attachments: readonly Attachment[];
  /** Not null means encrypted. */
  readonly encryption_key_id: string | null;
  readonly bootable: boolean;
  readonly consumes_quota: boolean;
}

export interface SnapshotRow extends Row {
  readonly volume_id: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly size: number;
  readonly metadata: Metadata;
}

/** A user message (`GET /messages`), which says why a background operation failed. */
export interface MessageRow {
  readonly id: string;
  readonly project_id: string;
  readonly event_id: string;
  readonly user_message: string;
  readonly created_at: number;
  readonly request_id: string;
  readonly resource_type: string;
  readonly resource_uuid: string;
}
