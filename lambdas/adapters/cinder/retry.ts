import { type Clock, CloudUnreachableError, type Log } from '../../app/ports.ts';
import type { HttpAnswer } from './exchange.ts';

const MAX_ATTEMPTS = 5;
const FIRST_BACKOFF_MS = 500;
const MAX_BACKOFF_MS = 20_000;
/** A server that asks for more is answered by the next run. */
const MAX_RETRY_AFTER_MS = 60_000;
/** What may pass by itself. A 413 is Cinder's quota and does not. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

export interface RetryOptions {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly log: Log;
}

/**
 * Makes an attempt, and further ones while it fails for a cause that may pass: at most 5, exponential back-off from 0.5 s to
 * 20 s with full jitter, never less than a `Retry-After` (up to 60 s).
 *
 * A call that is not idempotent is repeated only when its request was never written.
 *
 * @returns the last answer, whatever its status.
 * @throws {CloudUnreachableError} with `sent` if any attempt may have arrived.
 */
export async function retrying<A extends HttpAnswer>(
  call: { readonly label: string; readonly isIdempotent: boolean },
  attempt: () => Promise<A>,
  options: RetryOptions,
): Promise<A> {
  let wasSent = false;
  for (let attempts = 1; ; attempts += 1) {
    const result = await attempt().catch((error: unknown) => {
      if (!(error instanceof CloudUnreachableError)) throw error;
      return error;
    });
    const isLast = attempts === MAX_ATTEMPTS;
    if (result instanceof CloudUnreachableError) {
      wasSent ||= result.sent;
      if (isLast || (wasSent && !call.isIdempotent) || isLasting(result.cause)) {
        throw wasSent === result.sent
          ? result
          : new CloudUnreachableError(result.message, { sent: wasSent, cause: result });
      }
    } else {
      if (isLast || !call.isIdempotent || !PASSING_STATUSES.has(result.status)) return result;
      wasSent = true;
    }
    const waitMs = backoffMs(attempts, result, options);
    options.log.warn('cloud call failed, trying again', {
      call: call.label,
      failure: result instanceof CloudUnreachableError ? result.message : result.status,
      attempt: attempts,
      waitMs,
    });
    await options.clock.sleep(waitMs);
  }
}

function backoffMs(
  attempts: number,
  result: HttpAnswer | CloudUnreachableError,
  { clock, random }: RetryOptions,
): number {
  const ceilingMs = Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempts - 1));
  const jitteredMs = Math.round(random() * ceilingMs);
  const askedMs = result instanceof CloudUnreachableError ? 0 : retryAfterMs(result, clock);
  return Math.max(jitteredMs, Math.min(askedMs, MAX_RETRY_AFTER_MS));
}

/** Seconds, or a date, which is measured on the clock of the one who wrote it. */
function retryAfterMs(answer: HttpAnswer, clock: Clock): number {
  const text = answer.header('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const untilMs = Date.parse(text);
  if (Number.isNaN(untilMs)) return 0;
  const writtenMs = Date.parse(answer.header('date') ?? '');
  return Math.max(0, untilMs - (Number.isNaN(writtenMs) ? clock.now().getTime() : writtenMs));
}

/** Certificates that nobody vouches for, a client that was closed, a failure that was itself repeated before: the next attempt ends alike. */
function isLasting(cause: unknown): boolean {
  if (cause instanceof CloudUnreachableError) return true;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return /^(CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_|UND_ERR_(CLOSED|DESTROYED|INVALID_ARG|PRX_TLS))/.test(
    code,
  );
}
