import fc from 'fast-check';
import { type BackupRecord, RECORD_STATES } from '../../lambdas/domain/backup-record.ts';
import type { RestoreNote } from '../../lambdas/domain/restore-record.ts';
import type { VolumeFacts } from '../../lambdas/domain/volume.ts';

/** In the years whose text sorts in time order. */
const instant = fc.date({
  min: new Date('0001-01-01T00:00:00.000Z'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});
/** As the cloud could send it: any Unicode, no lone surrogates. */
const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 });

const volumeFacts: fc.Arbitrary<VolumeFacts> = fc.record(
  {
    name: anyText,
    sizeGib: fc.nat(),
    volumeType: anyText,
    availabilityZone: anyText,
    // JSON of both sides has no use for this key.
    metadata: fc.dictionary(
      name.filter((key) => key !== '__proto__'),
      anyText,
      { noNullPrototype: true },
    ),
    serverIds: fc.array(anyText, { maxLength: 3 }),
  },
  { requiredKeys: ['name', 'sizeGib'], noNullPrototype: true },
);

const restoreNote: fc.Arbitrary<RestoreNote> = fc.record(
  {
    at: instant,
    purpose: fc.constantFrom('restore', 'test'),
    outcome: fc.constantFrom('restored', 'failed'),
    tookMs: fc.nat(),
    backupId: anyText,
    targetId: anyText,
    reason: anyText,
  },
  { requiredKeys: ['at', 'purpose', 'outcome', 'tookMs', 'backupId'], noNullPrototype: true },
);

/** Any record that the types allow, each optional field there or not; not yet in the catalog. */
export const arbitraryRecord: fc.Arbitrary<BackupRecord> = fc.record(
  {
    cloud: name,
    volumeId: name,
    policy: name,
    slotAt: instant,
    attempt: fc.integer({ min: 1, max: 2000 }),
    state: fc.constantFrom(...RECORD_STATES),
    name: anyText,
    trigger: fc.constantFrom('schedule', 'manual', 'makeUp', 'rebuild'),
    via: fc.constantFrom('volume', 'force', 'snapshot'),
    volume: volumeFacts,
    type: fc.constantFrom('full', 'incremental'),
    whyFull: fc.constantFrom('requested', 'no-parent', 'planned', 'cloud-chose'),
    backupId: anyText,
    snapshotId: anyText,
    parentId: anyText,
    recordedAt: instant,
    openedAt: instant,
    notBeforeAt: instant,
    startedAt: instant,
    unseenSinceAt: instant,
    endedAt: instant,
    tookMs: fc.nat(),
    dataTimestampAt: instant,
    objectCount: fc.nat(),
    reason: anyText,
    pin: fc.record(
      { reason: anyText, by: anyText, until: instant },
      { requiredKeys: ['reason'], noNullPrototype: true },
    ),
    provedAt: instant,
    lastRestore: restoreNote,
    forgetAt: instant,
    version: fc.constant(0),
  },
  {
    requiredKeys: [
      'cloud',
      'volumeId',
      'policy',
      'slotAt',
      'attempt',
      'state',
      'name',
      'trigger',
      'via',
      'volume',
      'recordedAt',
      'openedAt',
      'version',
    ],
    noNullPrototype: true,
  },
);
