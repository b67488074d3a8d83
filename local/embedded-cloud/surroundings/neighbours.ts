import { UNAUTHORIZED_BODY } from '../protocol/errors.ts';
import type { Exchange } from '../protocol/exchange.ts';
import { type Outcome, plainOutcome } from '../protocol/outcome.ts';
import type { CloudState } from '../state/cloud-state.ts';

interface Asked {
  readonly origin: string;
  /** What the path's variable part is. */
  readonly id: string;
}

interface NeighbourAnswer {
  readonly path: RegExp;
  readonly status?: number;
  readonly isOpen?: true;
  readonly body: (asked: Asked) => unknown;
}

/**
 * A Nova without servers and a Glance without images: the `openstack` command asks them for their share of limits and
 * quotas, and does not make a volume where it cannot find a service for images.
 */
const ANSWERS: readonly NeighbourAnswer[] = [
  { path: /^\/compute\/v2\.1\/?$/, isOpen: true, body: ({ origin }) => ({ version: novaVersion(origin) }) },
  { path: /^\/compute\/v2\.1\/limits$/, body: () => ({ limits: { rate: [], absolute: {} } }) },
  { path: /^\/compute\/v2\.1\/os-quota-sets\/([^/]+)$/, body: ({ id }) => ({ quota_set: { id } }) },
  { path: /^\/compute\/v2\.1\/servers(?:\/detail)?$/, body: () => ({ servers: [] }) },
  {
    path: /^\/image\/?$/,
    isOpen: true,
    status: 300,
    body: ({ origin }) => ({ versions: [glanceVersion(origin)] }),
  },
  { path: /^\/image\/v2\/images$/, body: () => ({ images: [] }) },
];

const novaVersion = (origin: string) => ({
  id: 'v2.1',
  status: 'CURRENT',
  version: '2.1',
  min_version: '2.1',
  links: [{ rel: 'self', href: `${origin}/compute/v2.1/` }],
});

const glanceVersion = (origin: string) => ({
  id: 'v2.0',
  status: 'CURRENT',
  links: [{ rel: 'self', href: `${origin}/image/v2/` }],
});

const NOTHING = {
  error: { code: 404, title: 'Not Found', message: 'The embedded cloud has no more of this service.' },
};

export const isNeighbourPath = (path: string): boolean => /^\/(compute|image)(\/|$)/.test(path);

export function answerNeighbour(cloud: CloudState, exchange: Exchange, nowMs: number): Outcome {
  const { path, method, headers, origin, requestId } = exchange;
  const reply = (status: number, body: unknown): Outcome =>
    plainOutcome('ask-neighbour', { status, headers: { 'X-Openstack-Request-Id': requestId }, body });
  const answer = ANSWERS.find(({ path: known }) => known.test(path));
  const text = headers['x-auth-token'];
  const token = typeof text === 'string' ? cloud.identity.tokens.find(text, nowMs) : undefined;
  if (token === undefined && answer?.isOpen === undefined) return reply(401, UNAUTHORIZED_BODY);
  if (method !== 'GET' || answer === undefined) return reply(404, NOTHING);
  const id = answer.path.exec(path)?.[1] ?? '';
  return reply(answer.status ?? 200, answer.body({ origin, id }));
}
