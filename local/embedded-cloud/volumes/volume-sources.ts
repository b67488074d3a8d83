import { findBackup } from '../backups/backups.ts';
import type { Call } from '../protocol/call.ts';
import {
  badRequest,
  invalidBackup,
  invalidInput,
  invalidSnapshot,
  invalidVolume,
  MALFORMED,
  type Refusal,
} from '../protocol/errors.ts';
import { trimmed } from '../protocol/schema.ts';
import { findSnapshot } from '../snapshots/snapshot-lookup.ts';
import { DEFAULT_ZONE } from '../state/cloud-state.ts';
import type { BackupRow, SnapshotRow, VolumeRow } from '../state/rows.ts';
import { findVolume } from './volume-lookup.ts';

/** What a new volume is made from. */
export interface VolumeSources {
  readonly snapshot: SnapshotRow | undefined;
  readonly volume: VolumeRow | undefined;
  readonly backup: BackupRow | undefined;
}

type Asked = Readonly<Record<string, unknown>>;

/**
 * Finds what the body names; none is the usual case. Whether it is fit comes later, as in Cinder.
 *
 * @throws {Refusal} 404
 */
export function findSources(call: Call, asked: Asked): VolumeSources {
  return {
    snapshot: named(asked.snapshot_id, (id) => findSnapshot(call, id)),
    volume: named(asked.source_volid, (id) => findVolume(call, id)),
    backup: named(asked.backup_id, (id) => findBackup(call, id)),
  };
}

function named<R>(value: unknown, find: (id: string) => R): R | undefined {
  const id = trimmed(value);
  return id === null ? undefined : find(id);
}

/**
 * @throws {Refusal} 400 for a source that is busy or broken.
 * @see cinder/volume/flows/api/create_volume.py ExtractVolumeRequestTask._extract_resource (Cinder 21.3.1)
 */
export function checkSources({ snapshot, volume, backup }: VolumeSources): void {
  requireStatus(snapshot, ['available'], 'snapshot', invalidSnapshot);
  requireStatus(volume, ['available', 'in-use'], 'source volume', invalidVolume);
  requireStatus(backup, ['available'], 'backup', invalidBackup);
}

function requireStatus(
  row: { readonly status: string } | undefined,
  statuses: readonly string[],
  what: string,
  refusal: (reason: string) => Refusal,
): void {
  if (row === undefined || statuses.includes(row.status)) return;
  throw refusal(`Originating ${what} status must be one of '${statuses.join(', ')}' values`);
}

/**
 * The zone asked for, or that of what the volume is made from.
 *
 * @throws {Refusal} 400 for one that there is not.
 */
export function zoneOf({ cloud }: Call, asked: Asked, { volume }: VolumeSources): string {
  const zone = trimmed(asked.availability_zone) ?? volume?.availability_zone ?? DEFAULT_ZONE;
  if (!cloud.zones.has(zone)) throw badRequest(`Availability zone '${zone}' is invalid.`);
  return zone;
}

/**
 * The size asked for, or that of what the volume is made from.
 *
 * @throws {Refusal} 400
 * @see cinder/volume/flows/api/create_volume.py ExtractVolumeRequestTask._extract_size (Cinder 21.3.1)
 */
export function sizeOf(asked: Asked, { snapshot, volume, backup }: VolumeSources): number {
  const size = asked.size ?? snapshot?.size ?? volume?.size ?? backup?.size;
  if (size === undefined) throw badRequest(MALFORMED);
  const gib = typeof size === 'string' && /^\d+$/.test(size) ? Number(size) : size;
  if (typeof gib !== 'number' || !Number.isInteger(gib) || gib < 1) {
    throw invalidInput(`Volume size '${size}' must be an integer and greater than 0`);
  }
  if (volume !== undefined && gib < volume.size) {
    throw invalidInput(
      `Volume size '${gib}'GB cannot be smaller than original volume size  ${volume.size}GB. ` +
        'They must be >= original volume size.',
    );
  }
  if (snapshot !== undefined && gib < snapshot.size) {
    throw invalidInput(
      `Volume size '${gib}'GB cannot be smaller than the snapshot size ${snapshot.size}GB. ` +
        'They must be >= original snapshot size.',
    );
  }
  if (backup !== undefined && gib < backup.size) {
    throw invalidInput(
      `Volume size ${gib}GB cannot be smaller than the backup size ${backup.size}GB. It must be >= backup size.`,
    );
  }
  return gib;
}
