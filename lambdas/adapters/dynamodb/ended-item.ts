import * as z from 'zod';
import type { EndedBackup, EndedPage } from '../../domain/backup-record.ts';
import { type Item, toAttributes } from './attributes.ts';
import { count, instant, parseItem, SCHEMA_VERSION, type Shape, text } from './item.ts';
import { endedItemKey } from './keys.ts';

const MS_PER_SECOND = 1000;

const ended = z.object({
  backupId: z.string(),
  volumeId: text,
  policy: text,
  slotAt: instant,
  attempt: count,
} satisfies Shape<EndedBackup>);

export const endedFields = z.object({
  cloud: text,
  endedAt: instant,
  backups: z.array(ended),
  forgetAt: instant,
} satisfies Shape<EndedPage>) satisfies z.ZodType<EndedPage>;

/** The same page has the same place, whoever writes it. */
export function toEndedItem(page: EndedPage): Item {
  const { cloud, endedAt, backups, forgetAt } = page;
  const [first] = backups;
  return toAttributes({
    ...endedItemKey(cloud, endedAt, first?.backupId ?? ''),
    schemaVersion: SCHEMA_VERSION,
    ...page,
    forgetAtEpochSeconds: Math.ceil(forgetAt.getTime() / MS_PER_SECOND),
  });
}

/** @throws {CatalogItemError} */
export function fromEndedItem(item: Item): EndedPage {
  return parseItem(endedFields, item);
}
