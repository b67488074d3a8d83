import type { HttpAnswer } from './exchange.ts';

/** How far the cloud's clock is ahead of ours, as its `Date` headers show it. */
export interface CloudClock {
  /** Ms to add to our clock; 0 until an answer was seen. */
  skewMs(): number;
  observe(answer: HttpAnswer): void;
}

/**
 * A `Date` header has whole seconds, so that one answer bounds the skew only to a second and the time under way. Every answer narrows
 * the bounds; one that contradicts them (a clock was set) starts anew. As long as the bounds allow 0, the clocks are taken
 * to agree.
 */
export function createCloudClock(): CloudClock {
  let lowMs = Number.NEGATIVE_INFINITY;
  let highMs = Number.POSITIVE_INFINITY;
  return {
    skewMs() {
      if (lowMs <= 0 && highMs >= 0) return 0;
      return Math.round((lowMs + highMs) / 2);
    },
    observe(answer) {
      const shownMs = Date.parse(answer.header('date') ?? '');
      if (Number.isNaN(shownMs)) return;
      // It was written between sending and receiving, and says up to 999 ms less than it was.
      const low = shownMs - answer.receivedAt.getTime();
      const high = shownMs + 999 - answer.sentAt.getTime();
      const isContradiction = low > highMs || high < lowMs;
      lowMs = isContradiction ? low : Math.max(lowMs, low);
      highMs = isContradiction ? high : Math.min(highMs, high);
    },
  };
}
