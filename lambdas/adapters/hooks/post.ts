import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/** A verdict is a line; nobody gets to fill our memory. */
export const LONGEST_ANSWER_BYTES = 65_536;

export interface Posted {
  readonly status: number;
  header(name: string): string | undefined;
  /** undefined: it is longer than `LONGEST_ANSWER_BYTES`. */
  readonly text: string | undefined;
}

/** It came to no answer; says why, and nothing of the URL. */
export class PostError extends Error {
  override readonly name = 'PostError';
}

/**
 * One POST of JSON. Not by `fetch`, which gives up on whoever thinks for five minutes: nothing but the signal ends it. Redirects are not
 * followed.
 *
 * @throws {PostError}
 */
export async function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<Posted> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  try {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        signal,
      };
      send(url, options, resolve).on('error', reject).end(body);
    });
    const text = await readText(answer);
    return {
      status: answer.statusCode ?? 0,
      header: (name) => [answer.headers[name] ?? []].flat()[0],
      text,
    };
  } catch (cause) {
    throw new PostError(describe(cause, signal), { cause });
  }
}

async function readText(answer: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += chunk.length;
    // To leave the loop ends the connection.
    if (bytes > LONGEST_ANSWER_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function describe(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) {
    const isLate = signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
    return isLate ? 'not in time' : 'the run had come to its end';
  }
  if (!(error instanceof Error)) return 'no reason given';
  return 'code' in error ? String(error.code) : error.message;
}
