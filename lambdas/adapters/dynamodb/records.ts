import type { Catalog, OpenRecord } from '../../app/ports.ts';
import { type BackupRecord, isBegun, RECORD_STATES, type RecordKey } from '../../domain/backup-record.ts';
import { type Item, toInstantText } from './attributes.ts';
import { isInState } from './conditions.ts';
import { RESTORE_PREFIX, recordItemKey, SLOT_PREFIX, volumePartition } from './keys.ts';
import { fromRecordItem, toRecordItem } from './record-item.ts';
import { fromRestoreItem } from './restore-item.ts';
import type { Table } from './table.ts';
import { createVersionedPut } from './versioned-put.ts';

const PAGE_ITEMS = 500;
const IS_BEGUN = isInState(...RECORD_STATES.filter((state) => isBegun({ state })));

type RecordOperations = Pick<Catalog, 'save' | 'getRecord' | 'listVolumeRecords' | 'listWork' | 'listBegun'>;

export function createRecordOperations(table: Table): RecordOperations {
  return {
    save: createVersionedPut<BackupRecord>(table, 'record', recordItemKey, toRecordItem),
    async getRecord(key) {
      const item = await table.get(recordItemKey(key));
      return item && fromRecordItem(item);
    },
    async listVolumeRecords(cloud, volumeId) {
      const records: BackupRecord[] = [];
      const pages = table.query({
        KeyConditionExpression: '#pk = :volume AND begins_with(#sk, :slots)',
        names: { '#pk': 'pk', '#sk': 'sk' },
        values: { ':volume': { S: volumePartition(cloud, volumeId) }, ':slots': { S: SLOT_PREFIX } },
        ConsistentRead: true,
      });
      for await (const page of pages) records.push(...page.map(fromRecordItem));
      return records.sort(compareOldestFirst);
    },
    async *listWork(cloud, { openedSince } = {}) {
      const since = openedSince && toInstantText(openedSince);
      const pages = table.query({
        IndexName: 'work',
        KeyConditionExpression: `#cloud = :cloud${since === undefined ? '' : ' AND #openedAt >= :since'}`,
        names: { '#cloud': 'workCloud', ...(since !== undefined && { '#openedAt': 'openedAt' }) },
        values: { ':cloud': { S: cloud }, ...(since !== undefined && { ':since': { S: since } }) },
        Limit: PAGE_ITEMS,
      });
      for await (const page of pages) yield page.map(fromWorkItem);
    },
    async *listBegun(cloud) {
      // Few of what is read come back, so each request reads as much as DynamoDB lets it.
      const pages = table.query({
        IndexName: 'work',
        KeyConditionExpression: '#cloud = :cloud',
        FilterExpression: IS_BEGUN.expression,
        names: { '#cloud': 'workCloud', ...IS_BEGUN.names },
        values: { ':cloud': { S: cloud }, ...IS_BEGUN.values },
      });
      for await (const page of pages) {
        const attempts = page.filter((item) => !isRestore(item));
        if (attempts.length > 0) yield attempts.map(fromRecordItem);
      }
    },
  };
}

function fromWorkItem(item: Item): OpenRecord {
  return isRestore(item) ? fromRestoreItem(item) : fromRecordItem(item);
}

function isRestore(item: Item): boolean {
  return item.sk?.S?.startsWith(RESTORE_PREFIX) === true;
}

/** By slot, then policy, then attempt; the sort key alone has `#` between policy and attempt, which would sort into the name. */
function compareOldestFirst(a: RecordKey, b: RecordKey): number {
  const bySlot = a.slotAt.getTime() - b.slotAt.getTime();
  if (bySlot !== 0) return bySlot;
  if (a.policy !== b.policy) return a.policy < b.policy ? -1 : 1;
  return a.attempt - b.attempt;
}
