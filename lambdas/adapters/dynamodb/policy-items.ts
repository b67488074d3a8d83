import * as z from 'zod';
import type { CloudRecord, PolicyRecord, RecordingPlace, SlotRecord } from '../../domain/backup-record.ts';
import { type Item, toAttributes } from './attributes.ts';
import { count, instant, parseItem, SCHEMA_VERSION, type Shape, text, trigger } from './item.ts';
import { cloudItemKey, policyItemKey, slotItemKey } from './keys.ts';

const recordingPlace = z.object({
  createdAt: instant,
  volumeId: text,
  volumeCount: count,
} satisfies Shape<RecordingPlace>);

export const slotFields = z.object({
  policy: text,
  slotAt: instant,
  state: z.enum(['recording', 'recorded', 'missed', 'paused']),
  trigger,
  recordedAt: instant,
  recorder: text.exactOptional(),
  recordedUntil: recordingPlace.exactOptional(),
  isInterrupted: z.boolean().exactOptional(),
  volumeCount: count.exactOptional(),
  reason: z.string().exactOptional(),
} satisfies Shape<SlotRecord>) satisfies z.ZodType<SlotRecord>;

export const policyFields = z.object({
  policy: text,
  firstSeenAt: instant,
  terms: z.string(),
  termsSince: instant,
  formerTerms: z.record(z.string(), instant).exactOptional(),
  reviewedAt: instant.exactOptional(),
  restoreTests: z.object({ schedule: z.string(), since: instant }).exactOptional(),
} satisfies Shape<PolicyRecord>) satisfies z.ZodType<PolicyRecord>;

export const cloudFields = z.object({
  cloud: text,
  projectId: z.string(),
  firstSeenAt: instant,
} satisfies Shape<CloudRecord>) satisfies z.ZodType<CloudRecord>;

export function toSlotItem(record: SlotRecord): Item {
  return toAttributes({
    ...slotItemKey(record.policy, record.slotAt),
    schemaVersion: SCHEMA_VERSION,
    ...record,
  });
}

/** @throws {CatalogItemError} */
export function fromSlotItem(item: Item): SlotRecord {
  return parseItem(slotFields, item);
}

export function toPolicyItem(record: PolicyRecord): Item {
  return toAttributes({ ...policyItemKey(record.policy), schemaVersion: SCHEMA_VERSION, ...record });
}

/** @throws {CatalogItemError} */
export function fromPolicyItem(item: Item): PolicyRecord {
  return parseItem(policyFields, item);
}

export function toCloudItem(record: CloudRecord): Item {
  return toAttributes({ ...cloudItemKey(record.cloud), schemaVersion: SCHEMA_VERSION, ...record });
}

/** @throws {CatalogItemError} */
export function fromCloudItem(item: Item): CloudRecord {
  return parseItem(cloudFields, item);
}
