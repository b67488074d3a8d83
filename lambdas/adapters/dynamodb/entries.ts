import type { Catalog, CatalogEntry } from '../../app/ports.ts';
import type { Item } from './attributes.ts';
import { isAbsent } from './conditions.ts';
import { fromEndedItem, toEndedItem } from './ended-item.ts';
import { CatalogItemError } from './item.ts';
import {
  fromCloudItem,
  fromPolicyItem,
  fromSlotItem,
  toCloudItem,
  toPolicyItem,
  toSlotItem,
} from './policy-items.ts';
import { fromRecordItem, toRecordItem } from './record-item.ts';
import { fromRestoreItem, toRestoreItem } from './restore-item.ts';
import type { Table } from './table.ts';
import { fromVolumeItem, toVolumeItem } from './volume-item.ts';

const WRITE_ID = 'inserted';

type EntryOperations = Pick<Catalog, 'listEntries' | 'insertEntry'>;

export function createEntryOperations(table: Table): EntryOperations {
  return {
    async *listEntries() {
      for await (const page of table.scan()) {
        const entries = page.flatMap((item) => fromEntryItem(item) ?? []);
        if (entries.length > 0) yield entries;
      }
    },
    insertEntry: (entry) => table.put(toEntryItem(entry), isAbsent),
  };
}

function toEntryItem(entry: CatalogEntry): Item {
  switch (entry.kind) {
    case 'record':
      return toRecordItem(entry.value, WRITE_ID);
    case 'restore':
      return toRestoreItem(entry.value, WRITE_ID);
    case 'volume':
      return toVolumeItem(entry.value);
    case 'ended':
      return toEndedItem(entry.value);
    case 'slot':
      return toSlotItem(entry.value);
    case 'policy':
      return toPolicyItem(entry.value);
    case 'cloud':
      return toCloudItem(entry.value);
  }
}

/**
 * By where the item stands; a lease is no entry.
 *
 * @throws {CatalogItemError} an item of a kind that this program does not know: an export without it would not be whole.
 */
function fromEntryItem(item: Item): CatalogEntry | undefined {
  const [pk, sk] = [item.pk?.S ?? '', item.sk?.S ?? ''];
  const [family] = pk.split('#');
  switch (family === 'ENDED' ? family : `${family} ${sk.split('#')[0]}`) {
    case 'ENDED':
      return { kind: 'ended', value: fromEndedItem(item) };
    case 'VOLUME SLOT':
      return { kind: 'record', value: fromRecordItem(item) };
    case 'VOLUME RESTORE':
      return { kind: 'restore', value: fromRestoreItem(item) };
    case 'VOLUME VOLUME':
      return { kind: 'volume', value: fromVolumeItem(item) };
    case 'POLICY SLOT':
      return { kind: 'slot', value: fromSlotItem(item) };
    case 'POLICY POLICY':
      return { kind: 'policy', value: fromPolicyItem(item) };
    case 'CLOUD CLOUD':
      return { kind: 'cloud', value: fromCloudItem(item) };
    case 'LEASE LEASE':
      return undefined;
    default:
      throw new CatalogItemError(
        { pk, sk },
        'no kind of item that this program knows: a newer cinderkeep wrote it',
      );
  }
}
