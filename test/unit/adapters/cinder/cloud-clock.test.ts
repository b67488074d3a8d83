import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCloudClock } from '../../../../lambdas/adapters/cinder/cloud-clock.ts';
import type { HttpAnswer } from '../../../../lambdas/adapters/cinder/exchange.ts';

/** An answer that a cloud, so far ahead of us, writes `underwayMs` after we asked and we read as much later. */
function answerAt(sentMs: number, skewMs: number, underwayMs: number): HttpAnswer {
  const written = new Date(sentMs + underwayMs + skewMs).toUTCString();
  return {
    status: 200,
    header: (name) => (name === 'date' ? written : undefined),
    body: '',
    sentAt: new Date(sentMs),
    receivedAt: new Date(sentMs + 2 * underwayMs),
  };
}

const START_MS = Date.UTC(2026, 10, 23, 12, 0, 0, 123);

describe("the cloud's clock", () => {
  it('is ours until the cloud has shown it', () => {
    expect(createCloudClock().skewMs()).toBe(0);
  });

  it('is ours as long as its headers, which have whole seconds, do not contradict', () => {
    const clock = createCloudClock();
    for (let at = 0; at < 5_000; at += 137) clock.observe(answerAt(START_MS + at, 0, 5));
    expect(clock.skewMs()).toBe(0);
  });

  it('is known to a second after any answer, however far it is from ours', () => {
    const skews = fc.integer({ min: -1e9, max: 1e9 });
    fc.assert(
      fc.property(skews, fc.nat(999), fc.nat(50), (skewMs, at, underwayMs) => {
        const clock = createCloudClock();
        clock.observe(answerAt(START_MS + at, skewMs, underwayMs));
        expect(Math.abs(clock.skewMs() - skewMs)).toBeLessThanOrEqual(1_000 + underwayMs);
      }),
    );
  });

  it('is known to some ten milliseconds after many answers', () => {
    const clock = createCloudClock();
    for (let at = 0; at < 20_000; at += 131) clock.observe(answerAt(START_MS + at, 7_300, 5));
    expect(Math.abs(clock.skewMs() - 7_300)).toBeLessThan(20);
  });

  it('is measured anew after it was set', () => {
    const clock = createCloudClock();
    for (let at = 0; at < 20_000; at += 131) clock.observe(answerAt(START_MS + at, 60_000, 5));
    for (let at = 20_000; at < 40_000; at += 131) clock.observe(answerAt(START_MS + at, -60_000, 5));
    expect(Math.abs(clock.skewMs() + 60_000)).toBeLessThan(20);
  });

  it.each([undefined, '', 'yesterday'])('learns nothing from the header %j', (date) => {
    const clock = createCloudClock();
    clock.observe({ ...answerAt(START_MS, 9_000, 5), header: () => date });
    expect(clock.skewMs()).toBe(0);
  });
});
