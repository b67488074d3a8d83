import { CinderProtocolError, CinderResponseError } from './errors.ts';
import type { HttpAnswer } from './exchange.ts';

/** An answer together with what was asked. */
export interface Answer extends HttpAnswer {
  readonly method: string;
  /** Below the endpoint, without a query. */
  readonly path: string;
  /** Takes out what must not appear in a message: a server may repeat our token. */
  readonly redact: (text: string) => string;
}

/** What Cinder says went wrong: `{"itemNotFound": {"code": 404, "message": "…"}}`. */
export interface Fault {
  /** `itemNotFound`, `badRequest`, `overLimit`, …; absent when it is not in Cinder's form (a proxy, an unknown route). */
  readonly name?: string;
  readonly message: string;
}

/** @throws {CinderResponseError} any status but the expected ones. */
export function expectStatus(answer: Answer, ...statuses: readonly number[]): void {
  if (!statuses.includes(answer.status)) throw toResponseError(answer);
}

export function toResponseError(answer: Answer): CinderResponseError {
  const { method, path, status } = answer;
  const requestId = answer.header('x-openstack-request-id') ?? answer.header('x-compute-request-id');
  return new CinderResponseError({
    method,
    path,
    status,
    requestId: requestId === undefined ? undefined : answer.redact(requestId),
    fault: readFault(answer).message,
  });
}

/** @throws {CinderProtocolError} the body is not JSON. */
export function readJson(answer: Answer): unknown {
  const type = answer.header('content-type') ?? 'nothing';
  const label = `${answer.method} ${answer.path}: ${answer.status}`;
  if (!/^application\/([\w.-]+\+)?json\b/i.test(type)) {
    throw new CinderProtocolError(
      `${label} with content type ${answer.redact(type).slice(0, 60)}, expected JSON`,
    );
  }
  try {
    return JSON.parse(answer.body);
  } catch {
    // The parser's message quotes the body.
    throw new CinderProtocolError(`${label} with ${answer.body.length} characters that are not valid JSON`);
  }
}

export function readFault(answer: Answer): Fault {
  return cinderFault(answer) ?? { message: answer.redact(plainText(answer.body)) || 'no explanation' };
}

function cinderFault(answer: Answer): Fault | undefined {
  let body: unknown;
  try {
    body = JSON.parse(answer.body);
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== 'object' || value === null || !('message' in value)) continue;
    if (typeof value.message === 'string') return { name, message: answer.redact(value.message) };
  }
  const { message } = body as { message?: unknown };
  return typeof message === 'string' ? { message: answer.redact(plainText(message)) } : undefined;
}

/** Pages of proxies come as HTML. */
function plainText(text: string): string {
  return text
    .slice(0, 4_000)
    .replace(/<(style|script)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .trim();
}
