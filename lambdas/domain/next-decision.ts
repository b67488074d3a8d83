import type { Decision } from './decision.ts';
import { ageReachedAt, shortestMs } from './max-age.ts';
import type { Policy } from './policy.ts';
import type { PrunePlanInput } from './prune-plan.ts';
import { withTerms } from './retention-terms.ts';

/**
 * The next instant at which a verdict can change without a new backup: `maxAge` is reached (that of former terms too, while these still
 * keep), a pin or the grace of former terms ends, a stamp is no longer in the future. `within…` is measured from the newest backup, so time alone changes nothing there.
 *
 * @param decisions of `planPrune(input)`.
 * @returns undefined when nothing is foreseen; always after `input.now`.
 */
export function nextDecisionAt(
  decisions: readonly Decision[],
  input: Pick<PrunePlanInput, 'policies' | 'formerTerms' | 'now'>,
): Date | undefined {
  let nextMs = Number.POSITIVE_INFINITY;
  for (const decision of decisions) {
    if (decision.verdict === 'delete') continue;
    nextMs = Math.min(nextMs, reasonEndsMs(decision));
    const policy = decision.policy === undefined ? undefined : input.policies.get(decision.policy);
    if (policy === undefined) continue;
    if (!decision.beyondMaxAge) nextMs = Math.min(nextMs, maxAgeMs(decision, policy, nextMs));
    if (!decision.because.some(({ rule }) => rule === 'grace')) continue;
    for (const { terms } of input.formerTerms?.get(policy.name) ?? []) {
      const reachedMs = maxAgeMs(decision, withTerms(policy, terms), nextMs);
      if (reachedMs > input.now.getTime()) nextMs = Math.min(nextMs, reachedMs);
    }
  }
  return nextMs === Number.POSITIVE_INFINITY ? undefined : new Date(nextMs);
}

function reasonEndsMs({ because }: Decision): number {
  let endsMs = Number.POSITIVE_INFINITY;
  for (const reason of because) {
    if ('until' in reason && reason.until !== undefined) endsMs = Math.min(endsMs, reason.until.getTime());
  }
  return endsMs;
}

function maxAgeMs(decision: Decision, { maxAge, schedule }: Policy, beforeMs: number): number {
  const stampAt = decision.backup.dataTimestampAt;
  if (maxAge === undefined) return Number.POSITIVE_INFINITY;
  if (stampAt.getTime() + shortestMs(maxAge) > beforeMs) return Number.POSITIVE_INFINITY;
  return ageReachedAt(stampAt, maxAge, schedule.timezone).getTime();
}
