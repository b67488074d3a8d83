/** What a policy adds to a quota. */
export interface QuotaDemand {
  /** How often it backs up its volumes in each of the coming days. */
  readonly slotsPerDay: readonly number[];
  /** What one slot adds: backups, or GiB of them. */
  readonly perSlot: number;
  /** The most that ever stays, in the long run; `all`: it never stops growing. */
  readonly most: number | 'all';
}

export interface QuotaOutlook {
  /** How much more there may be than there is now, before anything expires. */
  readonly growth: number;
  /** On which of the coming days the quota may be used up first, from 1; absent: it lasts. */
  readonly day?: number;
}

/**
 * Whether a quota lasts for the coming days, by what will be made, and by what stays in the long run: whichever is less. As if all that is
 * there now were the policies' own, so that a fleet that has settled is expected to stay as it is.
 *
 * @param max undefined: there is no limit.
 */
export function foreseeQuota(
  demands: readonly QuotaDemand[],
  used: number,
  max: number | undefined,
): QuotaOutlook {
  const most = demands.reduce((sum, demand) => sum + (demand.most === 'all' ? Infinity : demand.most), 0);
  const room = max === undefined ? Infinity : max - used;
  const days = Math.max(0, ...demands.map(({ slotsPerDay }) => slotsPerDay.length));
  let growth = 0;
  for (let day = 1; day <= days; day += 1) {
    const made = demands.reduce((sum, each) => sum + (each.slotsPerDay[day - 1] ?? 0) * each.perSlot, 0);
    growth = Math.min(growth + made, Math.max(0, most - used));
    if (growth > room) return { growth, day };
  }
  return { growth };
}
