import type { BackupRecord, EndedPage, VolumeRecord } from '../../lambdas/domain/backup-record.ts';
import type { RestoreRecord } from '../../lambdas/domain/restore-record.ts';

export const SLOT = new Date('2026-11-23T02:30:00.000Z');
export const OPENED = new Date('2026-11-23T02:30:04.217Z');
const MINUTE_MS = 60_000;

export function minutesAfter(instant: Date, minutes: number): Date {
  return new Date(instant.getTime() + minutes * MINUTE_MS);
}

/** A first attempt that waits to be started. */
export function aRecord(fields: Partial<BackupRecord> = {}): BackupRecord {
  return {
    cloud: 'prod',
    volumeId: '3f29c0de-5b1a-4d0e-9f6a-7e2a54d7a1b2',
    policy: 'nightly',
    slotAt: SLOT,
    attempt: 1,
    state: 'waiting',
    name: 'ck-acme-nightly-20261123T023000Z-1-9f86d081',
    trigger: 'schedule',
    via: 'snapshot',
    volume: { name: 'db-1', sizeGib: 200, volumeType: 'ssd', availabilityZone: 'nova' },
    recordedAt: OPENED,
    openedAt: OPENED,
    version: 0,
    ...fields,
  };
}

/** What a record of a real backup carries when it has everything: the largest that is usual. */
export function aFinishedRecord(fields: Partial<BackupRecord> = {}): BackupRecord {
  return aRecord({
    state: 'available',
    type: 'incremental',
    backupId: '8d1c2b3a-4f5e-4a6b-8c7d-9e0f1a2b3c4d',
    snapshotId: '1b2c3d4e-5f6a-4b7c-8d9e-0f1a2b3c4d5e',
    parentId: '7c6b5a49-3827-4615-a4b3-c2d1e0f9a8b7',
    startedAt: minutesAfter(OPENED, 1),
    endedAt: minutesAfter(OPENED, 7),
    dataTimestampAt: new Date('2026-11-23T02:31:05.000Z'),
    objectCount: 4123,
    volume: {
      name: 'customers-primary-database',
      sizeGib: 200,
      volumeType: 'ssd-replicated',
      availabilityZone: 'nova',
      metadata: { backup: 'nightly', owner: 'team-storage' },
      serverIds: ['5e0f1a2b-3c4d-4f5e-8a6b-8c7d9e0f1a2b'],
    },
    ...fields,
  });
}

export function aVolume(fields: Partial<VolumeRecord> = {}): VolumeRecord {
  return {
    cloud: 'prod',
    volumeId: '3f29c0de-5b1a-4d0e-9f6a-7e2a54d7a1b2',
    volume: { name: 'db-1', sizeGib: 200, volumeType: 'ssd', availabilityZone: 'nova' },
    ...fields,
  };
}

/** A restore into a new volume that waits to be begun. */
export function aRestore(fields: Partial<RestoreRecord> = {}): RestoreRecord {
  return {
    cloud: 'prod',
    volumeId: '3f29c0de-5b1a-4d0e-9f6a-7e2a54d7a1b2',
    id: '20261123T091500.000Z-9f86d0819f86d081',
    purpose: 'restore',
    state: 'waiting',
    request: '{"backupId":"8d1c2b3a-4f5e-4a6b-8c7d-9e0f1a2b3c4d"}',
    backupId: '8d1c2b3a-4f5e-4a6b-8c7d-9e0f1a2b3c4d',
    dataTimestampAt: SLOT,
    source: { name: 'db-1', sizeGib: 200 },
    into: 'new',
    target: { name: 'db-1', sizeGib: 200, volumeType: 'ssd', availabilityZone: 'nova' },
    needs: ['8d1c2b3a-4f5e-4a6b-8c7d-9e0f1a2b3c4d'],
    heldUntil: minutesAfter(OPENED, 60),
    attempt: 0,
    askedAt: OPENED,
    version: 0,
    ...fields,
  };
}

/** A backup that was noted as ended. */
export function aPage(fields: Partial<EndedPage> = {}): EndedPage {
  const { volumeId, policy, slotAt, attempt, backupId = '' } = aFinishedRecord();
  return {
    cloud: 'prod',
    endedAt: OPENED,
    backups: [{ backupId, volumeId, policy, slotAt, attempt }],
    forgetAt: minutesAfter(OPENED, 30 * 24 * 60),
    ...fields,
  };
}
