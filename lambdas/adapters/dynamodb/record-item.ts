import * as z from 'zod';
import {
  type BackupRecord,
  isOpen,
  type Pin,
  RECORD_STATES,
  type RecordState,
} from '../../domain/backup-record.ts';
import { type Item, toAttributes } from './attributes.ts';
import {
  count,
  instant,
  parseItem,
  restoreNote,
  SCHEMA_VERSION,
  type Shape,
  text,
  trigger,
  volumeFacts,
} from './item.ts';
import { recordItemKey } from './keys.ts';

const MS_PER_SECOND = 1000;

/** The states in which nothing is left in the cloud; only these let DynamoDB sweep the item. */
const SWEEPABLE_STATES: ReadonlySet<RecordState> = new Set(['failed', 'skipped', 'deleted', 'lost']);

const fullReason = z.enum([
  'requested',
  'no-parent',
  'chain-length',
  'chain-age',
  'volume-grew',
  'incremental-failed',
  'foreign-parent',
  'parent-not-available',
  'planned',
  'cloud-chose',
]);

const pin = z.object({
  reason: z.string(),
  by: z.string().exactOptional(),
  until: instant.exactOptional(),
} satisfies Shape<Pin>);

export const recordFields = z.object({
  cloud: text,
  volumeId: text,
  policy: text,
  slotAt: instant,
  attempt: count,
  state: z.enum(RECORD_STATES),
  name: z.string(),
  trigger,
  volume: volumeFacts,
  type: z.enum(['full', 'incremental']).exactOptional(),
  whyFull: fullReason.exactOptional(),
  backupId: z.string().exactOptional(),
  via: z.enum(['volume', 'force', 'snapshot']),
  snapshotId: z.string().exactOptional(),
  parentId: z.string().exactOptional(),
  recordedAt: instant,
  openedAt: instant,
  notBeforeAt: instant.exactOptional(),
  startedAt: instant.exactOptional(),
  unseenSinceAt: instant.exactOptional(),
  endedAt: instant.exactOptional(),
  tookMs: z.number().exactOptional(),
  dataTimestampAt: instant.exactOptional(),
  objectCount: z.number().exactOptional(),
  reason: z.string().exactOptional(),
  pin: pin.exactOptional(),
  provedAt: instant.exactOptional(),
  lastRestore: restoreNote.exactOptional(),
  forgetAt: instant.exactOptional(),
  version: count,
} satisfies Shape<BackupRecord>) satisfies z.ZodType<BackupRecord>;

/**
 * The record as an item. `workCloud` puts it into the index of work while it is open. `forgetAtEpochSeconds` is what DynamoDB's
 * TTL looks at; it is absent as long as anything of the backup may be in the cloud, whatever `forgetAt` says. `writeId` tells
 * this write from any other of the same version.
 */
export function toRecordItem(record: BackupRecord, writeId: string): Item {
  const { forgetAt } = record;
  return toAttributes({
    ...recordItemKey(record),
    schemaVersion: SCHEMA_VERSION,
    ...record,
    workCloud: isOpen(record) ? record.cloud : undefined,
    forgetAtEpochSeconds:
      forgetAt !== undefined && SWEEPABLE_STATES.has(record.state)
        ? Math.ceil(forgetAt.getTime() / MS_PER_SECOND)
        : undefined,
    writeId,
  });
}

/** @throws {CatalogItemError} */
export function fromRecordItem(item: Item): BackupRecord {
  return parseItem(recordFields, item);
}
