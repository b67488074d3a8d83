import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request with its body read, as the two APIs take it. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly origin: string;
  readonly requestId: string;
  readonly headers: IncomingMessage['headers'];
  /** Empty where there is none, or too much of it. */
  readonly bodyText: string;
  /** Whether the body was larger than Cinder and Keystone read. */
  readonly isTooLarge: boolean;
}

/** What goes back: headers are complete but for length and date. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** What is sent instead of a JSON body. */
  readonly text?: string;
}

/** How an answer is spoilt on its way, or kept waiting. */
export interface Delivery {
  readonly delayMs: number;
  readonly cut: 'nothing' | 'answer' | 'body';
}

export const PROMPT: Delivery = { delayMs: 0, cut: 'nothing' };

/** Writes the reply after its delay; a cut answer ends in a closed connection. */
export function deliver(
  response: ServerResponse,
  reply: Reply,
  date: string,
  { delayMs, cut }: Delivery,
): void {
  if (delayMs > 0) {
    setTimeout(() => write(response, reply, date, cut), delayMs).unref();
    return;
  }
  write(response, reply, date, cut);
}

function write(response: ServerResponse, reply: Reply, date: string, cut: Delivery['cut']): void {
  if (response.destroyed) return;
  if (cut === 'answer') {
    response.destroy();
    return;
  }
  const text = reply.text ?? (reply.body === undefined ? '' : JSON.stringify(reply.body));
  const hasContent = reply.text !== '' && reply.status !== 204;
  const headers: Record<string, string | number> = {
    ...(hasContent && { 'Content-Type': 'application/json' }),
    ...reply.headers,
    Date: date,
  };
  if (reply.status !== 204) headers['Content-Length'] = Buffer.byteLength(text);
  response.writeHead(reply.status, headers);
  if (cut === 'body') {
    response.write(text.slice(0, text.length >> 1), () => response.destroy());
    return;
  }
  // As a string it leaves in one write together with the head.
  response.end(text);
}
