import type { Benchmark, Figure } from '../benchmark.ts';
import { withCloud } from '../clouds.ts';
import { runSlot } from '../workers.ts';

const VOLUMES = 20_000;
/** What the goal is for. */
const FULL_VOLUMES = 100_000;
const IN_FLIGHT = 2_000;
const BACKUP_SECONDS = 1;
const GOAL_MIB = 256;
const MIB = 1024 * 1024;
/** Bounds such as Node sets itself on a small machine. */
const BOUNDED = ['--max-old-space-size=160', '--max-semi-space-size=4'];

export const memory: Benchmark = {
  name: 'memory',
  summary:
    'peak memory of a whole run over 20,000 volumes (--full: 100,000); cloud and catalog in other processes',
  async run({ full, say }) {
    const volumes = full ? FULL_VOLUMES : VOLUMES;
    const figures: Figure[] = [];
    for (const nodeOptions of [[], BOUNDED]) {
      const how = nodeOptions.length === 0 ? 'as the command line starts it' : nodeOptions.join(' ');
      say(`memory: ${volumes} volumes, ${IN_FLIGHT} in flight, ${how}`);
      figures.push({
        what: `peak of a run over ${volumes} volumes, ${how}`,
        value: await measurePeak(volumes, nodeOptions),
        unit: 'MiB',
        goal: { atMost: GOAL_MIB },
        ...(!full && { note: `the goal is for ${FULL_VOLUMES} volumes: measure them with --full` }),
      });
    }
    return figures;
  },
};

async function measurePeak(volumes: number, nodeOptions: readonly string[]): Promise<number> {
  return withCloud({ volumes, backupSeconds: BACKUP_SECONDS }, async ({ credentials }) => {
    const request = {
      credentials,
      volumes,
      catalog: 'elsewhere',
      inFlight: IN_FLIGHT,
      isWholeRun: true,
    } as const;
    const { counts, failure, peakRssBytes } = await runSlot(request, nodeOptions);
    if (counts.available === volumes) return peakRssBytes / MIB;
    throw new Error(`${counts.available} of ${volumes} backups were made: ${failure}`);
  });
}
