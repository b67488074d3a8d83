import type { VolumeFacts } from '../../domain/volume.ts';
import type { Cloud, CloudLimits } from '../ports.ts';
import type { RestorePlan } from './plan-restore.ts';

/** Why the quota does not suffice for the new volumes of these plans together, in words; undefined: it does, as far as it shows. */
export async function findShortage(plans: readonly RestorePlan[], cloud: Cloud): Promise<string | undefined> {
  const wanted = plans.flatMap((plan) =>
    plan.outcome === 'planned' && plan.record.into === 'new' ? [plan.record.target] : [],
  );
  if (wanted.length === 0) return undefined;
  return describeShortage(wanted, await cloud.getLimits());
}

/** The same for these new volumes. */
export function describeShortage(
  wanted: readonly Pick<VolumeFacts, 'sizeGib'>[],
  { maxVolumes, usedVolumes, maxGib, usedGib }: CloudLimits,
): string | undefined {
  const gib = wanted.reduce((sum, { sizeGib }) => sum + sizeGib, 0);
  if (maxVolumes !== undefined && usedVolumes + wanted.length > maxVolumes) {
    return `the quota of volumes does not suffice: ${wanted.length} wanted, ${maxVolumes - usedVolumes} of ${maxVolumes} free; nothing was touched`;
  }
  if (maxGib !== undefined && usedGib + gib > maxGib) {
    return `the quota of gigabytes does not suffice: ${gib} GiB wanted, ${maxGib - usedGib} of ${maxGib} free; nothing was touched`;
  }
  return undefined;
}
