import type { Catalog } from '../../app/ports.ts';
import { fromEndedItem, toEndedItem } from './ended-item.ts';
import { endedPartition } from './keys.ts';
import type { Table } from './table.ts';

export function createEndedOperations(table: Table): Pick<Catalog, 'noteEnded' | 'listEnded'> {
  return {
    async noteEnded(page) {
      await table.put(toEndedItem(page));
    },
    async *listEnded(cloud) {
      const pages = table.query({
        KeyConditionExpression: '#pk = :cloud',
        names: { '#pk': 'pk' },
        values: { ':cloud': { S: endedPartition(cloud) } },
        ScanIndexForward: false,
      });
      for await (const page of pages) yield page.map(fromEndedItem);
    },
  };
}
