import { type Config, loadConfig } from '../../config/config.ts';
import { findPolicy } from '../../lambdas/app/create-backups.ts';
import type { Log } from '../../lambdas/app/ports.ts';
import type { Dependencies, Run } from '../../lambdas/app/run.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import { createProgressView } from '../output/progress.ts';
import { createLog, openClouds } from './clouds.ts';
import { isBadUsage } from './failures.ts';
import { listenForStop } from './stop-signal.ts';
import type { Terminal } from './terminal.ts';

/** Everything that a command works with on this machine. */
export interface Workspace {
  readonly config: Config;
  readonly deps: Dependencies;
  /** Aborted when a person or the system wants the command to stop. */
  readonly signal: AbortSignal;
  /** The run that this command is. */
  readonly run: (waits: boolean) => Run;
}

export interface WorkspaceOptions {
  readonly config: string;
  readonly data: string;
  /** Only its cloud is reached before the work begins. */
  readonly policy?: string | undefined;
  /** Go on with the clouds that take our credentials, as long as there is one. */
  readonly toleratesRefusal?: boolean;
  /** An administrator's credential in place of the config's: an entry of `clouds.yaml`, or `env`. */
  readonly admin?: string | undefined;
  /** The work is on the catalog alone: no cloud has to be there. */
  readonly isOffline?: boolean;
}

/**
 * Opens the config, the catalog and the clouds for a command, and closes them after it.
 *
 * @throws {ConfigError} the config cannot be used.
 * @throws {CredentialsError, CloudRefusedCredentialsError} a cloud cannot be entered; no cloud was touched.
 */
export async function withWorkspace<Result>(
  options: WorkspaceOptions,
  terminal: Terminal,
  work: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  const config = loadConfig(options.config);
  // Loaded only now: it brings the AWS SDK, which no help needs.
  const { openCatalog } = await import('../../local/open-catalog.ts');
  const { createAskHook } = await import('../../lambdas/runtime/ask-hook.ts');
  const log = createLog(terminal);
  const clouds = await openClouds(withAdmin(config.clouds, options.admin), terminal);
  const { catalog, owner, close } = await openCatalog(options.data);
  const stop = listenForStop(terminal);
  const deps: Dependencies = {
    deployment: config.deployment,
    clock: systemClock,
    catalog,
    openCloud: clouds.open,
    log,
    askHook: createAskHook(),
    owner,
    onProgress: createProgressView(terminal),
    recordedSlots: new Map(),
    workingClouds: new Set(),
  };
  try {
    if (options.isOffline !== true) await enterClouds(options, deps, log);
    return await work({
      config,
      deps,
      signal: stop.signal,
      run: (waits) => ({ startedAt: systemClock.now(), waits, signal: stop.signal }),
    });
  } finally {
    stop.release();
    terminal.clearStatus();
    await clouds.close();
    await close();
  }
}

/** Credentials that are missing or refused are a fault of the config: said before anything is done, not as one item's failure. */
async function enterClouds(
  { policy, toleratesRefusal }: WorkspaceOptions,
  deps: Dependencies,
  log: Log,
): Promise<void> {
  const names = policy === undefined ? [...deps.deployment.clouds.keys()] : [findPolicy(policy, deps).cloud];
  const failures: { readonly name: string; readonly error: unknown }[] = [];
  for (const name of names) {
    try {
      await (await deps.openCloud(name)).identify();
    } catch (error) {
      if (isBadUsage(error) && toleratesRefusal !== true) throw error;
      failures.push({ name, error });
    }
  }
  if (failures.length === names.length)
    throw (failures.find(({ error }) => isBadUsage(error)) ?? failures[0])?.error;
  for (const { name, error } of failures) {
    log.warn(`cloud ${name} cannot be used now`, {
      message: error instanceof Error ? error.message : String(error),
    });
  }
}

function withAdmin(clouds: Config['clouds'], admin: string | undefined): Config['clouds'] {
  if (admin === undefined) return clouds;
  const auth = admin === 'env' ? { kind: 'env' as const } : { kind: 'cloudsYaml' as const, name: admin };
  return new Map([...clouds].map(([name, cloud]) => [name, { ...cloud, auth }]));
}
