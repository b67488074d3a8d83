import { killDaemons } from '../../support/kill-daemons.ts';
import type { Benchmark, Figure } from '../benchmark.ts';

const KILLS = 200;

export const crashes: Benchmark = {
  name: 'crashes',
  summary: `kill -9 of the daemon at ${KILLS} random instants: what is wrong afterwards`,
  isLong: true,
  async run({ say }) {
    // Another course of events each time; the seed is told, so that a bad one can be had again.
    const seed = Date.now() % 1_000_000;
    say(`crashes: ${KILLS} daemons, seed ${seed}`);
    const { problems, unserved, availableCount, deletedCount } = await killDaemons(KILLS, seed);
    for (const problem of [...problems, ...unserved]) say(`crashes: ${problem}`);
    const figure: Figure = {
      what: `duplicates, orphans, lost records and broken chains after ${KILLS} kills`,
      value: problems.length + unserved.length,
      unit: 'of them',
      goal: { atMost: 0 },
      note: `seed ${seed}; ${availableCount} backups stand, ${deletedCount} were made and pruned`,
    };
    return [figure];
  },
};
