import { subjectOf } from '../faults/fault-subjects.ts';
import type { FaultSubject } from '../faults/faults.ts';
import { isAllowed } from '../identity/access-rules.ts';
import type { Token } from '../identity/tokens.ts';
import { CINDER_TYPES } from '../keystone/service-catalog.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { Answer, Call, Route } from './call.ts';
import {
  badRequest,
  faultBody,
  MALFORMED,
  NO_ROUTE_BODY,
  Refusal,
  serverFault,
  TOO_LARGE_BODY,
  UNAUTHORIZED_BODY,
} from './errors.ts';
import type { Exchange, Reply } from './exchange.ts';
import { LinkBuilder } from './links.ts';
import { negotiate, VersionRefusal } from './microversion.ts';
import { nameOperation } from './operations.ts';
import { type Outcome, plainOutcome, takeAnswerFaults } from './outcome.ts';
import { createRouter } from './router.ts';
import { describeVersions, discoveryHeaders } from './version-documents.ts';

const HTML = 'text/html; charset=UTF-8';
const PROJECT_ID = /^[0-9a-f-]{8,}$/;

/**
 * Answers a request to Cinder, checking in Cinder's order: token, route, version, content type, body, project, and
 * then what the operation itself finds wrong.
 *
 * @see cinder/api/openstack/wsgi.py Resource.__call__ and _process_stack
 */
export function createCinderApi(
  cloud: CloudState,
  routes: readonly Route[],
): (exchange: Exchange, nowMs: number) => Outcome {
  const router = createRouter(routes);

  return (exchange, nowMs) => {
    if (exchange.method === 'OPTIONS') return plainOutcome('discover', answerBrowser(exchange));
    const segments = segmentsOf(exchange.path);
    if (segments === undefined) return plainOutcome('list-other', noRoute(exchange));
    if (exchange.isTooLarge) return plainOutcome('list-other', tooLarge(exchange));
    const token = findToken(cloud, exchange, nowMs);
    if (token === undefined) return plainOutcome('list-other', unauthorized(exchange));
    if (segments.length === 1 && segments[0] === '') {
      const body = describeVersions(exchange.origin, cloud.settings.maxMinor);
      return plainOutcome('discover', {
        status: 200,
        headers: discoveryHeaders(exchange.requestId),
        body,
      });
    }
    const projectInUrl = projectOf(segments, cloud);
    const found = router.find(exchange.method, projectInUrl === '' ? segments : segments.slice(1));
    if (found === undefined) return plainOutcome('list-other', noRoute(exchange));
    const { route, params } = found;
    let { operation } = route;
    let headers = idHeaders(exchange);
    try {
      const version = negotiate(header(exchange, 'openstack-api-version'), cloud.settings.maxMinor);
      headers = { ...headers, ...versionHeaders(`3.${version}`) };
      const body = readBody(exchange);
      operation = nameOperation(operation, body);
      const { project } = token;
      if (projectInUrl !== '' && projectInUrl !== project?.id) throw badRequest('Malformed request url');
      if (body !== undefined && !TAKES_BODY.has(exchange.method)) throw badRequest(MALFORMED);
      // A token for no project gets as far as the policies.
      if (project === undefined) throw new Refusal(403, 'Not authorized.');
      let subject: FaultSubject | undefined;
      const call: Call = {
        cloud,
        caller: {
          userId: token.user.id,
          projectId: project.id,
          isAdmin: token.roles.includes('admin'),
          token,
        },
        version,
        operation,
        params,
        query: new URLSearchParams(exchange.query.replaceAll(';', '&')),
        body,
        ifMatch: header(exchange, 'if-match'),
        links: new LinkBuilder(exchange.origin, projectInUrl),
        nowMs,
        requestId: exchange.requestId,
        takeFault: (...names) => {
          if (cloud.faults.isEmpty) return undefined;
          subject ??= subjectOf(call, exchange);
          return cloud.faults.take(names, subject)[0];
        },
      };
      return perform(call, exchange, route, headers);
    } catch (error) {
      return { operation, reply: refuse(error, exchange, headers), effects: [], isDropped: false };
    }
  };
}

/** The token of the request, unless its access rules allow something else only. */
function findToken(cloud: CloudState, { headers, method, path }: Exchange, nowMs: number): Token | undefined {
  const text = headers['x-auth-token'];
  const rememberMs = cloud.settings.tokenMemorySeconds * 1000;
  const token =
    typeof text === 'string' ? cloud.identity.tokens.findAsCinder(text, nowMs, rememberMs) : undefined;
  const rules = token?.applicationCredential?.access_rules;
  return rules === undefined || isAllowed(rules, CINDER_TYPES, method, path) ? token : undefined;
}

/** Does the work of a call between the faults that strike before it and those that strike its answer. */
function perform(
  call: Call,
  exchange: Exchange,
  route: Route,
  headers: Readonly<Record<string, string>>,
): Outcome {
  const { faults } = call.cloud;
  const { operation } = call;
  const effects = takeAnswerFaults(faults, () => subjectOf(call, exchange));
  const reply = { status: 202, headers };
  if (effects.some((effect) => effect.dropRequest)) return { operation, reply, effects, isDropped: true };
  const refusal = effects.find((effect) => effect.refuse)?.refuse;
  try {
    if (refusal !== undefined) {
      throw new Refusal(refusal.status, refusal.message ?? 'injected fault', refusal.retryAfterSeconds);
    }
    const answer: Answer = route.handle(call);
    const given = answer.isBare ? bareHeaders(headers) : headers;
    const reply = { ...answer, headers: { ...given, ...answer.headers } };
    return { operation, reply, effects, isDropped: false };
  } catch (error) {
    return { operation, reply: refuse(error, exchange, headers), effects, isDropped: false };
  }
}

/** Turns a refusal into its reply; anything else is a defect of ours and goes on up. */
function refuse(error: unknown, exchange: Exchange, headers: Readonly<Record<string, string>>): Reply {
  if (!(error instanceof Refusal)) throw error;
  if (error.status === 401) return unauthorized(exchange);
  const retry: Record<string, string> =
    error.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(error.retryAfterSeconds) };
  const version =
    error instanceof VersionRefusal && error.echoed !== undefined ? versionHeaders(error.echoed) : {};
  return { status: error.status, headers: { ...headers, ...version, ...retry }, body: faultBody(error) };
}

/**
 * The part that looks after browsers makes a 200 of every refusal of an OPTIONS.
 *
 * @see oslo_middleware/cors.py CORS._apply_cors_preflight_headers; observed on Cinder 21.3.1 (Zed)
 */
function answerBrowser({ requestId }: Exchange): Reply {
  return { status: 200, headers: { 'X-Openstack-Request-Id': requestId }, text: '' };
}

function noRoute({ method, requestId }: Exchange): Reply {
  const headers = { 'X-Openstack-Request-Id': requestId };
  if (method !== 'HEAD') return { status: 404, headers, body: NO_ROUTE_BODY };
  return { status: 404, headers: { ...headers, 'Content-Type': HTML } };
}

function tooLarge({ requestId }: Exchange): Reply {
  return { status: 413, headers: { 'X-Openstack-Request-Id': requestId }, body: TOO_LARGE_BODY };
}

function unauthorized(exchange: Exchange): Reply {
  const headers = {
    'Www-Authenticate': `Keystone uri="${exchange.origin}/identity/"`,
    'X-Openstack-Request-Id': exchange.requestId,
  };
  return { status: 401, headers, body: UNAUTHORIZED_BODY };
}

/**
 * The segments after `/v3`; none of another path. They are cut when all is decoded, byte by byte, as WSGI has it; slashes in a row count
 * as one, and an ending `.json` as nothing.
 */
function segmentsOf(path: string): string[] | undefined {
  const plain = path.includes('%') ? path.replace(/%([0-9a-f]{2})/gi, (_, hex) => byteOf(hex)) : path;
  const [root, version, ...segments] = plain.replace(/\/{2,}/g, '/').split('/');
  if (root !== '' || version !== 'v3') return undefined;
  const last = segments.at(-1) ?? '';
  return [...segments.slice(0, -1), last.endsWith('.json') ? last.slice(0, -'.json'.length) : last];
}

const byteOf = (hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));

/** The project id that a URL may begin with; none when its first segment is a collection. */
function projectOf(segments: readonly string[], cloud: CloudState): string {
  const [first = ''] = segments;
  return cloud.identity.getProject(first) !== undefined || PROJECT_ID.test(first) ? first : '';
}

/** The rest of Cinder's methods fail over a body. */
const TAKES_BODY: ReadonlySet<string> = new Set(['POST', 'PUT']);

/** @throws {Refusal} 415 or 400. */
function readBody(exchange: Exchange): unknown {
  const { method, bodyText } = exchange;
  const contentType = header(exchange, 'content-type')?.split(';')[0]?.trim();
  if (!TAKES_BODY.has(method) && (bodyText === '' || contentType === undefined)) return undefined;
  if (bodyText === '' || contentType === undefined) throw serverFault();
  if (contentType !== 'application/json' && contentType !== 'application/vnd.openstack.volume+json') {
    throw new Refusal(415, 'Unsupported Content-Type');
  }
  try {
    return JSON.parse(bodyText);
  } catch (error) {
    if (error instanceof SyntaxError) throw badRequest('Malformed request body');
    throw error;
  }
}

function header(exchange: Exchange, name: string): string | undefined {
  const value = exchange.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function idHeaders(exchange: Exchange): Record<string, string> {
  return { 'X-Compute-Request-Id': exchange.requestId, 'X-Openstack-Request-Id': exchange.requestId };
}

/** The headers of an answer that passes Cinder's own code by. */
function bareHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const { 'X-Compute-Request-Id': _, ...others } = headers;
  return { ...others, 'Content-Type': HTML };
}

function versionHeaders(version: string): Record<string, string> {
  return { 'Openstack-Api-Version': `volume ${version}`, Vary: 'OpenStack-API-Version' };
}
