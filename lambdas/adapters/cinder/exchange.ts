import type { Dispatcher } from 'undici';
import type { Clock } from '../../app/ports.ts';
import { ExchangeHandler } from './exchange-handler.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Scheme, host and port. */
  readonly origin: string;
  /** With the query. */
  readonly target: string;
  /** What errors and metrics call it: no host, no query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Whether a page of a list is asked for, which may be large; nothing else may. */
  readonly isPage?: boolean | undefined;
  /** Asked when the request has its connection; nothing is written if it says no. */
  readonly mayBeSent?: (() => boolean) | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** By its name in lower case; of a repeated one the first. */
  header(name: string): string | undefined;
  readonly body: string;
  /** On our clock: when the request went out and when the answer was complete. */
  readonly sentAt: Date;
  readonly receivedAt: Date;
}

/** One request, one answer of whatever status; no repetition, no redirect. */
export type Exchange = (request: HttpRequest) => Promise<HttpAnswer>;

export interface ExchangeEvent {
  readonly method: string;
  readonly path: string;
  /** Absent when there was no answer. */
  readonly status?: number;
  /** Real time from handing the request over to the end of the answer. */
  readonly ms: number;
}

export interface ExchangeOptions {
  readonly dispatcher: Dispatcher;
  /** Real time from sending a request to the last byte of its answer. */
  readonly answerMs: number;
  readonly maxPageBytes: number;
  readonly maxAnswerBytes: number;
  readonly clock: Clock;
  readonly onExchange?: ((event: ExchangeEvent) => void) | undefined;
  /** +1 when an exchange begins, -1 when it has ended. */
  readonly onPending?: ((change: 1 | -1) => void) | undefined;
}

/**
 * The exchange fails with a `CloudUnreachableError` when there is no connection or no complete answer in time; its `sent` is false
 * only if no byte of the request had been written. It fails with a `ChangeNotAllowedError` when the request may not be written, and
 * with a `CinderProtocolError` when the answer is larger than the limit.
 */
export function createExchange(options: ExchangeOptions): Exchange {
  const { dispatcher, onExchange, onPending } = options;
  return (request) =>
    new Promise((resolve, reject) => {
      const { method, origin, target: path, headers, body = null } = request;
      const startedAtMs = performance.now();
      onPending?.(1);
      const handler = new ExchangeHandler(request, options, (answer, status) => {
        onPending?.(-1);
        onExchange?.({
          method,
          path: request.path,
          ms: performance.now() - startedAtMs,
          ...(status !== undefined && { status }),
        });
        if (answer instanceof Error) reject(answer);
        else resolve(answer);
      });
      dispatcher.dispatch({ origin, path, method, headers, body }, handler);
    });
}
