import * as z from 'zod';
import type { Catalog } from '../../app/ports.ts';
import type { LeaseRecord } from '../../domain/backup-record.ts';
import { toAttributes } from './attributes.ts';
import { anyOf, isAbsent, isOverAt, isOwnedBy } from './conditions.ts';
import { instant, parseItem, SCHEMA_VERSION, type Shape, text } from './item.ts';
import { leaseItemKey } from './keys.ts';
import type { Table } from './table.ts';

const lease = z.object({
  owner: text,
  until: instant,
  endsAt: instant.exactOptional(),
} satisfies Shape<LeaseRecord>) satisfies z.ZodType<LeaseRecord>;

export function createLeaseOperations(
  table: Table,
): Pick<Catalog, 'takeLease' | 'getLease' | 'releaseLease'> {
  return {
    takeLease(name, owner, now, until, endsAt) {
      const item = toAttributes({
        ...leaseItemKey(name),
        schemaVersion: SCHEMA_VERSION,
        owner,
        takenAt: now,
        until,
        endsAt,
      });
      return table.put(item, anyOf(isAbsent, isOwnedBy(owner), isOverAt(now)));
    },
    async getLease(name) {
      const item = await table.get(leaseItemKey(name));
      return item && parseItem(lease, item);
    },
    async releaseLease(name, owner) {
      await table.delete(leaseItemKey(name), isOwnedBy(owner));
    },
  };
}
