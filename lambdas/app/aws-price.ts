/** List prices in USD without free tiers: us-east-1, on demand, ARM, as of 2026-11. */
export const AWS_PRICE = {
  /** @see https://aws.amazon.com/dynamodb/pricing/on-demand/ (halved in 2024-11) */
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  /** With its point-in-time recovery. */
  catalogGibMonth: 0.25 + 0.2,
  /** @see https://aws.amazon.com/lambda/pricing/ */
  gibSecond: 13.3334e-6,
  invocation: 0.2e-6,
  /** @see https://aws.amazon.com/eventbridge/pricing/ */
  scheduledInvocation: 1e-6,
  /** @see https://aws.amazon.com/cloudwatch/pricing/ (taken in; a month's keeping is a sixteenth of it) */
  logGib: 0.5 + 0.03,
  alarmMonth: 0.1,
  dashboardMonth: 3,
  metricMonth: 0.3,
  /** @see https://aws.amazon.com/secrets-manager/pricing/ */
  secretMonth: 0.4,
} as const;

/** What a backup takes in its whole life, and an idle run; measured by `npm run bench -- catalog aws`. */
export const MEASURED = {
  writeUnits: 16,
  readUnits: 6.5,
  /** Of a whole processor; a function has a share of one. */
  backupProcessorMs: 20,
  idleFollowProcessorMs: 10,
  idlePruneProcessorMs: 5,
  logBytes: 1_200,
  /** In the catalog, while it is kept and as history. */
  recordBytes: 1_024,
} as const;

/**
 * What the catalog's requests for the whole lives of so many backups cost on AWS. For the rest see `priceMonth`.
 */
export function catalogUsd(backupCount: number): number {
  return backupCount * (MEASURED.writeUnits * AWS_PRICE.writeUnit + MEASURED.readUnits * AWS_PRICE.readUnit);
}
