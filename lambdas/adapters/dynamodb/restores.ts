import type { Catalog } from '../../app/ports.ts';
import type { RestoreRecord } from '../../domain/restore-record.ts';
import { RESTORE_PREFIX, RESTORE_TURN, restoreItemKey, volumePartition } from './keys.ts';
import { fromRestoreItem, toRestoreItem } from './restore-item.ts';
import type { Table } from './table.ts';
import { createVersionedPut } from './versioned-put.ts';

const PAGE_ITEMS = 500;

type RestoreOperations = Pick<Catalog, 'saveRestore' | 'getRestore' | 'listRestores' | 'listOpenRestores'>;

export function createRestoreOperations(table: Table): RestoreOperations {
  const put = createVersionedPut<RestoreRecord>(table, 'restore', restoreItemKey, toRestoreItem);
  return {
    saveRestore: put,
    async getRestore(key) {
      const item = await table.get(restoreItemKey(key));
      return item && fromRestoreItem(item);
    },
    async listRestores(cloud, volumeId) {
      const restores: RestoreRecord[] = [];
      const pages = table.query({
        KeyConditionExpression: '#pk = :volume AND begins_with(#sk, :restores)',
        names: { '#pk': 'pk', '#sk': 'sk' },
        values: { ':volume': { S: volumePartition(cloud, volumeId) }, ':restores': { S: RESTORE_PREFIX } },
        ConsistentRead: true,
      });
      for await (const page of pages) restores.push(...page.map(fromRestoreItem));
      return restores;
    },
    async *listOpenRestores(cloud) {
      const pages = table.query({
        IndexName: 'work',
        KeyConditionExpression: '#cloud = :cloud AND begins_with(#openedAt, :turn)',
        names: { '#cloud': 'workCloud', '#openedAt': 'openedAt' },
        values: { ':cloud': { S: cloud }, ':turn': { S: RESTORE_TURN } },
        Limit: PAGE_ITEMS,
      });
      for await (const page of pages) yield page.map(fromRestoreItem);
    },
  };
}
