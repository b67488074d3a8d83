import type { Policy } from '../../domain/policy.ts';
import { foreseeQuota, type QuotaDemand } from '../../domain/quota-outlook.ts';
import { slotsBetween } from '../../domain/slot.ts';
import { foreseeBackups } from '../check-cloud.ts';
import type { CloudLimits } from '../ports.ts';
import type { FleetVolume } from './read-fleet.ts';

const DAYS = 7;
const DAY_MS = 86_400_000;

interface PolicyDemand {
  readonly slotsPerDay: readonly number[];
  /** Of each volume, in the long run; one more comes before an old one goes. */
  readonly mostBackups: number | 'all';
  readonly volumeCount: number;
  readonly sizeGib: number;
}

/**
 * Warns of quotas that may not last for the coming week. Nothing is asked of a policy that is paused.
 *
 * @param volumes that the policies select.
 */
export function foreseeShortage(
  policies: readonly Policy[],
  volumes: readonly FleetVolume[],
  { maxBackups, usedBackups, maxBackupGib, usedBackupGib }: CloudLimits,
  now: Date,
): string[] {
  if (maxBackups === undefined && maxBackupGib === undefined) return [];
  const demands = policies.filter(({ paused }) => !paused).map((policy) => toDemand(policy, volumes, now));
  const counts = demands.map((demand) => toQuotaDemand(demand, demand.volumeCount));
  const sizes = demands.map((demand) => toQuotaDemand(demand, demand.sizeGib));
  return [
    ...warn(counts, usedBackups, maxBackups, 'backups'),
    ...warn(sizes, usedBackupGib, maxBackupGib, 'GiB of backups (each counts its volume’s full size)'),
  ];
}

function warn(
  demands: readonly QuotaDemand[],
  used: number,
  max: number | undefined,
  what: string,
): string[] {
  const { day, growth } = foreseeQuota(demands, used, max);
  if (day === undefined || max === undefined) return [];
  const when = day === 1 ? 'within a day' : `within ${day} days`;
  return [
    `quota: the project has ${used} of ${max} ${what}, and ${when} up to ${growth} more may come: then nothing can be backed up until something is deleted`,
  ];
}

function toDemand(policy: Policy, volumes: readonly FleetVolume[], now: Date): PolicyDemand {
  const own = volumes.filter(({ policies }) => policies.includes(policy));
  const slotsPerDay = Array.from({ length: DAYS }, (_, day) => {
    const from = now.getTime() + day * DAY_MS;
    return [...slotsBetween(policy.schedule, new Date(from), new Date(from + DAY_MS))].length;
  });
  const backups = own.length === 0 ? { most: 0 } : foreseeBackups(policy);
  return {
    slotsPerDay,
    mostBackups: backups === 'all' ? 'all' : backups.most + 1,
    volumeCount: own.length,
    sizeGib: own.reduce((sum, { sizeGib }) => sum + sizeGib, 0),
  };
}

function toQuotaDemand({ slotsPerDay, mostBackups }: PolicyDemand, perSlot: number): QuotaDemand {
  return { slotsPerDay, perSlot, most: mostBackups === 'all' ? 'all' : mostBackups * perSlot };
}
