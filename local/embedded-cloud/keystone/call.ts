import type { Token } from '../identity/tokens.ts';
import type { Operation } from '../protocol/operations.ts';
import type { CloudState } from '../state/cloud-state.ts';
import { couldNotFind, forbidden, unauthorized } from './errors.ts';

/** One request to Keystone, routed and its body read. */
export interface KeystoneCall {
  readonly cloud: CloudState;
  readonly method: string;
  /** `http://127.0.0.1:PORT`: where all services of the cloud are. */
  readonly origin: string;
  /** The address asked, query and all, as lists link to themselves. */
  readonly url: string;
  /** What the `:name` parts of the route matched, in order. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** `X-Auth-Token`: who asks. */
  readonly callerText: string | undefined;
  /** `X-Subject-Token`: the token that the request is about. */
  readonly subjectText: string | undefined;
  /** Whether the caller says that it heeds access rules. */
  readonly heedsAccessRules: boolean;
  readonly nowMs: number;
}

export interface KeystoneAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type KeystoneHandler = (call: KeystoneCall) => KeystoneAnswer;

export interface KeystoneRoute {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
  readonly handle: KeystoneHandler;
}

/** @throws {KeystoneRefusal} 401 without a valid token; 404 for one whose application credential is gone. */
export function callerOf({ cloud, callerText, nowMs }: KeystoneCall): Token {
  const token = cloud.identity.tokens.find(callerText ?? '', nowMs);
  if (token !== undefined) return token;
  refuseLostCredential(cloud, callerText ?? '');
  throw unauthorized();
}

/** @throws {KeystoneRefusal} 404 for a token of an application credential that somebody has deleted. */
export function refuseLostCredential({ identity }: CloudState, text: string): void {
  const id = identity.tokens.get(text)?.applicationCredential?.id;
  if (id === undefined || identity.applicationCredentials.get(id) !== undefined) return;
  throw couldNotFind('Application Credential', id);
}

/** Lets pass an administrator, and whoever else the rule lets; a rule that is not there lets nobody else. */
export function authorize(
  call: KeystoneCall,
  policy: string,
  isOwner: (caller: Token) => boolean = () => false,
) {
  const caller = callerOf(call);
  if (!caller.roles.includes('admin') && !isOwner(caller)) throw forbidden(`identity:${policy}`);
  return caller;
}

/** The address of something that Keystone knows, as its views link to it. */
export const linkTo = (call: KeystoneCall, path: string): string => `${call.origin}/identity/v3/${path}`;

/** A list as Keystone shows it: with filters of `name`, `domain_id` and `enabled`, and always in one page. */
export function listAnswer(
  call: KeystoneCall,
  name: string,
  views: readonly Readonly<Record<string, unknown>>[],
): KeystoneAnswer {
  const filters = [...call.query].filter(([key]) => FILTERS.has(key));
  const shown = views.filter((view) => filters.every(([key, wanted]) => fits(view[key], wanted)));
  return { status: 200, body: { [name]: shown, links: { next: null, self: call.url, previous: null } } };
}

const FILTERS = new Set(['name', 'domain_id', 'enabled']);

function fits(value: unknown, wanted: string): boolean {
  if (typeof value === 'boolean') return value === !/^(0|false|no)$/i.test(wanted);
  return String(value) === wanted;
}
