/** Longest text of a fault that goes into a message: enough for every sentence of Cinder's own, too little for a page of HTML. */
const MAX_FAULT_CHARACTERS = 400;

/** Cinder (or something before it) answered, with a status that the call does not expect. */
export class CinderResponseError extends Error {
  override readonly name = 'CinderResponseError';
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly requestId: string | undefined;
  /** The fault's sentence, on one line and capped. */
  readonly fault: string;

  constructor(details: {
    readonly method: string;
    readonly path: string;
    readonly status: number;
    readonly requestId?: string | undefined;
    readonly fault: string;
  }) {
    const fault = capText(details.fault);
    const request = details.requestId === undefined ? '' : ` (${capText(details.requestId)})`;
    super(`${details.method} ${details.path}: ${details.status} ${fault}${request}`);
    this.method = details.method;
    this.path = details.path;
    this.status = details.status;
    this.requestId = details.requestId;
    this.fault = fault;
  }
}

/** An answer that no Cinder or Keystone gives: not JSON, a field of another shape, a page link that loops. Names what was wrong. */
export class CinderProtocolError extends Error {
  override readonly name = 'CinderProtocolError';
  /** Whether it answered the call itself, which may thus have been done; false while a token or the endpoint was looked for. */
  readonly sent: boolean;

  constructor(message: string, options: { readonly sent?: boolean; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.sent = options.sent ?? true;
  }
}

export function isStatus(error: unknown, status: number): error is CinderResponseError {
  return error instanceof CinderResponseError && error.status === status;
}

/** One line, no control characters, at most 400 characters. */
export function capText(text: string): string {
  const line = text
    .slice(0, MAX_FAULT_CHARACTERS * 4)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
  return line.length <= MAX_FAULT_CHARACTERS ? line : `${line.slice(0, MAX_FAULT_CHARACTERS - 1)}…`;
}
