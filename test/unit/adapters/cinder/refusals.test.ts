import { describe, expect, it } from 'vitest';
import { readRefusal, readRestoreRefusal } from '../../../../lambdas/adapters/cinder/refusals.ts';

const VOLUME = '5c078096-e1a5-4e86-ad47-254582321d0c';
const busy = (status: string) =>
  `Invalid volume: Volume to be backed up must be available or in-use, but the current status is "${status}".`;
const snapshotBusy = (status: string) =>
  `Invalid snapshot: Snapshot to be backed up must be available, but the current status is "${status}".`;
const snapshotOf = (status: string) =>
  `Invalid volume: Volume ${VOLUME} status must be available, but current status is: ${status}.`;

/** Sentences as Cinder 21.3.1 (Zed) gave them; those marked are of later releases. */
describe('a refused create', () => {
  it.each([
    // incrementals
    ['no-parent', 400, 'Invalid backup: No backups available to do an incremental backup.'],
    [
      'parent-not-available',
      400,
      'Invalid backup: The parent backup must be available for incremental backup.',
    ],
    // volumes
    ['volume-busy', 400, busy('backing-up')],
    ['volume-busy', 400, busy('restoring-backup')],
    ['volume-busy', 400, busy('creating')],
    ['volume-busy', 400, busy('attaching')],
    ['volume-busy', 400, busy('detaching')],
    ['volume-busy', 400, busy('reserved')],
    ['volume-busy', 400, busy('extending')],
    ['volume-busy', 400, busy('downloading')],
    ['volume-busy', 400, busy('uploading')],
    ['volume-busy', 400, busy('retyping')],
    ['volume-busy', 400, busy('maintenance')],
    ['volume-busy', 400, busy('awaiting-transfer')],
    ['volume-busy', 400, busy('a-status-of-tomorrow')],
    ['volume-unfit', 400, busy('error')],
    ['volume-unfit', 400, busy('error_restoring')],
    ['volume-unfit', 400, busy('error_backing-up')],
    ['volume-unfit', 400, busy('error_deleting')],
    ['volume-gone', 400, busy('deleting')],
    ['volume-in-use', 400, 'Invalid volume: Backing up an in-use volume must use the force flag.'],
    ['volume-gone', 404, `Volume ${VOLUME} could not be found.`],
    // snapshots
    ['snapshot-busy', 400, snapshotBusy('backing-up')],
    ['snapshot-busy', 400, snapshotBusy('creating')],
    ['snapshot-gone', 400, snapshotBusy('deleting')],
    ['rejected', 400, snapshotBusy('error')],
    ['snapshot-gone', 404, `Snapshot ${VOLUME} could not be found.`],
    ['rejected', 400, `Invalid volume: Volume ${VOLUME} does not match with snapshot.volume_id ${VOLUME}.`],
    ['volume-busy', 400, snapshotOf('backing-up')],
    ['volume-unfit', 400, snapshotOf('error')],
    [
      'volume-busy',
      400,
      'Invalid volume: The snapshot cannot be created when the volume is in maintenance mode.',
    ],
    [
      'volume-unfit',
      400,
      'Invalid volume: The snapshot cannot be created when the volume is in error status.',
    ],
    // quota and pace
    ['quota', 413, 'BackupLimitExceeded: Maximum number of backups allowed (67) exceeded'],
    [
      'quota',
      413,
      'VolumeBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup gigabytes quota. Requested 1G, quota is 67G and 67G has been consumed.',
    ],
    ['quota', 413, 'SnapshotLimitExceeded: Maximum number of snapshots allowed (10) exceeded'],
    ['not-now', 413, 'This request was rate-limited.'],
    ['not-now', 429, 'Too Many Requests'],
    ['not-now', 404, 'Service cinder-backup could not be found.'],
    ['not-now', 406, 'Version 3.71 is not supported by the API. Minimum is 3.0 and maximum is 3.70.'],
    // what no repetition cures
    ['rejected', 400, "Invalid input for field/attribute volume_id. Value: abc. 'abc' is not a 'uuid'"],
    ['rejected', 400, 'Invalid input for field/attribute name. Value: nnn. nnn is too long'],
    ['rejected', 400, 'Malformed request body'],
    ['rejected', 400, 'a sentence of tomorrow'],
    ['rejected', 403, "Policy doesn't allow backup:create to be performed."],
    ['rejected', 404, 'The resource could not be found.'],
    ['rejected', 415, 'Unsupported Content-Type'],
  ])('is %s for %d "%s"', (cause, status, message) => {
    expect(readRefusal(status, { message })).toBe(cause);
  });
});

describe('a refused restore', () => {
  it.each([
    ['volume-not-available', 400, 'Invalid volume: Volume to be restored to must be available'],
    ['volume-too-small', 400, 'Invalid volume: volume size 1 is too small to restore backup of size 2.'],
    ['backup-not-available', 400, 'Invalid backup: Backup status must be available'],
    ['volume-gone', 404, `Volume ${VOLUME} could not be found.`],
    ['backup-gone', 404, `Backup ${VOLUME} could not be found.`],
    ['not-now', 404, 'Service cinder-backup could not be found.'],
    ['not-now', 429, 'Too Many Requests'],
    ['not-now', 413, 'This request was rate-limited.'],
    ['not-now', 406, 'Version 3.71 is not supported by the API. Minimum is 3.0 and maximum is 3.70.'],
    ['rejected', 404, 'The resource could not be found.'],
    ['rejected', 400, 'Invalid backup: Backup to be restored has invalid size'],
    ['rejected', 403, "Policy doesn't allow backup:restore to be performed."],
  ])('is %s for %d "%s"', (cause, status, message) => {
    expect(readRestoreRefusal(status, { message })).toBe(cause);
  });
});
