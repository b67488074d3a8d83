import type { Backup, BackupId, BackupStatus } from './backup.ts';
import type { RuleReason } from './retention-policy.ts';

/** `hold`: expired, but something that stays may be based on it. */
export type Verdict = 'keep' | 'hold' | 'delete';

/** Why a backup is not deleted; `rule` is the config's key where there is one. */
export type KeepReason =
  | RuleReason
  | { readonly rule: 'pinned'; readonly reason: string; readonly by?: string; readonly until?: Date }
  /** A restore that is under way needs it; `until` is when that would be over if nobody went on with it. */
  | { readonly rule: 'restore'; readonly until: Date }
  /** It has no marker of this deployment. */
  | { readonly rule: 'foreign' }
  /** Its policy is no longer in the config. */
  | { readonly rule: 'policyRemoved'; readonly policy: string }
  /** Not `available`. */
  | { readonly rule: 'status'; readonly status: BackupStatus; readonly statusText: string }
  /** Stamped after now. */
  | { readonly rule: 'future'; readonly until: Date }
  /** Not restorable: no full is listed that it could go back to. */
  | { readonly rule: 'broken' }
  /** An ancestor is not `available`. */
  | { readonly rule: 'parentNotAvailable' }
  | { readonly rule: 'onVolumeGone' }
  /** The policy has changed, and as it was it kept this one. */
  | { readonly rule: 'grace'; readonly until: Date; readonly formerly: readonly KeepReason[] }
  /** Nothing of the policy may be deleted now. */
  | { readonly rule: 'blocked'; readonly why: string }
  | { readonly rule: 'atLeast' }
  /** The newest good backup of the volume. */
  | { readonly rule: 'lastGood' }
  /** The cloud says that something depends on it, and nothing listed does. */
  | { readonly rule: 'unknownDependent' };

/** The verdict on one backup. */
export interface Decision {
  readonly backup: Backup;
  /** The policy that judged it, by its present name; absent for a foreign backup and for one of a removed policy. */
  readonly policy?: string;
  readonly verdict: Verdict;
  /** Never empty for `keep`; empty for `delete`; for `hold` only `unknownDependent`. */
  readonly because: readonly KeepReason[];
  /** For `hold`: the staying backups that may be based directly on it, newest first. */
  readonly neededBy: readonly BackupId[];
  /** It is older than its policy's `maxAge`: the reason of a `delete`, and what to report of a `keep` or `hold`. */
  readonly beyondMaxAge: boolean;
}

/** The decision in words, for reports and the catalog: `kept: daily 2026-11-23, weekly 2026-W48`, `held: needed by 3f…`. */
export function describeDecision(decision: Decision): string {
  const { verdict, because, neededBy, beyondMaxAge } = decision;
  const late = beyondMaxAge ? ', beyond maxAge' : '';
  if (verdict === 'delete') return beyondMaxAge ? 'expired: beyond maxAge' : 'expired: no rule keeps it';
  const reasons = because.map(describeReason).join(', ');
  if (verdict === 'keep') return `kept: ${reasons}${late}`;
  return `held: ${neededBy.length > 0 ? `needed by ${neededBy.join(', ')}` : reasons}${late}`;
}

/** One reason in words. */
export function describeReason(reason: KeepReason): string {
  switch (reason.rule) {
    case 'pinned':
      return `pinned${reason.by ? ` by ${reason.by}` : ''}${reason.until ? ` until ${reason.until.toISOString()}` : ''}: ${reason.reason}`;
    case 'restore':
      return 'a restore that is under way needs it';
    case 'foreign':
      return 'not ours';
    case 'policyRemoved':
      return `its policy ${reason.policy} is not in the config`;
    case 'status':
      return `its status is ${reason.statusText}`;
    case 'future':
      return `stamped in the future, ${reason.until.toISOString()}`;
    case 'broken':
      return 'no full is listed that it could go back to';
    case 'parentNotAvailable':
      return 'an ancestor is not available';
    case 'onVolumeGone':
      return 'its volume is gone';
    case 'grace':
      return `the policy as it was applies until ${reason.until.toISOString()}`;
    case 'blocked':
      return `nothing is deleted now: ${reason.why}`;
    case 'lastGood':
      return 'the newest good backup of the volume';
    case 'unknownDependent':
      return 'the cloud knows a dependent that is not listed';
    case 'atLeast':
      return 'atLeast';
    default:
      return [reason.oldest ? 'oldest' : '', reason.rule, reason.bucket ?? '']
        .filter((word) => word !== '')
        .join(' ');
  }
}
