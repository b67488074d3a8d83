import { AlreadyRecordedError, type Catalog } from '../../app/ports.ts';
import type { CloudRecord, PolicyRecord, SlotRecord } from '../../domain/backup-record.ts';
import { allOf, mapOf, putNew, type Section } from './keyed.ts';

type SlotOperations = Pick<Catalog, 'saveSlot' | 'getSlot' | 'listSlots'>;
type PolicyOperations = Pick<Catalog, 'getPolicy' | 'savePolicy'>;
type CloudOperations = Pick<Catalog, 'getCloud' | 'saveCloud'>;

export function createMemorySlots(): Section<SlotOperations, SlotRecord> {
  const byPolicy = new Map<string, Map<string, SlotRecord>>();
  const operations: SlotOperations = {
    async saveSlot(slot) {
      const slots = mapOf(byPolicy, slot.policy);
      const key = slot.slotAt.toISOString();
      const stored = slots.get(key);
      if (slot.state === 'recording' && stored !== undefined && stored.state !== 'recording') return false;
      slots.set(key, slot);
      return true;
    },
    async getSlot(policy, slotAt) {
      return byPolicy.get(policy)?.get(slotAt.toISOString());
    },
    async listSlots(policy, limit) {
      return [...(byPolicy.get(policy)?.values() ?? [])]
        .sort((a, b) => b.slotAt.getTime() - a.slotAt.getTime())
        .slice(0, Math.max(0, limit));
    },
  };
  return {
    operations,
    all: () => allOf(byPolicy),
    insert: (slot) => putNew(mapOf(byPolicy, slot.policy), slot.slotAt.toISOString(), slot),
  };
}

export function createMemoryPolicies(): Section<PolicyOperations, PolicyRecord> {
  const policies = new Map<string, PolicyRecord>();
  const operations: PolicyOperations = {
    async getPolicy(policy) {
      return policies.get(policy);
    },
    async savePolicy(policy) {
      policies.set(policy.policy, policy);
    },
  };
  return {
    operations,
    all: () => [...policies.values()],
    insert: (policy) => putNew(policies, policy.policy, policy),
  };
}

export function createMemoryClouds(): Section<CloudOperations, CloudRecord> {
  const clouds = new Map<string, CloudRecord>();
  const operations: CloudOperations = {
    async getCloud(cloud) {
      return clouds.get(cloud);
    },
    async saveCloud(cloud) {
      if (putNew(clouds, cloud.cloud, cloud)) return;
      throw new AlreadyRecordedError(`save cloud ${cloud.cloud}: it is recorded already`);
    },
  };
  return {
    operations,
    all: () => [...clouds.values()],
    insert: (cloud) => putNew(clouds, cloud.cloud, cloud),
  };
}
