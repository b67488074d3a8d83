import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Invocation } from '../../../lambdas/runtime/invocation.ts';
import { BUNDLE_HANDLER } from '../../../lib/function-bundle.ts';
import { serve } from './serve.ts';

const INVOCATION: Invocation = {
  functionName: 'bench',
  awsRequestId: '00000000-0000-4000-8000-000000000000',
  logGroupName: 'bench',
  logStreamName: 'bench',
  getRemainingTimeInMillis: () => 900_000,
};

export interface FunctionStart {
  /** With its bundle. */
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

type Handler = (event: unknown, invocation: Invocation) => Promise<{ readonly summary: string }>;

let handler: Handler | undefined;
let loggedBytes = 0;

/** A bundled function in a process of its own, warm from its first invocation on. What it logs is counted and not shown. */
const handlers = {
  async start({ directory, env }: FunctionStart): Promise<void> {
    Object.assign(process.env, env);
    process.stdout.write = (chunk: string | Uint8Array) => {
      loggedBytes += chunk.length;
      return true;
    };
    const [file = '', name = ''] = BUNDLE_HANDLER.split('.');
    handler = (await import(pathToFileURL(join(directory, `${file}.mjs`)).href))[name];
  },

  /** @returns what it answered, and what that took of a whole processor. */
  async invoke(event: unknown) {
    if (handler === undefined) throw new Error('the function is not started');
    const [startedAt, loggedBefore] = [process.cpuUsage(), loggedBytes];
    const { summary } = await handler(event, INVOCATION);
    const { user, system } = process.cpuUsage(startedAt);
    return {
      summary,
      processorMs: (user + system) / 1000,
      loggedBytes: loggedBytes - loggedBefore,
      peakMib: process.resourceUsage().maxRSS / 1024,
    };
  },
};

export type FunctionHandlers = typeof handlers;

serve(handlers);
