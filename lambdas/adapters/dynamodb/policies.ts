import { AlreadyRecordedError, type Catalog } from '../../app/ports.ts';
import type { SlotRecord } from '../../domain/backup-record.ts';
import { anyOf, isAbsent, isInState } from './conditions.ts';
import { cloudItemKey, policyItemKey, policyPartition, SLOT_PREFIX, slotItemKey } from './keys.ts';
import {
  fromCloudItem,
  fromPolicyItem,
  fromSlotItem,
  toCloudItem,
  toPolicyItem,
  toSlotItem,
} from './policy-items.ts';
import type { Table } from './table.ts';

type SlotOperations = Pick<Catalog, 'saveSlot' | 'getSlot' | 'listSlots'>;
type PolicyOperations = Pick<Catalog, 'getPolicy' | 'savePolicy' | 'getCloud' | 'saveCloud'>;

export function createSlotOperations(table: Table): SlotOperations {
  return {
    saveSlot(slot) {
      const isUnfinished = anyOf(isAbsent, isInState('recording'));
      return table.put(toSlotItem(slot), slot.state === 'recording' ? isUnfinished : undefined);
    },
    async getSlot(policy, slotAt) {
      const item = await table.get(slotItemKey(policy, slotAt));
      return item && fromSlotItem(item);
    },
    async listSlots(policy, limit) {
      const slots: SlotRecord[] = [];
      if (limit < 1) return slots;
      const pages = table.query({
        KeyConditionExpression: '#pk = :policy AND begins_with(#sk, :slots)',
        names: { '#pk': 'pk', '#sk': 'sk' },
        values: { ':policy': { S: policyPartition(policy) }, ':slots': { S: SLOT_PREFIX } },
        ScanIndexForward: false,
        ConsistentRead: true,
        Limit: limit,
      });
      for await (const page of pages) {
        slots.push(...page.slice(0, limit - slots.length).map(fromSlotItem));
        if (slots.length === limit) break;
      }
      return slots;
    },
  };
}

export function createPolicyOperations(table: Table): PolicyOperations {
  return {
    async getPolicy(policy) {
      const item = await table.get(policyItemKey(policy));
      return item && fromPolicyItem(item);
    },
    async savePolicy(policy) {
      await table.put(toPolicyItem(policy));
    },
    async getCloud(cloud) {
      const item = await table.get(cloudItemKey(cloud));
      return item && fromCloudItem(item);
    },
    async saveCloud(cloud) {
      if (await table.put(toCloudItem(cloud), isAbsent)) return;
      throw new AlreadyRecordedError(`save cloud ${cloud.cloud}: it is recorded already`);
    },
  };
}
