import type { Effect, EffectName } from '../faults/faults.ts';
import type { Token } from '../identity/tokens.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { LinkBuilder } from './links.ts';
import type { Minor } from './microversion.ts';
import type { Operation } from './operations.ts';

/** Who asks, as Cinder's request context has it. */
export interface Caller {
  readonly userId: string;
  readonly projectId: string;
  readonly isAdmin: boolean;
  readonly token: Token;
}

/** One request to Cinder, authenticated, routed, its version negotiated and its body read. */
export interface Call {
  readonly cloud: CloudState;
  readonly caller: Caller;
  readonly version: Minor;
  readonly operation: Operation;
  /** What the `:name` parts of the route matched, in order. */
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** The `If-Match` header. */
  readonly ifMatch: string | undefined;
  readonly links: LinkBuilder;
  readonly nowMs: number;
  readonly requestId: string;
  /** The first fault of these kinds that strikes this request's work. */
  readonly takeFault: (...names: EffectName[]) => Effect | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where Cinder's handler returns a bare response: nothing in it is called JSON, and it has only one request id. */
  readonly isBare?: true;
  /** The body of a bare response. */
  readonly text?: string;
}

export type Handler = (call: Call) => Answer;

export interface Route {
  readonly method: string;
  /** Segments below the project, `:id` for a variable one: `/backups/:id/restore`. */
  readonly path: string;
  readonly operation: Operation;
  readonly handle: Handler;
}
