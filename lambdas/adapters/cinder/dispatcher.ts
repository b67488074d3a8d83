import type { Dispatcher } from 'undici';
import { Agent, Pool, ProxyAgent } from './undici-parts.ts';

/** As many connections as a cloud's API has workers for, and some; further requests wait their turn. */
const MAX_CONNECTIONS = 128;

export interface DispatcherOptions {
  readonly connectMs: number;
  /** PEM text that replaces the system's authorities. */
  readonly ca?: string | undefined;
  readonly proxyUrl?: string | undefined;
}

/**
 * Kept-alive connections to Keystone and Cinder, straight or through a proxy. Nothing is repeated or redirected here, and answers
 * have no time limit of their own: see `createExchange`.
 */
export function createDispatcher({ connectMs, ca, proxyUrl }: DispatcherOptions): Dispatcher {
  const tls = ca === undefined ? {} : { ca };
  const options = {
    connections: MAX_CONNECTIONS,
    // Shorter than any load balancer's idle time, so that a request seldom meets a connection that is being closed.
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    allowH2: false,
    connect: { timeout: connectMs, ...tls },
  };
  if (proxyUrl === undefined) return new Agent(options);
  const { connect: _direct, ...pool } = options;
  return new ProxyAgent({
    ...pool,
    uri: proxyUrl,
    connectTimeout: connectMs,
    proxyTls: tls,
    requestTls: tls,
    factory: (origin, given) => new Pool(origin, { ...pool, ...given }),
  });
}
