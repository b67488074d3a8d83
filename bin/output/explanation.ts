import type { Backup, VolumeId } from '../../lambdas/domain/backup.ts';
import { type Decision, describeDecision, type KeepReason } from '../../lambdas/domain/decision.ts';
import type { Policy } from '../../lambdas/domain/policy.ts';
import { describePolicy } from '../../lambdas/domain/retention-policy.ts';
import { formatTable } from './table.ts';
import { countOf, formatInstant } from './words.ts';

export interface Explanation {
  readonly policy: Policy;
  readonly now: Date;
  /** Volume by volume, each in the order in which deletions are safe. */
  readonly decisions: readonly Decision[];
}

/** The contract of `explain --json`. */
export function toExplanationJson({ policy, now, decisions }: Explanation): object {
  return {
    policy: policy.name,
    now: now.toISOString(),
    decisions: decisions.map(({ backup, verdict, because, neededBy }) => ({
      id: backup.id,
      volume_id: backup.volumeId,
      created_at: backup.createdAt.toISOString(),
      verdict,
      because: because.map(toReasonJson),
      neededBy,
    })),
  };
}

function toReasonJson(reason: KeepReason): object {
  if (reason.rule === 'pinned') return reason;
  return 'bucket' in reason && reason.bucket !== undefined
    ? { rule: reason.rule, bucket: reason.bucket }
    : { rule: reason.rule };
}

/** The policy as a sentence, the counts, and for each volume a table with the rules behind each verdict. */
export function formatExplanation({ policy, now, decisions }: Explanation): string {
  const volumes = Map.groupBy(decisions, ({ backup }) => backup.volumeId);
  const count = (verdict: string) => decisions.filter((each) => each.verdict === verdict).length;
  const title =
    `${countOf(decisions.length, 'backup')} of ${countOf(volumes.size, 'volume')} at ${formatInstant(now)}: ` +
    `${count('keep')} kept, ${count('hold')} held, ${count('delete')} to be deleted`;
  return [
    `policy ${policy.name}: ${describePolicy(policy.keep)} Days and weeks are those of ${policy.schedule.timezone}.`,
    title,
    ...[...volumes].map(([volumeId, ofVolume]) => formatVolume(volumeId, ofVolume)),
  ].join('\n\n');
}

function formatVolume(volumeId: VolumeId, decisions: readonly Decision[]): string {
  const rows = decisions.map((decision) => [
    decision.verdict,
    formatInstant(decision.backup.dataTimestampAt),
    typeOf(decision.backup),
    decision.backup.id,
    describeDecision(decision).replace(/^\w+: /, ''),
  ]);
  return `volume ${volumeId}\n${formatTable(['VERDICT', 'DATA OF', 'TYPE', 'ID', 'BECAUSE'], rows)}`;
}

function typeOf({ isIncremental }: Backup): string {
  return isIncremental ? 'incremental' : 'full';
}
