import type { BackupId } from './backup.ts';
import { DEPLOYMENT_NAME } from './marker.ts';
import type { RestoreId, RestorePurpose } from './restore-record.ts';

/** Which restore made a volume, as the volume itself says. */
export interface RestoreMarker {
  readonly deployment: string;
  readonly purpose: RestorePurpose;
  readonly id: RestoreId;
  /** The volume was asked for so many times before and with this one. */
  readonly attempt: number;
}

const FORM =
  /\[cinderkeep-restore=v1;([a-z0-9_]{1,32});(restore|test);(\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{16});([1-9]\d{0,5})\]/;

/**
 * The marker as a part of a volume's description. Not of its metadata: with a restore, Cinder puts the metadata of the source in the place
 * of the volume's own.
 *
 * @throws {RangeError} if it would not read back.
 * @see cinder/backup/driver.py BackupMetadataAPI._restore_vol_meta, _restore_vol_base_meta (Cinder 21.3.1)
 */
export function restoreMarkerText({ deployment, purpose, id, attempt }: RestoreMarker): string {
  const text = `[cinderkeep-restore=v1;${deployment};${purpose};${id};${attempt}]`;
  if (!DEPLOYMENT_NAME.test(deployment) || !FORM.test(text)) {
    throw new RangeError(`"${text}" is no marker of a restore`);
  }
  return text;
}

/** What the description of a restored volume begins with. */
export function originText(backupId: BackupId, dataTimestampAt: Date): string {
  return `restored from backup ${backupId} of ${dataTimestampAt.toISOString()}`;
}

/** The marker in a description; `undefined` if there is none that we understand. */
export function readRestoreMarker(description: string | undefined): RestoreMarker | undefined {
  const [, deployment, purpose, id, attempt] = FORM.exec(description ?? '') ?? [];
  if (deployment === undefined || purpose === undefined || id === undefined) return undefined;
  return { deployment, purpose: purpose as RestorePurpose, id, attempt: Number(attempt) };
}

/** Whether it is the scratch volume of a restore test, of whatever deployment: nobody backs those up. */
export function isScratch({ description }: { readonly description?: string }): boolean {
  return readRestoreMarker(description)?.purpose === 'test';
}
