import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LiveEnvironment } from './environment.ts';

const run = promisify(execFile);

/** The names under which `up` starts the cloud's processes. */
const LIVE_PROCESSES = [
  'mariadb',
  'epmd',
  'rabbitmq',
  'keystone',
  'cinder-api',
  'cinder-scheduler',
  'cinder-volume',
  'cinder-backup',
] as const;

export type LiveProcess = (typeof LIVE_PROCESSES)[number];

/** Field 22 of `/proc/PID/stat`; `undefined` when there is no such process. */
async function startTime(pid: string): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(') ') + 2).split(' ')[19];
}

/** The process as its pid file names it; `undefined` when it does not run, though its pid may be somebody else's now. */
async function runningPid(environment: LiveEnvironment, name: LiveProcess): Promise<number | undefined> {
  const text = await readFile(join(environment.runPath, `${name}.pid`), 'utf8').catch(() => '');
  const [pid = '', started] = text.trim().split(' ');
  return started !== undefined && (await startTime(pid)) === started ? Number(pid) : undefined;
}

/**
 * Signals the process and its workers.
 *
 * @throws when it does not run.
 */
export async function signalProcess(
  environment: LiveEnvironment,
  name: LiveProcess,
  signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT',
): Promise<void> {
  const pid = await runningPid(environment, name);
  if (pid === undefined) throw new Error(`${signal} ${name}: it does not run`);
  process.kill(-pid, signal);
}

/** Stops these if they run, starts whatever does not, and waits until the cloud can make backups again. */
export async function restartProcesses(
  environment: LiveEnvironment,
  names: readonly LiveProcess[],
): Promise<void> {
  await run(join(import.meta.dirname, 'up'), ['--restart', ...names], {
    env: { ...process.env, CINDERKEEP_LIVE_HOME: environment.home },
  });
}

/** Thaws what is frozen and starts what is dead. */
export async function repairProcesses(environment: LiveEnvironment): Promise<void> {
  for (const name of LIVE_PROCESSES) {
    if ((await runningPid(environment, name)) !== undefined)
      await signalProcess(environment, name, 'SIGCONT');
  }
  await restartProcesses(environment, []);
}
