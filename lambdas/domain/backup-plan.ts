import type { BackupType } from './backup.ts';
import type { FullReason } from './backup-record.ts';
import type { ChainHead, VolumeChain } from './chain-view.ts';
import { addDuration } from './duration.ts';
import { isPlannedFull } from './full-placement.ts';
import { endsBitsOf, keepSpansOf, keptMsOf } from './keep-span.ts';
import type { Policy } from './policy.ts';
import { isSlot } from './slot.ts';

export interface BackupPlanInput {
  readonly policy: Policy;
  readonly slotAt: Date;
  readonly volumeSizeGib: number;
  /** Of the volume as it is now; absent: it has no backup. */
  readonly chain?: VolumeChain;
  /** What a person asked for. An incremental is only made where one can be. */
  readonly requestedType?: BackupType;
  /** The last incremental failed for a cause that a full cures. */
  readonly afterFailureOfIncremental?: boolean;
  /** On the cloud's clock. */
  readonly cloudNow: Date;
  /** Other policies that back up the same volume, into the same chain. */
  readonly alongside?: readonly Policy[];
}

export type BackupPlan =
  | { readonly type: 'full'; readonly whyFull: FullReason }
  | { readonly type: 'incremental' };

/** Whether a slot's backup of a volume is to be a full, and why: the first cause that applies. */
export function planBackup(input: BackupPlanInput): BackupPlan {
  const whyFull = findFullReason(input);
  return whyFull === undefined ? { type: 'incremental' } : { type: 'full', whyFull };
}

function findFullReason(input: BackupPlanInput): FullReason | undefined {
  const { policy, chain, requestedType } = input;
  if (requestedType === 'full') return 'requested';
  if (chain?.head === undefined) return 'no-parent';
  const obstacle = findObstacle(input, chain, chain.head);
  if (obstacle !== undefined) return obstacle;
  if (chain.head.length >= policy.chain.maxLength) return 'chain-length';
  if (isChainTooOld(input, chain.head)) return 'chain-age';
  return requestedType === undefined && isPlanned(input, chain.head) ? 'planned' : undefined;
}

/** What would make an incremental fail, be refused, or not be restorable. */
function findObstacle(
  { policy, volumeSizeGib, afterFailureOfIncremental, cloudNow }: BackupPlanInput,
  chain: VolumeChain,
  head: ChainHead,
): FullReason | undefined {
  if (!chain.chainIsComplete) return 'no-parent';
  // Before 2023.1 Cinder refuses an incremental then; since, it bases it on an earlier backup, and the chain forks. A head from the
  // future stays everything's parent.
  if (chain.newestStatus !== 'available' || head.dataTimestampAt.getTime() > cloudNow.getTime())
    return 'parent-not-available';
  if (!policy.chain.allowForeignParent && (!head.isOurs || chain.hasForeignInChain)) return 'foreign-parent';
  if (volumeSizeGib > head.sizeGib) return 'volume-grew';
  return afterFailureOfIncremental ? 'incremental-failed' : undefined;
}

/**
 * The chain is at its own limit of age, or an incremental of this slot would hold the chain's full beyond the policy's `maxAge`. Where
 * the rules keep as long as `maxAge` allows, only a full could keep the limit: then the config's own placement of fulls goes first,
 * unless the limit is a duty.
 */
function isChainTooOld({ policy, slotAt, cloudNow }: BackupPlanInput, { fullAt }: ChainHead): boolean {
  const zone = policy.schedule.timezone;
  const { maxAge: chainMaxAge } = policy.chain;
  if (chainMaxAge !== undefined && addDuration(fullAt, chainMaxAge, zone).getTime() <= cloudNow.getTime())
    return true;
  if (policy.maxAge === undefined) return false;
  const limitMs = addDuration(fullAt, policy.maxAge, zone).getTime();
  const ownLimitMs = addDuration(slotAt, policy.maxAge, zone).getTime();
  const keptUntilMs = slotAt.getTime() + keptMs(policy, slotAt);
  if (keptUntilMs < ownLimitMs) return keptUntilMs > limitMs;
  return (policy.full.kind === 'auto' || policy.maxAgeStrict) && ownLimitMs > limitMs;
}

function isPlanned(
  { policy, slotAt, alongside = [] }: BackupPlanInput,
  { length, fullAt }: ChainHead,
): boolean {
  if (isPlannedFull(policy, slotAt, { length, fullAt })) return true;
  if (policy.full.kind !== 'auto' || policy.billedBy === 'stored' || length === 1) return false;
  // In a chain of backups that go sooner it would hold them all.
  const ownMs = keptMs(policy, slotAt);
  const { spacingMs } = keepSpansOf(policy);
  return alongside.some((other) => {
    const spans = keepSpansOf(other);
    return spans.spacingMs < spacingMs && (spans.ruleMs[0] ?? 0) * 2 < ownMs;
  });
}

/** How long the policy's rules keep a backup of this slot; one by hand counts as any between two slots. */
function keptMs(policy: Policy, slotAt: Date): number {
  const spans = keepSpansOf(policy);
  return keptMsOf(spans, isSlot(policy.schedule, slotAt) ? endsBitsOf(policy, slotAt) : 1);
}
