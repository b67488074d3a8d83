import { comparePlacements } from '../domain/compare-placements.ts';
import { changePolicy, forecastPolicy } from '../domain/forecast.ts';
import type { ForecastDay } from '../domain/forecast-day.ts';
import { AS_CONFIGURED } from '../domain/placement-family.ts';
import type { Policy } from '../domain/policy.ts';
import { slotsBetween } from '../domain/slot.ts';
import { type Fleet, type MonthlyCost, priceMonth, type Standing } from './aws-cost.ts';
import { catalogUsd } from './aws-price.ts';
import { describeFull } from './describe-full.ts';

export interface ForecastRequest {
  /** On the policy's calendar, that of `from` included. */
  readonly days: number;
  readonly sizeGib: number;
  /** Share of the volume that changes in a day, as if the policy's config said so; the policy's own if left out. */
  readonly changeRate?: number | undefined;
  readonly from: Date;
  /** For the price on AWS. */
  readonly fleet: ForecastFleet;
  readonly standing: Standing;
}

export type ForecastFleet = Pick<Fleet, 'volumes' | 'backupMinutes' | 'inFlight' | 'requestsPerSecond'>;

/** What a placement of the fulls comes to in the long run, on average. */
export interface PlacementRow {
  readonly placement: string;
  /** Each counts the volume's full size against quota. */
  readonly backups: number;
  readonly held: number;
  /** Bytes, in sizes of the volume. */
  readonly volumes: number;
  readonly storedGib: number;
  readonly quotaGib: number;
  /** It is the policy's own. */
  readonly isOwn: boolean;
  /** Of these, by what the policy is billed by. */
  readonly isBest: boolean;
}

export interface PricedDay extends ForecastDay {
  /** On AWS, for the catalog's requests in the whole lives of the backups made on that day; see `catalogUsd`. */
  readonly awsUsd: number;
}

/** Nothing but plain values, as it is printed with `--json`. */
export interface PolicyForecast {
  readonly policy: string;
  /** ISO instant. */
  readonly from: string;
  readonly sizeGib: number;
  readonly changeRate: number;
  readonly billedBy: Policy['billedBy'];
  /** How the policy's fulls are placed, in words. */
  readonly full: string;
  /** From that instant (ISO) on as many backups go as come. */
  readonly settledAt: string;
  readonly days: readonly PricedDay[];
  /** Best first. */
  readonly placements: readonly PlacementRow[];
  /** What a month of it costs on AWS in the long run. */
  readonly aws: ForecastFleet & MonthlyCost;
}

/** What a policy makes of a volume that has no backup yet: day by day, and in the long run beside other placements of the fulls. */
export function forecastFor(policy: Policy, request: ForecastRequest): PolicyForecast {
  const { days, sizeGib, from } = request;
  const changed = changePolicy(policy, request);
  const forecast = forecastPolicy({ policy: changed, from, days, sizeGib });
  const placements = comparePlacements(changed, { from }).map(({ placement, ...means }) => ({
    placement: means.isOwn && placement.name === AS_CONFIGURED ? describeFull(policy) : placement.name,
    backups: means.backups,
    held: means.held,
    volumes: means.volumes,
    storedGib: means.volumes * sizeGib,
    quotaGib: means.backups * sizeGib,
    isOwn: means.isOwn,
    isBest: means.isBest,
  }));
  return {
    policy: policy.name,
    from: from.toISOString(),
    sizeGib,
    changeRate: changed.changeRate,
    billedBy: policy.billedBy,
    full: describeFull(policy),
    settledAt: forecast.settledAt.toISOString(),
    days: forecast.days.map((day) => ({
      ...day,
      awsUsd: catalogUsd(day.madeFull + day.madeIncremental),
    })),
    placements,
    aws: priceFleet(policy, request, placements.find(({ isOwn }) => isOwn)?.backups ?? 0),
  };
}

const YEAR_MS = 365.25 * 86_400_000;

function priceFleet(
  policy: Policy,
  { from, fleet, standing }: ForecastRequest,
  keptBackups: number,
): PolicyForecast['aws'] {
  const slots = slotsBetween(policy.schedule, from, new Date(from.getTime() + YEAR_MS));
  const backupsPerMonth = [...slots].length / 12;
  return { ...fleet, ...priceMonth({ ...fleet, backupsPerMonth, keptBackups }, standing) };
}
