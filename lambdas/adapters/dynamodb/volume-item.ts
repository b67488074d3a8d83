import * as z from 'zod';
import type { VolumeRecord } from '../../domain/backup-record.ts';
import type { VolumeProof } from '../../domain/restore-record.ts';
import { type Item, toAttributes } from './attributes.ts';
import { instant, parseItem, restoreNote, SCHEMA_VERSION, type Shape, text, volumeFacts } from './item.ts';
import { volumeItemKey } from './keys.ts';

const proof = z.object({
  provedAt: instant.exactOptional(),
  provedBackupId: z.string().exactOptional(),
  last: restoreNote,
} satisfies Shape<VolumeProof>);

export const volumeFields = z.object({
  cloud: text,
  volumeId: text,
  volume: volumeFacts,
  decideAt: instant.exactOptional(),
  proof: proof.exactOptional(),
} satisfies Shape<VolumeRecord>) satisfies z.ZodType<VolumeRecord>;

/** The item of a volume that is not there yet; later ones are updates. */
export function toVolumeItem(record: VolumeRecord): Item {
  return toAttributes({
    ...volumeItemKey(record.cloud, record.volumeId),
    schemaVersion: SCHEMA_VERSION,
    ...record,
    // Both keys of the index of decisions, or none: an item without them is not in it.
    decisionCloud: record.decideAt === undefined ? undefined : record.cloud,
  });
}

/** @throws {CatalogItemError} */
export function fromVolumeItem(item: Item): VolumeRecord {
  return parseItem(volumeFields, item);
}
