import { keepMemoryLean } from '../../../bin/cli/lean-memory.ts';
import { reportCoverage } from '../../../lambdas/app/report-coverage.ts';
import type { CloudCredentials } from '../../../local/embedded-cloud/embedded-cloud.ts';
import { openDeployment } from '../deployment.ts';
import { serve } from './serve.ts';

const KIB = 1024;

export interface CoverageQuestion {
  readonly credentials: CloudCredentials;
  readonly rpo: string;
}

// As the command line does.
keepMemoryLean();

/** One report of coverage, in a process of its own. */
const handlers = {
  async reportCoverage({ credentials, rpo }: CoverageQuestion) {
    let requests = 0;
    const deps = openDeployment({
      credentials,
      rpo,
      catalog: 'elsewhere',
      inFlight: 1,
      onExchange: () => {
        requests += 1;
      },
    });
    const startedAtMs = performance.now();
    const run = { startedAt: deps.clock.now(), waits: true };
    const { counts } = await reportCoverage({ trigger: 'manual' }, run, deps);
    return {
      counts,
      requests,
      seconds: (performance.now() - startedAtMs) / 1000,
      peakRssBytes: process.resourceUsage().maxRSS * KIB,
    };
  },
};

export type CoverageHandlers = typeof handlers;

serve(handlers);
