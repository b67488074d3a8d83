import type { Effect } from '../faults/faults.ts';
import { TOO_LARGE_BODY } from '../protocol/errors.ts';
import type { Exchange, Reply } from '../protocol/exchange.ts';
import { type Outcome, plainOutcome, takeAnswerFaults } from '../protocol/outcome.ts';
import { createRouter, type RouteMatch } from '../protocol/router.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { KeystoneAnswer, KeystoneCall, KeystoneRoute } from './call.ts';
import { KeystoneRefusal, missing, refusalBody } from './errors.ts';
import { KEYSTONE_ROUTES } from './routes.ts';
import { describeKeystoneVersions } from './version-documents.ts';

/** Keystone is in its own part of the cloud's one port. */
export const isKeystonePath = (path: string): boolean =>
  path === '/identity' || path.startsWith('/identity/');

const NO_ROUTE_PAGE =
  '<!doctype html>\n<html lang=en>\n<title>404 Not Found</title>\n<h1>Not Found</h1>\n<p>The requested URL was not ' +
  'found on the server. If you entered the URL manually please check your spelling and try again.</p>\n';

/**
 * Answers a request to Keystone, checking in Keystone's order: body, route, method, token, and then what the operation
 * itself finds wrong.
 */
export function createKeystoneApi(cloud: CloudState): (exchange: Exchange, nowMs: number) => Outcome {
  const router = createRouter(KEYSTONE_ROUTES);

  return (exchange, nowMs) => {
    if (exchange.isTooLarge) {
      return plainOutcome('other-identity', { status: 413, headers: {}, body: TOO_LARGE_BODY });
    }
    const segments = segmentsOf(exchange.path);
    const { method } = exchange;
    if (segments === 'root') {
      return plainOutcome('discover', toReply(exchange, describeKeystoneVersions(exchange.origin)));
    }
    const found =
      router.find(method, segments) ?? (method === 'HEAD' ? router.find('GET', segments) : undefined);
    if (found === undefined) {
      return plainOutcome('other-identity', noRoute(exchange, router.methodsOf(segments)));
    }
    return perform(cloud, exchange, found, nowMs);
  };
}

/** Does the work of a call between the faults that strike before it and those that strike its answer. */
function perform(
  cloud: CloudState,
  exchange: Exchange,
  { route, params }: RouteMatch<KeystoneRoute>,
  nowMs: number,
): Outcome {
  const { operation } = route;
  const { method, path } = exchange;
  const unknown = { volumeId: undefined, volumeName: undefined, incremental: undefined };
  const effects = takeAnswerFaults(cloud.faults, () => ({ operation, method, path, ...unknown }));
  if (effects.some((effect) => effect.dropRequest)) {
    return { operation, reply: { status: 0, headers: {} }, effects, isDropped: true };
  }
  const answer =
    refusedAnswer(effects) ?? answerOf(() => route.handle(toCall(cloud, exchange, params, nowMs)), exchange);
  return { operation, reply: toReply(exchange, answer), effects, isDropped: false };
}

function refusedAnswer(effects: readonly Effect[]): KeystoneAnswer | undefined {
  const refusal = effects.find((effect) => effect.refuse)?.refuse;
  if (refusal === undefined) return undefined;
  const { status, message = 'injected fault', retryAfterSeconds } = refusal;
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  return { status, headers, body: refusalBody(new KeystoneRefusal(status, message)) };
}

function answerOf(handle: () => KeystoneAnswer, { origin }: Exchange): KeystoneAnswer {
  try {
    return handle();
  } catch (error) {
    if (!(error instanceof KeystoneRefusal)) throw error;
    const headers: Record<string, string> =
      error.status === 401 ? { 'WWW-Authenticate': `Keystone uri="${origin}/identity/v3"` } : {};
    return { status: error.status, headers, body: refusalBody(error) };
  }
}

function toCall(
  cloud: CloudState,
  exchange: Exchange,
  params: readonly string[],
  nowMs: number,
): KeystoneCall {
  const { method, origin, path, query, headers } = exchange;
  return {
    cloud,
    method,
    origin,
    url: `${origin}${path}${query === '' ? '' : `?${query}`}`,
    params,
    query: new URLSearchParams(query),
    body: readJson(exchange),
    callerText: single(headers['x-auth-token']),
    subjectText: single(headers['x-subject-token']),
    heedsAccessRules: headers['openstack-identity-access-rules'] !== undefined,
    nowMs,
  };
}

/** @throws {KeystoneRefusal} 400. An empty body, or one of no declared type that is no JSON, is none. */
function readJson({ bodyText, headers }: Exchange): unknown {
  if (bodyText === '') return undefined;
  const contentType = headers['content-type']?.split(';')[0]?.trim();
  if (contentType !== undefined && contentType !== 'application/json') {
    throw missing('application/json', 'Content-Type header');
  }
  try {
    return JSON.parse(bodyText);
  } catch (error) {
    if (error instanceof SyntaxError) throw missing('valid JSON', 'request body');
    throw error;
  }
}

function noRoute(exchange: Exchange, methods: readonly string[]): Reply {
  if (methods.length === 0) {
    const headers = { 'Content-Type': 'text/html; charset=utf-8' };
    return { ...toReply(exchange, { status: 404, headers }), text: NO_ROUTE_PAGE };
  }
  const allowed = ['OPTIONS', ...methods, ...(methods.includes('GET') ? ['HEAD'] : [])];
  const headers = { Allow: allowed.join(', ') };
  return exchange.method === 'OPTIONS'
    ? toReply(exchange, { status: 200, headers })
    : toReply(exchange, {
        status: 405,
        headers,
        body: { message: 'The method is not allowed for the requested URL.' },
      });
}

function toReply({ requestId }: Exchange, { headers, ...answer }: KeystoneAnswer): Reply {
  return { ...answer, headers: { Vary: 'X-Auth-Token', ...headers, 'x-openstack-request-id': requestId } };
}

/** The segments below `/identity/v3`; `root` above it. */
function segmentsOf(path: string): readonly string[] | 'root' {
  const below = path.slice('/identity'.length).replace(/^\//, '');
  if (below === '') return 'root';
  const [version, ...segments] = below.split('/');
  if (segments.at(-1) === '') segments.pop();
  return version === 'v3' ? segments : ['', ...segments];
}

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value[0] : value;
