import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'vitest';

/** What a hook was asked, as it came over the wire. */
export interface HookQuestionBody {
  readonly deployment: string;
  readonly cloud: string;
  readonly policy?: string;
  readonly testId: string;
  readonly volumeId: string;
  readonly sizeGib: number;
  readonly backupId: string;
  readonly dataTimestampAt: string;
  readonly sourceVolumeId: string;
  readonly sourceVolumeName: string;
}

/** Status and body; or no answer at all. */
export type HookReply = readonly [status: number, body?: unknown] | 'hangs' | 'hangs up';

export interface HookServer {
  readonly url: string;
  readonly questions: readonly HookQuestionBody[];
  reply: (question: HookQuestionBody) => HookReply | Promise<HookReply>;
  close(): Promise<void>;
}

export const PASS: HookReply = [200, { pass: true }];

/** Opens hooks that are closed after each test. */
export function useHooks(): (reply?: HookServer['reply']) => Promise<HookServer> {
  const opened: HookServer[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((hook) => hook.close()));
  });
  return async (reply) => {
    const hook = await openHook(reply);
    opened.push(hook);
    return hook;
  };
}

/** Its URL has something in it that nobody is to read. */
export async function openHook(reply: HookServer['reply'] = () => PASS): Promise<HookServer> {
  const questions: HookQuestionBody[] = [];
  const server = createServer(async (request, response) => {
    const question = JSON.parse(await readBody(request));
    questions.push(question);
    write(await hook.reply(question), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const hook: HookServer = {
    url: `http://127.0.0.1:${port}/restored?key=s3cret`,
    questions,
    reply,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return hook;
}

function write(reply: HookReply, response: ServerResponse): void {
  if (reply === 'hangs') return;
  if (reply === 'hangs up') {
    response.destroy();
    return;
  }
  const [status, body] = reply;
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
