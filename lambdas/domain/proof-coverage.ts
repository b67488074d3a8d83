import type { RestoreTests } from './policy.ts';
import type { VolumeProof } from './restore-record.ts';

/** What tests of restores say of a volume: `failed`, the last restore did; `old`, the last good one is too long ago, or there was none. */
export type ProofCoverage = 'enough' | 'failed' | 'old';

/** What a volume is judged by; all instants are of the local clock. */
export interface ProofTerms {
  readonly now: Date;
  /** When the policy's tests began; absent: there was none yet, and nothing is expected. */
  readonly testedSince?: Date;
}

/** A volume is proved by any restore that went well, and has `maxAge` for the first. */
export function judgeProof(
  { maxAgeMs }: RestoreTests,
  { now, testedSince }: ProofTerms,
  volume: { readonly createdAt: Date; readonly proof?: VolumeProof },
): ProofCoverage {
  const { proof, createdAt } = volume;
  if (proof?.last.outcome === 'failed') return 'failed';
  if (maxAgeMs === undefined) return 'enough';
  const begunAt = testedSince === undefined || testedSince > createdAt ? testedSince : createdAt;
  const since = proof?.provedAt ?? begunAt;
  return since !== undefined && now.getTime() - since.getTime() > maxAgeMs ? 'old' : 'enough';
}
