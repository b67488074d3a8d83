import { CloudRefusedCredentialsError } from '../../app/ports.ts';
import { type Answer, toResponseError } from './answers.ts';
import type { CloudClock } from './cloud-clock.ts';
import { type Connection, findConnection } from './connection.ts';
import type { CloudCredentials, EndpointInterface } from './credentials.ts';
import type { CredentialsSource } from './credentials-source.ts';
import { CinderProtocolError } from './errors.ts';
import type { Exchange, HttpRequest } from './exchange.ts';
import { authenticate, redacting, type Token } from './keystone.ts';
import { type RetryOptions, retrying } from './retry.ts';
import { asUnsent } from './sent.ts';
import { createTokenSource, type TokenUse } from './token-source.ts';

export interface Call {
  readonly method: HttpRequest['method'];
  /** Below the endpoint: `/backups/detail`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Whether a page of a list is asked for. */
  readonly isPage?: boolean;
  /** What the token is for, default `this-call`. */
  readonly tokenUse?: TokenUse;
  /** Asked when the request is about to be written. */
  readonly mayBeSent?: () => boolean;
}

export interface CinderSession {
  /** Asked once; asked again after it failed, and after the cloud refused the microversion or the project changed. */
  identify(): Promise<Connection>;
  /**
   * Makes the call with a token and the microversion. GET and DELETE are repeated while the failure may pass; a POST is only
   * repeated when it was certainly not done: 401, or never sent.
   *
   * @returns an answer of whatever status, but never 3xx or 401.
   * @throws {CloudUnreachableError} no answer.
   * @throws {ChangeNotAllowedError} `mayBeSent` said no; the request was not written.
   * @throws {CloudRefusedCredentialsError} a fresh token was refused too.
   * @throws {CinderProtocolError} a redirect, an answer beyond all bounds, or (not `sent`) credentials that lead to another project now.
   */
  call(call: Call): Promise<Answer>;
}

export interface SessionOptions extends RetryOptions {
  readonly credentials: CredentialsSource;
  readonly region?: string | undefined;
  readonly interface: EndpointInterface;
  readonly exchange: Exchange;
  /** Before every request to Cinder. */
  readonly takeTurn: () => Promise<void> | undefined;
  readonly cloudClock: CloudClock;
}

export function createCinderSession(options: SessionOptions): CinderSession {
  const { credentials, exchange, takeTurn, cloudClock, clock, log } = options;
  const tokens = createTokenSource(fetchToken, clock, log);
  const ask = repeated(askOnce);
  let connecting: Promise<Connection> | undefined;

  async function askOnce(request: HttpRequest) {
    await takeTurn();
    const answer = await exchange(request);
    cloudClock.observe(answer);
    return answer;
  }

  /** For requests that may be made twice. */
  function repeated(send: Exchange): Exchange {
    return (request) => {
      const call = { label: `${request.method} ${request.path}`, isIdempotent: true };
      return retrying(call, () => send(request), options);
    };
  }

  function authenticateBy(given: CloudCredentials): Promise<Token> {
    return authenticate(given, repeated(exchange), clock);
  }

  /** Credentials that are refused may have been exchanged for others meanwhile. */
  async function fetchToken(): Promise<Token> {
    try {
      const known = await credentials.get();
      return await authenticateBy(known).catch(async (error: unknown) => {
        if (!(error instanceof CloudRefusedCredentialsError)) throw error;
        const others = await credentials.renew(known);
        if (others === undefined) throw error;
        log.info('the credentials were refused, using those that are there now');
        return authenticateBy(others);
      });
    } catch (error) {
      throw asUnsent(error);
    }
  }

  function connect(): Promise<Connection> {
    connecting ??= tokens
      .get()
      .then((token) => findConnection(token, { ...options, ask }))
      .catch((error: unknown) => {
        connecting = undefined;
        throw asUnsent(error);
      });
    return connecting;
  }

  async function callWithToken(call: Call, connection: Connection): Promise<Answer> {
    const token = await tokens.get(call.tokenUse);
    const first = await send(call, connection, token);
    if (first.status !== 401) return first;
    await tokens.reject(token);
    const second = await send(call, connection, await tokens.get(call.tokenUse));
    if (second.status !== 401) return second;
    throw new CloudRefusedCredentialsError(`a fresh token was refused: ${toResponseError(second).message}`);
  }

  async function send(call: Call, connection: Connection, token: Token): Promise<Answer> {
    if (token.projectId !== connection.projectId) {
      connecting = undefined;
      const change = `project ${token.projectId} now, it was ${connection.projectId}`;
      throw new CinderProtocolError(`${call.method} ${call.path}: the credentials lead to ${change}`, {
        sent: false,
      });
    }
    const { method, path } = call;
    const answer = await askOnce(toRequest(call, connection, token));
    return { ...answer, method, path, redact: redacting(token.id) };
  }

  return {
    identify: connect,
    async call(call) {
      const connection = await connect();
      const retried = { label: `${call.method} ${call.path}`, isIdempotent: call.method !== 'POST' };
      const answer = await retrying(retried, () => callWithToken(call, connection), options);
      if (answer.status === 406) connecting = undefined;
      if (answer.status >= 300 && answer.status < 400) throw redirected(answer);
      return answer;
    },
  };
}

function toRequest(call: Call, { endpoint, microversion }: Connection, token: Token): HttpRequest {
  const query = call.query === undefined ? '' : `?${new URLSearchParams(call.query)}`;
  const hasBody = call.body !== undefined;
  return {
    method: call.method,
    origin: endpoint.origin,
    target: `${endpoint.basePath}${call.path}${query}`,
    path: call.path,
    headers: {
      accept: 'application/json',
      'user-agent': 'cinderkeep',
      'openstack-api-version': `volume ${microversion}`,
      'x-auth-token': token.id,
      ...(hasBody && { 'content-type': 'application/json' }),
    },
    body: hasBody ? JSON.stringify(call.body) : undefined,
    isPage: call.isPage,
    mayBeSent: call.mayBeSent,
  };
}

/** Only the host is shown: the rest of a location may carry anything. */
function redirected(answer: Answer): CinderProtocolError {
  const location = answer.header('location') ?? '';
  const target = URL.canParse(location) ? new URL(location).origin : 'another path';
  return new CinderProtocolError(
    `${answer.method} ${answer.path}: ${answer.status} redirects to ${target}, which is not followed: the catalog's endpoint is not the service's own`,
  );
}
