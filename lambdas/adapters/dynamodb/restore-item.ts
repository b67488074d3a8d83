import * as z from 'zod';
import { isRestoreOpen, RESTORE_STATES, type RestoreRecord } from '../../domain/restore-record.ts';
import { type Item, toAttributes, toInstantText } from './attributes.ts';
import { count, instant, parseItem, SCHEMA_VERSION, type Shape, text, volumeFacts } from './item.ts';
import { RESTORE_TURN, restoreItemKey } from './keys.ts';

const MS_PER_SECOND = 1000;

export const restoreFields = z.object({
  cloud: text,
  volumeId: text,
  id: text,
  purpose: z.enum(['restore', 'test']),
  state: z.enum(RESTORE_STATES),
  request: z.string(),
  backupId: text,
  policy: z.string().exactOptional(),
  dataTimestampAt: instant,
  source: volumeFacts,
  into: z.enum(['new', 'existing']),
  target: volumeFacts,
  targetId: z.string().exactOptional(),
  needs: z.array(z.string()),
  tryAnyway: z.boolean().exactOptional(),
  heldUntil: instant,
  attempt: count,
  askedAt: instant,
  notBeforeAt: instant.exactOptional(),
  startedAt: instant.exactOptional(),
  unseenSinceAt: instant.exactOptional(),
  seenAt: instant.exactOptional(),
  formerBackupId: z.string().exactOptional(),
  hookAskedAt: instant.exactOptional(),
  settledAt: instant.exactOptional(),
  outcome: z.enum(['restored', 'failed']).exactOptional(),
  reason: z.string().exactOptional(),
  forgetAt: instant.exactOptional(),
  version: count,
} satisfies Shape<RestoreRecord>) satisfies z.ZodType<RestoreRecord>;

/**
 * The restore as an item. While it is open it stands in the index of work, before every attempt at a backup: hence the form of
 * `openedAt`, which there is the index's own. DynamoDB's TTL sweeps it only when it has ended.
 */
export function toRestoreItem(record: RestoreRecord, writeId: string): Item {
  const isOpen = isRestoreOpen(record);
  const { forgetAt } = record;
  return toAttributes({
    ...restoreItemKey(record),
    schemaVersion: SCHEMA_VERSION,
    ...record,
    workCloud: isOpen ? record.cloud : undefined,
    openedAt: isOpen ? RESTORE_TURN + toInstantText(record.askedAt) : undefined,
    forgetAtEpochSeconds:
      forgetAt === undefined || isOpen ? undefined : Math.ceil(forgetAt.getTime() / MS_PER_SECOND),
    writeId,
  });
}

/** @throws {CatalogItemError} */
export function fromRestoreItem(item: Item): RestoreRecord {
  return parseItem(restoreFields, item);
}
