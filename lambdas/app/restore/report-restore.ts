import type { RestoreChain } from '../../domain/restore-chain.ts';
import { isRestoreOpen, type RestoreRecord } from '../../domain/restore-record.ts';
import type { VolumeFacts } from '../../domain/volume.ts';
import type { ItemOutcome, ReportBuilder } from '../run-report.ts';
import type { RestorePlan } from './plan-restore.ts';

/** What became of a restore. */
export function reportRestore(
  report: ReportBuilder,
  record: RestoreRecord,
  outcome: ItemOutcome,
  details: { readonly isFailure?: boolean; readonly reason?: string } = {},
): void {
  const { policy, targetId, startedAt, settledAt } = record;
  const reason = details.reason ?? record.reason;
  report.add({
    outcome,
    isFailure: details.isFailure ?? false,
    cloud: record.cloud,
    ...(policy !== undefined && { policy }),
    volumeId: record.volumeId,
    volumeName: record.source.name,
    backupId: record.backupId,
    ...(targetId !== undefined && { targetId }),
    targetName: record.target.name,
    asOf: record.dataTimestampAt,
    ...(startedAt !== undefined &&
      settledAt !== undefined && { tookMs: settledAt.getTime() - startedAt.getTime() }),
    ...(reason !== undefined && { reason }),
  });
}

/** How a restore stands, or how it has ended. */
export function reportStanding(report: ReportBuilder, record: RestoreRecord): void {
  const { state, purpose } = record;
  if (isRestoreOpen(record)) reportRestore(report, record, state === 'waiting' ? 'waiting' : 'restoring');
  else if (state === 'failed') reportRestore(report, record, 'failed', { isFailure: true });
  else reportRestore(report, record, purpose === 'test' ? 'proved' : 'restored');
}

/** A restore that was not begun, and nothing was touched. */
export function reportRefusal(report: ReportBuilder, cloud: string, plan: RestorePlan, reason: string): void {
  if (plan.outcome !== 'refused') {
    reportRestore(report, plan.record, 'refused', { isFailure: true, reason });
    return;
  }
  const { volumeId, backupId } = plan;
  report.add({
    outcome: 'refused',
    isFailure: true,
    cloud,
    volumeId,
    ...(backupId !== undefined && { backupId }),
    reason,
  });
}

/** What a dry run would have done. */
export function reportPlan(report: ReportBuilder, plan: RestorePlan): void {
  if (plan.outcome === 'refused') return;
  if (plan.outcome === 'joined' && !isRestoreOpen(plan.record)) {
    reportStanding(report, plan.record);
    return;
  }
  const reason =
    plan.outcome === 'joined'
      ? 'the same restore is under way already'
      : `dry run: it would be restored from ${describeChain(plan.chain)} into ${describeTarget(plan.record)}`;
  reportRestore(report, plan.record, 'restoring', { reason });
}

function describeChain({ chain, confidence }: RestoreChain): string {
  const count = chain.filter(({ isIncremental }) => isIncremental).length;
  if (count === 0) return 'a full';
  return `a full and ${count} incremental${count === 1 ? '' : 's'} (parents inferred: ${confidence})`;
}

function describeTarget({ into, target, targetId, purpose }: RestoreRecord): string {
  if (into === 'existing') return `the existing volume ${targetId}, which it overwrites`;
  return `a ${purpose === 'test' ? 'scratch' : 'new'} volume of ${describeNew(target)}`;
}

function describeNew({ sizeGib, volumeType, availabilityZone }: VolumeFacts): string {
  const parts = [
    `${sizeGib} GiB`,
    ...(volumeType === undefined ? [] : [`type ${volumeType}`]),
    ...(availabilityZone === undefined ? [] : [`zone ${availabilityZone}`]),
  ];
  return parts.join(', ');
}
