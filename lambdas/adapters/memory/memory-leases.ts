import type { Catalog } from '../../app/ports.ts';
import type { LeaseRecord } from '../../domain/backup-record.ts';

export function createMemoryLeases(): Pick<Catalog, 'takeLease' | 'getLease' | 'releaseLease'> {
  const leases = new Map<string, LeaseRecord>();
  return {
    async takeLease(name, owner, now, until, endsAt) {
      const lease = leases.get(name);
      if (lease !== undefined && lease.owner !== owner && lease.until > now) return false;
      leases.set(name, { owner, until, ...(endsAt !== undefined && { endsAt }) });
      return true;
    },
    async getLease(name) {
      return leases.get(name);
    },
    async releaseLease(name, owner) {
      if (leases.get(name)?.owner === owner) leases.delete(name);
    },
  };
}
