import type { Clock } from '../../app/ports.ts';

/**
 * A gate that lets at most so many through in any second, evenly spaced and in order of arrival; free time is not saved up.
 * Waits on the given clock.
 */
export function createRateLimit(
  perSecond: number | 'unlimited',
  clock: Clock,
): () => Promise<void> | undefined {
  const spacingMs = perSecond === 'unlimited' ? 0 : 1_000 / perSecond;
  let nextAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    if (spacingMs === 0) return undefined;
    const nowMs = clock.now().getTime();
    // A clock that was set back must not hold everybody for as long as it was wrong.
    const earliestMs = nextAtMs - nowMs > MAX_QUEUE_MS ? nowMs : nextAtMs;
    const atMs = Math.max(nowMs, earliestMs);
    nextAtMs = atMs + spacingMs;
    return atMs > nowMs ? clock.sleep(atMs - nowMs) : undefined;
  };
}

/** Longer queues than this come from a clock that jumped. */
const MAX_QUEUE_MS = 3_600_000;
