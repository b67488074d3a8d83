import type { Dispatcher } from 'undici';
import { ChangeNotAllowedError, CloudUnreachableError } from '../../app/ports.ts';
import { CinderProtocolError } from './errors.ts';
import type { ExchangeOptions, HttpAnswer, HttpRequest } from './exchange.ts';

type Headers = Readonly<Record<string, string | string[] | undefined>>;
type Controller = Dispatcher.DispatchController;
/** Told once, with what came of it, and with the status if one was received. */
type Settle = (result: HttpAnswer | Error, status: number | undefined) => void;

/** What becomes of one request, from the moment it gets a connection: undici calls the methods. */
export class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #request: HttpRequest;
  readonly #options: ExchangeOptions;
  readonly #settle: Settle;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #sentAt: Date | undefined;
  #timer: NodeJS.Timeout | undefined;
  #status: number | undefined;
  #headers: Headers = {};
  #isOver = false;

  constructor(request: HttpRequest, options: ExchangeOptions, settle: Settle) {
    this.#request = request;
    this.#options = options;
    this.#settle = settle;
  }

  /** Called when the request is about to be written, and not while it waits for a connection. */
  onRequestStart(controller: Controller): void {
    const { answerMs, clock } = this.#options;
    if (this.#request.mayBeSent?.() === false) {
      const message = `${this.#label}: not sent, as the right to do so has run out`;
      this.#abort(controller, new ChangeNotAllowedError(message));
      return;
    }
    this.#sentAt = clock.now();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const message = `${this.#label}: no answer within ${answerMs} ms`;
      this.#abort(controller, new CloudUnreachableError(message, { sent: true }));
    }, answerMs);
  }

  onResponseStart(_controller: Controller, status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    const { maxPageBytes, maxAnswerBytes } = this.#options;
    const maxBytes = this.#request.isPage ? maxPageBytes : maxAnswerBytes;
    this.#bytes += chunk.length;
    if (this.#bytes <= maxBytes) this.#chunks.push(chunk);
    else {
      const message = `${this.#label}: the answer is larger than ${maxBytes} bytes`;
      this.#abort(controller, new CinderProtocolError(message));
    }
  }

  onResponseEnd(): void {
    const headers = this.#headers;
    const receivedAt = this.#options.clock.now();
    this.#end({
      status: this.#status ?? 0,
      header: (name) => firstOf(headers[name]),
      body: textOf(this.#chunks),
      sentAt: this.#sentAt ?? receivedAt,
      receivedAt,
    });
  }

  onResponseError(_controller: Controller, error: Error): void {
    const message = `${this.#label}: ${this.#request.origin} gave no answer: ${reasonOf(error)}`;
    this.#end(new CloudUnreachableError(message, { sent: this.#sentAt !== undefined, cause: error }));
  }

  get #label(): string {
    return `${this.#request.method} ${this.#request.path}`;
  }

  #abort(controller: Controller, error: Error): void {
    this.#end(error);
    controller.abort(error);
  }

  #end(result: HttpAnswer | Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#settle(result, this.#status);
  }
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return (chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks)).toString('utf8');
}

/** The attempts on several addresses of one name come as one error without a text. */
function reasonOf(error: Error): string {
  if (error.message !== '') return error.message;
  const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  if (first instanceof Error) return first.message;
  return 'code' in error ? String(error.code) : error.name;
}
