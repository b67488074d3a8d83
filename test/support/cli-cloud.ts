import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startCli } from './cli.ts';

/** The contract of the line that `cinderkeep cloud` prints when it is ready. */
export interface ReadyLine {
  readonly auth_url: string;
  readonly username: string;
  readonly password: string;
  readonly project_name: string;
  readonly user_domain_name: string;
  readonly project_domain_name: string;
  readonly region_name: string;
  readonly admin: Readonly<Record<string, string>>;
}

export interface CliCloud {
  readonly process: ChildProcess;
  readonly ready: ReadyLine;
  /** With which the other commands reach it. */
  readonly env: Readonly<Record<string, string>>;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
}

/** Starts `cinderkeep cloud` in a process of its own and waits until it is ready. */
export async function startCliCloud(args: readonly string[] = []): Promise<CliCloud> {
  const process = startCli(['cloud', ...args]);
  if (process.stdout === null) throw new Error('the process has no stdout');
  const [line] = await once(createInterface(process.stdout), 'line');
  const ready: ReadyLine = JSON.parse(line);
  return {
    process,
    ready,
    env: {
      OS_AUTH_URL: ready.auth_url,
      OS_USERNAME: ready.username,
      OS_PASSWORD: ready.password,
      OS_PROJECT_NAME: ready.project_name,
      OS_USER_DOMAIN_NAME: ready.user_domain_name,
      OS_PROJECT_DOMAIN_NAME: ready.project_domain_name,
      OS_REGION_NAME: ready.region_name,
    },
    async stop() {
      const ended = once(process, 'exit');
      process.kill('SIGTERM');
      const [code] = await ended;
      return code;
    },
  };
}
