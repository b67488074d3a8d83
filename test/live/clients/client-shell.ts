import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** Debian's own interpreter: the clients' packages belong to it. */
const PYTHON = '/usr/bin/python3';

type Environment = Readonly<Record<string, string>>;

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One of the two command-line clients, kept running. */
export interface ClientShell {
  /** Whatever comes of it. */
  run(...args: readonly string[]): Promise<Ran>;
  /** What it prints; @throws what it says when it fails. */
  text(...args: readonly string[]): Promise<string>;
  /** What it prints as JSON (only `openstack` can); @throws what it says when it fails. */
  // biome-ignore lint/suspicious/noExplicitAny: each command has a shape of its own
  json(...args: readonly string[]): Promise<any>;
  close(): Promise<void>;
}

/** @param environment where the cloud is, and as whom: `OS_AUTH_URL` and so on; nothing else of ours is passed on. */
export function startClientShell(client: 'openstack' | 'cinder', environment: Environment): ClientShell {
  const shell = spawn(PYTHON, [join(import.meta.dirname, 'run_shell.py'), client], {
    env: { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(shell.stdout)[Symbol.asyncIterator]();

  async function run(...args: readonly string[]): Promise<Ran> {
    shell.stdin.write(`${JSON.stringify(args)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`${client} ${args.join(' ')}: the client has ended`);
    return JSON.parse(value);
  }

  async function text(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await run(...args);
    if (code === 0) return out;
    throw new Error(`${client} ${args.join(' ')}: exit code ${code}: ${err}`);
  }

  return {
    run,
    text,
    json: async (...args) => JSON.parse(await text(...args, '-f', 'json')),
    close: () => stop(shell),
  };
}

async function stop(shell: ChildProcess): Promise<void> {
  const ended = once(shell, 'exit');
  shell.stdin?.end();
  await ended;
}

/** Runs a Python script against the cloud; returns what it prints. */
export async function runPython(script: string, environment: Environment): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...environment };
  const { stdout } = await promisify(execFile)(PYTHON, [join(import.meta.dirname, script)], { env });
  return stdout;
}
