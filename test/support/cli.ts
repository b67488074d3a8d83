import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CliAnswer, CliTurn } from './cli-session.ts';

const SESSION = fileURLToPath(new URL('./cli-session.ts', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../bin/cinderkeep.js', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliSurroundings {
  readonly cwd?: string;
  /** The only OS_* variables that the process sees. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Of Node itself. */
  readonly nodeArgs?: readonly string[];
}

/** Starts the real program in a process of its own, with nothing of OpenStack or AWS around it but what is given. */
export function startCli(args: readonly string[], around: CliSurroundings = {}): ChildProcess {
  const { cwd, env, nodeArgs = [] } = around;
  return spawn(process.execPath, [...nodeArgs, PROGRAM, ...args], {
    cwd: cwd ?? process.cwd(),
    env: { ...surroundings(), ...env },
    stdio: 'pipe',
  });
}

/** The same as npx does it: the process is a shell, which has the program for a child. */
export function startCliUnderShell(args: readonly string[]) {
  const command = [process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(' ');
  return spawn('sh', ['-c', `${command}; exit $?`], {
    env: { ...surroundings(), npm_execpath: 'npx' },
    stdio: 'pipe',
  });
}

function surroundings(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(OS_|AWS_|CINDERKEEP_)/.test(name));
  return { ...Object.fromEntries(kept), HOME: tmpdir() };
}

/** Runs the program to its end. */
export async function runCli(args: readonly string[], around: CliSurroundings = {}): Promise<CliResult> {
  const child = startCli(args, around);
  child.stdin?.end(around.input ?? '');
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout: stdout(), stderr: stderr() };
}

/** Runs commands one after the other in one process, which starts only once. */
export interface CliSession {
  run(args: readonly string[], around?: Omit<CliSurroundings, 'input' | 'nodeArgs'>): Promise<CliResult>;
  stop(): void;
}

/** For many commands of which each is soon done: to start the program takes longer than most of what it does. */
export function startCliSession(): CliSession {
  const child = fork(SESSION, { env: surroundings(), stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let count = 0;
  return {
    run(args, { cwd = process.cwd(), env = {} } = {}) {
      const turn: CliTurn = { id: ++count, args, cwd, env };
      return new Promise((resolve, reject) => {
        const fail = (code: number | null) => reject(new Error(`the session ended with ${code}`));
        child.once('exit', fail);
        const listen = ({ id, ...result }: CliAnswer) => {
          if (id !== turn.id) return;
          child.off('message', listen).off('exit', fail);
          resolve(result);
        };
        child.setMaxListeners(0).on('message', listen).send(turn);
      });
    },
    stop: () => child.kill(),
  };
}

function collect(stream: ChildProcess['stdout']): () => string {
  let text = '';
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

/** A directory of its own for a test, with files in it. */
export function makeDirectory(files: Readonly<Record<string, string>> = {}) {
  const path = mkdtempSync(join(tmpdir(), 'cinderkeep-cli-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
