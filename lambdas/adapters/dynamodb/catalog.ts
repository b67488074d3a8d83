import type { Catalog } from '../../app/ports.ts';
import { createEndedOperations } from './ended.ts';
import { createEntryOperations } from './entries.ts';
import { createLeaseOperations } from './leases.ts';
import { createPolicyOperations, createSlotOperations } from './policies.ts';
import { createRecordOperations } from './records.ts';
import { createRestoreOperations } from './restores.ts';
import { openTable, type TableOptions } from './table.ts';
import { createVolumeOperations } from './volumes.ts';

export { CatalogItemError } from './item.ts';

/**
 * The catalog in a DynamoDB table of the shape of `lib/table-definition.ts`. The table must exist.
 *
 * Any call can fail with what the client throws (no network, no permission, throttled for minutes), and any read with
 * `CatalogItemError`.
 */
export function createDynamoDbCatalog(options: TableOptions): Catalog {
  const table = openTable(options);
  return {
    ...createRecordOperations(table),
    ...createRestoreOperations(table),
    ...createEndedOperations(table),
    ...createVolumeOperations(table),
    ...createSlotOperations(table),
    ...createPolicyOperations(table),
    ...createLeaseOperations(table),
    ...createEntryOperations(table),
  };
}
