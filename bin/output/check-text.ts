import type { Config } from '../../config/config.ts';
import type { CloudCheck, PolicyDemand } from '../../lambdas/app/check-cloud.ts';
import type { PolicyCheck } from '../../lambdas/app/check-config.ts';
import type { Policy } from '../../lambdas/domain/policy.ts';
import { indent } from './table.ts';
import { countOf } from './words.ts';

/** What `check` found. */
export interface ConfigReview {
  /** The file. */
  readonly config: string;
  readonly deployment: string;
  readonly policies: readonly PolicyCheck[];
  /** Those that were asked. */
  readonly clouds: readonly CloudCheck[];
  readonly warnings: readonly string[];
}

export function formatReview(review: ConfigReview, { deployment }: Config): string {
  const count = [review, ...review.policies, ...review.clouds].reduce(
    (sum, { warnings }) => sum + warnings.length,
    0,
  );
  return [
    `${review.config} is valid: deployment ${review.deployment}`,
    ...review.policies.map((check) =>
      formatPolicy(check, deployment.policies.get(check.policy), review.clouds),
    ),
    ...review.clouds.flatMap(formatCloud),
    ...review.warnings.map((warning) => `warning: ${warning}`),
    count === 0 ? 'no warnings' : countOf(count, 'warning'),
  ].join('\n\n');
}

function formatPolicy(check: PolicyCheck, policy: Policy | undefined, clouds: readonly CloudCheck[]): string {
  const zone = policy?.schedule.timezone ?? 'UTC';
  const demand = clouds.flatMap(({ policies }) => policies).find((each) => each.policy === check.policy);
  const lines = [
    check.schedule,
    `${check.retention} (semantics: ${check.semantics})`,
    `next slots: ${check.nextSlots.map((slot) => formatLocal(slot, zone)).join(', ')}`,
    ...(check.restoreTests === undefined ? [] : [check.restoreTests]),
    ...(check.paused ? ['paused: its slots are passed over'] : []),
    ...(demand === undefined ? [] : [describeDemand(demand)]),
    ...check.warnings.map((warning) => `warning: ${warning}`),
  ];
  return `${check.policy} (cloud ${check.cloud})\n${indent(lines.join('\n'))}`;
}

function describeDemand({ volumeCount, sizeGib, backupsPerVolume }: PolicyDemand): string {
  const volumes = `selects ${countOf(volumeCount, 'volume')} (${sizeGib} GiB) now`;
  if (backupsPerVolume === 'all') return `${volumes}; keeps every backup`;
  const { mean, most } = backupsPerVolume;
  return `${volumes}; in the long run ${mean.toFixed(1)} backups of each stay, ${most} at most`;
}

function formatCloud({ cloud, warnings }: CloudCheck): string[] {
  if (warnings.length === 0) return [];
  return [`cloud ${cloud}\n${indent(warnings.map((warning) => `warning: ${warning}`).join('\n'))}`];
}

/** `Tue 2026-11-24 03:30`, on the zone's wall clock. */
function formatLocal(at: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('weekday').replace('.', '')} ${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')}`;
}
