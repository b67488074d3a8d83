import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ending, type RuntimeApi, startRuntimeApi } from './runtime-api.ts';

export interface FunctionPlace {
  readonly name: string;
  readonly arn: string;
  /** What is unpacked in `/var/task`. */
  readonly directory: string;
  readonly handler: string;
  readonly memoryMib: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
}

export type Outcome = Ending | { readonly ending: 'timed-out' };

/** A function as Lambda runs it: one process at a time, kept warm between invocations, killed when its time is over. */
export interface FunctionProcess {
  /** @param options.lateMs how much later than promised it is killed, for machines that are slow themselves. */
  invoke(
    event: unknown,
    options?: { readonly timeoutMs?: number; readonly lateMs?: number },
  ): Promise<Outcome>;
  /** What it has written so far. */
  readonly log: string;
  /** How many processes there have been. */
  readonly coldStarts: number;
  close(): Promise<void>;
}

const CLIENT = process.env.CINDERKEEP_RUNTIME_CLIENT;

export async function openFunction(place: FunctionPlace): Promise<FunctionProcess> {
  const api = await startRuntimeApi();
  let child: ChildProcess | undefined;
  let log = '';
  let coldStarts = 0;

  function start(): ChildProcess {
    coldStarts += 1;
    const started = spawn(process.execPath, [clientPath()], {
      cwd: place.directory,
      env: environmentOf(place, api),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const write = (chunk: Buffer) => {
      log += chunk.toString();
    };
    started.stdout.on('data', write);
    started.stderr.on('data', write);
    return started;
  }

  async function kill(): Promise<void> {
    const dying = child;
    child = undefined;
    api.forget();
    if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return;
    dying.kill('SIGKILL');
    await once(dying, 'exit');
  }

  return {
    get log() {
      return log;
    },
    get coldStarts() {
      return coldStarts;
    },
    async invoke(event, { timeoutMs = place.timeoutMs, lateMs = 0 } = {}) {
      if (child === undefined || child.exitCode !== null) {
        await kill();
        child = start();
      }
      const timer = new AbortController();
      const handed = api.hand(JSON.stringify(event), {
        deadlineAtMs: Date.now() + timeoutMs,
        arn: place.arn,
      });
      const timedOut = sleep(timeoutMs + lateMs, { ending: 'timed-out' } as const, { signal: timer.signal });
      const died = once(child, 'exit', { signal: timer.signal }).then(([code]) => toDeath(code, log));
      const outcome: Outcome = await Promise.race([handed, timedOut, died]);
      timer.abort();
      await Promise.allSettled([timedOut, died]);
      if (outcome.ending === 'timed-out') await kill();
      return outcome;
    },
    async close() {
      await kill();
      await api.close();
    },
  };
}

/** What Lambda says of a runtime that left. */
function toDeath(code: unknown, log: string): Ending {
  const errorMessage = `Runtime exited with exit status ${code}; it had written:\n${log}`;
  return { ending: 'failed', error: { errorType: 'Runtime.ExitError', errorMessage, trace: [] } };
}

function clientPath(): string {
  if (CLIENT === undefined)
    throw new Error('run this by `npm run test:runtime`, which brings the runtime client');
  return CLIENT;
}

/** What Lambda sets, and the function's own; nothing of this process, so that nothing of it can help. */
function environmentOf({ name, directory, handler, memoryMib, environment }: FunctionPlace, api: RuntimeApi) {
  return {
    PATH: '/usr/bin:/bin',
    TZ: ':UTC',
    AWS_LAMBDA_RUNTIME_API: api.address,
    LAMBDA_TASK_ROOT: directory,
    _HANDLER: handler,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memoryMib),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/25/[$LATEST]0123456789abcdef0123456789abcdef',
    // Else the client waits for its next event in native code, which does not come back here.
    AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: 'true',
    ...environment,
  };
}
