import type { Benchmark, Figure } from '../benchmark.ts';
import { withCloud } from '../clouds.ts';
import { startChild } from '../processes/child.ts';
import type { CoverageHandlers } from '../processes/coverage.ts';

const VOLUMES = 20_000;
/** What the goal is for. */
const FULL_VOLUMES = 100_000;
/** Of each volume: a full and its incrementals, a day apart, the newest a day old. */
const BACKUPS = 3;
const GOAL_MIB = 256;
const MIB = 1024 * 1024;
/** Bounds such as Node sets itself on a small machine. */
const BOUNDED = ['--max-old-space-size=160', '--max-semi-space-size=4'];

export const coverage: Benchmark = {
  name: 'coverage',
  summary:
    'peak memory of a report on 20,000 volumes (--full: 100,000), when all are covered and when none is',
  async run({ full, say }) {
    const volumes = full ? FULL_VOLUMES : VOLUMES;
    return withCloud({ volumes, backupSeconds: 1 }, async ({ child, credentials }) => {
      await child.ask('addBackups', BACKUPS);
      const figures: Figure[] = [];
      for (const [outcome, rpo] of [
        ['covered', '2d'],
        ['stale', '1h'],
      ] as const) {
        say(`coverage: ${volumes} volumes, all ${outcome}`);
        const worker = startChild<CoverageHandlers>('coverage.ts', BOUNDED);
        const { counts, requests, seconds, peakRssBytes } = await worker.ask('reportCoverage', {
          credentials,
          rpo,
        });
        await worker.stop();
        if (counts[outcome] !== volumes) throw new Error(`${counts[outcome]} of ${volumes} are ${outcome}`);
        const what = `report on ${volumes} volumes with ${BACKUPS} backups each, all ${outcome}`;
        figures.push(
          {
            what: `peak of a ${what}, ${BOUNDED.join(' ')}`,
            value: peakRssBytes / MIB,
            unit: 'MiB',
            goal: { atMost: GOAL_MIB },
            ...(!full && { note: `the goal is for ${FULL_VOLUMES} volumes: measure them with --full` }),
          },
          { what: `time of the ${what}`, value: seconds, unit: 's', note: `${requests} requests` },
        );
      }
      return figures;
    });
  },
};
