import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace: readonly string[];
}

export type Ending =
  | { readonly ending: 'answered'; readonly body: string }
  | { readonly ending: 'failed'; readonly error: FunctionError };

/** What Lambda's service is to a runtime. */
export interface RuntimeApi {
  /** `host:port`. */
  readonly address: string;
  /** Hands an event to the runtime as soon as that asks for one; resolves with what it makes of it. */
  hand(event: string, options: { readonly deadlineAtMs: number; readonly arn: string }): Promise<Ending>;
  /** Forgets the event that is being worked on, and the runtime that waits for another: it was killed. */
  forget(): void;
  close(): Promise<void>;
}

interface Task {
  readonly id: string;
  readonly event: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly end: (ending: Ending) => void;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  let waiting: ServerResponse | undefined;
  let queued: Task | undefined;
  let current: Task | undefined;

  function deliver(): void {
    if (waiting === undefined || queued === undefined) return;
    [current, queued] = [queued, undefined];
    waiting.writeHead(200, { 'content-type': 'application/json', ...current.headers }).end(current.event);
    waiting = undefined;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url?.replace('/2018-06-01/runtime', '') ?? '';
    if (path === '/invocation/next') {
      waiting = response;
      deliver();
      return;
    }
    const body = await text(request);
    response.writeHead(202).end('{"status":"OK"}');
    const task = current;
    if (path === '/init/error' || path === `/invocation/${task?.id}/error`) {
      (task ?? queued)?.end({ ending: 'failed', error: JSON.parse(body) });
    } else if (path === `/invocation/${task?.id}/response`) {
      task?.end({ ending: 'answered', body });
    }
    current = undefined;
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    hand(event, { deadlineAtMs, arn }) {
      return new Promise((end) => {
        const id = randomUUID();
        const headers = {
          'lambda-runtime-aws-request-id': id,
          'lambda-runtime-deadline-ms': String(deadlineAtMs),
          'lambda-runtime-invoked-function-arn': arn,
        };
        queued = { id, event, headers, end };
        deliver();
      });
    },
    forget() {
      [waiting, queued, current] = [undefined, undefined, undefined];
    },
    async close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
