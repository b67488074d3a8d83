import { keepMemoryLean } from '../../../bin/cli/lean-memory.ts';
import { createBackups } from '../../../lambdas/app/create-backups.ts';
import type { CloudCredentials } from '../../../local/embedded-cloud/embedded-cloud.ts';
import { type CatalogPlace, openDeployment, POLICY } from '../deployment.ts';
import { serve } from './serve.ts';

const KIB = 1024;

export interface SlotRequest {
  readonly credentials: CloudCredentials;
  readonly catalog: CatalogPlace;
  readonly inFlight: number | 'unlimited';
  readonly volumes: number;
  /** Stay until every backup has ended, or stop when the last POST is answered. */
  readonly isWholeRun: boolean;
}

// As the command line does.
keepMemoryLean();

/** One slot of the scheduler's own code, in a process of its own. */
const handlers = {
  async runSlot(request: SlotRequest) {
    const { volumes } = request;
    const stopped = new AbortController();
    const startedAtMs = performance.now();
    let posts = 0;
    let lastPostMs = 0;
    const cpuBefore = process.cpuUsage();
    let cpu = cpuBefore;
    const deps = openDeployment({
      ...request,
      onExchange({ method, path, status }) {
        if (method !== 'POST' || path !== '/backups' || status !== 202) return;
        posts += 1;
        lastPostMs = performance.now() - startedAtMs;
        if (posts === volumes) cpu = process.cpuUsage(cpuBefore);
        if (posts === volumes && !request.isWholeRun) stopped.abort();
      },
    });
    const run = { startedAt: deps.clock.now(), waits: true, signal: stopped.signal };
    const report = await createBackups({ trigger: 'manual', policy: POLICY }, run, deps);
    const { counts, warnings, items } = report;
    const failure = items.find(({ isFailure }) => isFailure)?.reason;
    return {
      posts,
      lastPostMs,
      cpuMs: (cpu.user + cpu.system) / 1000,
      wholeMs: performance.now() - startedAtMs,
      peakRssBytes: process.resourceUsage().maxRSS * KIB,
      counts,
      warnings,
      ...(failure !== undefined && { failure }),
    };
  },
};

export type SlotHandlers = typeof handlers;

serve(handlers);
