import { createBackups } from '../../lambdas/app/create-backups.ts';
import { followBackups } from '../../lambdas/app/follow-backups.ts';
import { type RestoreBackupRequest, restoreBackup } from '../../lambdas/app/restore-backup.ts';
import type { Dependencies, Run } from '../../lambdas/app/run.ts';
import type { RunReport } from '../../lambdas/app/run-report.ts';
import { createPowerSupply } from './power-cut.ts';
import { MINUTE_MS, type World } from './world.ts';

export interface InvocationOptions {
  /** The time that an invocation has. */
  readonly lifeMs: number;
  /** At which call to the outside the n-th invocation dies, from 0; undefined: it lives. */
  readonly diesAt?: (invocation: number) => number | undefined;
}

export interface Invocations {
  /** The reports of those that lived to write one, in the order of their ends. */
  readonly reports: readonly RunReport[];
  /** How many there have been. */
  readonly count: number;
  /** The schedule of a policy fires. */
  schedule(policy: string, slot: Date): Promise<void>;
  /** A person asks for a restore. */
  restore(request: RestoreBackupRequest): Promise<void>;
  /** The minute comes round: another invocation of the worker, beside those that are still at it. */
  tick(): Promise<void>;
  /** Until none is at it any more. */
  end(): Promise<void>;
}

type Act = (run: Run, deps: Dependencies) => Promise<RunReport>;

interface Container {
  readonly deps: Dependencies;
  /** Resolves when this container is killed, at that call. */
  readonly death: Promise<'cut'>;
}

/**
 * Functions as Lambda runs them: an invocation gets a container that is idle, or a new one, knows nothing of the others, has so much time,
 * and may die at any call that it makes; a container that died is not used again.
 */
export function createInvocations(world: World, options: InvocationOptions): Invocations {
  const idle = new Map<string, Container[]>();
  const reports: RunReport[] = [];
  const underWay = new Set<Promise<void>>();
  let count = 0;

  async function open(diesAt: number | undefined): Promise<Container> {
    const power = createPowerSupply(diesAt ?? Number.POSITIVE_INFINITY);
    const deps = await world.another({ owner: `function ${count}`, wrap: power.wrap });
    return { deps, death: power.cut };
  }

  async function invoke(name: string, act: Act): Promise<void> {
    const diesAt = options.diesAt?.(count);
    const warm = idle.get(name) ?? [];
    idle.set(name, warm);
    const container = (diesAt === undefined ? warm.pop() : undefined) ?? (await open(diesAt));
    count += 1;
    const startedAt = world.clock.now();
    const run: Run = {
      startedAt,
      deadlineAt: new Date(startedAt.getTime() + options.lifeMs),
      waits: false,
    };
    const invocation = Promise.race([act(run, container.deps), container.death]).then((end) => {
      underWay.delete(invocation);
      if (end === 'cut') return;
      reports.push(end);
      warm.push(container);
    });
    underWay.add(invocation);
  }

  return {
    reports,
    get count() {
      return count;
    },
    schedule: (policy, slot) =>
      invoke('create-backups', (run, deps) =>
        createBackups({ trigger: 'schedule', policy, slot }, run, deps),
      ),
    restore: (request) =>
      invoke('restore-backup', (run, deps) => restoreBackup(request, { ...run, waits: true }, deps)),
    async tick() {
      await invoke('follow-backups', followBackups);
      await world.pass(MINUTE_MS);
    },
    async end() {
      await Promise.all(underWay);
    },
  };
}
