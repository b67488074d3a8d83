import { setTimeout as wait } from 'node:timers/promises';

const FIRST_MS = 50;
const LONGEST_MS = 5_000;
/** A table that grows into its load needs minutes for it; whoever writes has no better use for the time. */
const PATIENCE_MS = 300_000;

/** By name: the client's classes for these differ from operation to operation. */
const THROTTLED: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
]);

/**
 * Makes a request, and again while DynamoDB says that it comes too fast. The client's own few attempts and its budget for them are
 * meant for an exception; writing a large slot is held to the pace of the table for minutes. Back-off with full jitter, in real time.
 *
 * Only what was refused is repeated, so nothing is done twice.
 *
 * @throws whatever else the request throws; the refusal, after five minutes of it.
 */
export async function whenThrottledAgain<Answer>(request: () => Promise<Answer>): Promise<Answer> {
  const giveUpAtMs = performance.now() + PATIENCE_MS;
  for (let tries = 0; ; tries += 1) {
    try {
      return await request();
    } catch (error) {
      if (!isThrottled(error) || performance.now() >= giveUpAtMs) throw error;
    }
    await wait(Math.random() * Math.min(LONGEST_MS, FIRST_MS * 2 ** tries));
  }
}

function isThrottled(error: unknown): boolean {
  return error instanceof Error && THROTTLED.has(error.name);
}
