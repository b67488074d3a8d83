import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerControl, isControlPath } from './control/control-endpoint.ts';
import type { Effect } from './faults/faults.ts';
import { isKeystonePath } from './keystone/keystone-api.ts';
import { BODY_BYTES_MAX, faultBody, serverFault } from './protocol/errors.ts';
import { type Delivery, deliver, type Exchange, PROMPT, type Reply } from './protocol/exchange.ts';
import { type Outcome, plainOutcome } from './protocol/outcome.ts';
import { describeVersions, discoveryHeaders } from './protocol/version-documents.ts';
import type { RequestLog } from './request-log.ts';
import type { CloudState } from './state/cloud-state.ts';
import { answerNeighbour, isNeighbourPath } from './surroundings/neighbours.ts';

export interface ServerParts {
  readonly cloud: CloudState;
  readonly answerCinder: (exchange: Exchange, nowMs: number) => Outcome;
  readonly answerKeystone: (exchange: Exchange, nowMs: number) => Outcome;
  readonly requests: RequestLog;
  /** The real-time delay of every Cinder answer, in milliseconds. */
  readonly latencyMs: () => number;
  /** Told of what is a defect of the embedded cloud itself; the client gets a 500. */
  readonly onDefect: (error: unknown) => void;
}

/**
 * The one HTTP server of the embedded cloud: Keystone below `/identity`, below `/embedded` what no real cloud has, and
 * Cinder in the rest.
 */
export function createCloudServer(parts: ServerParts): Server {
  const server = createServer((request, response) => {
    if (isControlPath(request.url)) {
      answerControl(parts.cloud, request, response).catch((error: unknown) => {
        parts.onDefect(error);
        response.destroy();
      });
      return;
    }
    readText(request, (body) => answer(parts, request, response, body));
  });
  server.keepAliveTimeout = 65_000;
  return server;
}

type Body = Pick<Exchange, 'bodyText' | 'isTooLarge'>;
const NO_BODY: Body = { bodyText: '', isTooLarge: false };

/** Takes the whole body in, as whoever sends it would not hear an answer before; of too large a one nothing is kept. */
function readText(request: IncomingMessage, then: (body: Body) => void): void {
  let chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) chunks = [];
    else chunks.push(chunk);
  });
  request.on('end', () => {
    if (bytes > BODY_BYTES_MAX) then({ bodyText: '', isTooLarge: true });
    else
      then(bytes === 0 ? NO_BODY : { bodyText: Buffer.concat(chunks).toString('utf8'), isTooLarge: false });
  });
}

function answer(parts: ServerParts, request: IncomingMessage, response: ServerResponse, body: Body): void {
  const exchange = toExchange(request, body);
  const nowMs = parts.cloud.settle();
  const date = dateText(nowMs);
  let outcome: Outcome;
  try {
    outcome = route(parts, exchange, nowMs);
    parts.cloud.commit();
  } catch (error) {
    parts.onDefect(error);
    const reply: Reply = { status: 500, headers: {}, body: faultBody(serverFault()) };
    outcome = plainOutcome('list-other', reply);
  }
  const { operation, reply, effects, isDropped } = outcome;
  const status = isDropped ? 0 : reply.status;
  parts.requests.add({ method: exchange.method, path: exchange.path, operation, status });
  if (isDropped) {
    response.destroy();
    return;
  }
  const isCinder = !isKeystonePath(exchange.path);
  deliver(response, reply, date, deliveryOf(effects, isCinder ? parts.latencyMs() : 0));
}

function route(parts: ServerParts, exchange: Exchange, nowMs: number): Outcome {
  const { path, origin, requestId } = exchange;
  if (isKeystonePath(path)) return parts.answerKeystone(exchange, nowMs);
  if (isNeighbourPath(path)) return answerNeighbour(parts.cloud, exchange, nowMs);
  if (path !== '/' && path !== '') return parts.answerCinder(exchange, nowMs);
  const body = describeVersions(origin, parts.cloud.settings.maxMinor);
  return plainOutcome('discover', { status: 300, headers: discoveryHeaders(requestId), body });
}

function deliveryOf(effects: readonly Effect[], latencyMs: number): Delivery {
  if (effects.length === 0 && latencyMs === 0) return PROMPT;
  const delayMs = effects.reduce((sum, effect) => sum + (effect.delayMs ?? 0), latencyMs);
  if (effects.some((effect) => effect.dropAnswer)) return { delayMs, cut: 'answer' };
  return { delayMs, cut: effects.some((effect) => effect.truncateBody) ? 'body' : 'nothing' };
}

function toExchange(request: IncomingMessage, body: Body): Exchange {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? '' : url.slice(mark + 1),
    origin: `http://${request.headers.host ?? '127.0.0.1'}`,
    requestId: `req-${randomUUID()}`,
    headers: request.headers,
    ...body,
  };
}

let lastSecond = Number.NaN;
let lastText = '';

/** The `Date` header is the cloud's own clock: by it a client can tell how far the two clocks are apart. */
function dateText(nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = new Date(nowMs).toUTCString();
  }
  return lastText;
}
