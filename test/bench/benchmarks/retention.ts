import type { Benchmark } from '../benchmark.ts';
import { startChild } from '../processes/child.ts';
import type { RetentionHandlers } from '../processes/retention.ts';
import { median } from '../statistics.ts';

const VOLUMES = 10_000;
const BACKUPS_PER_VOLUME = 100;
const ROUNDS = 3;
const GOAL_PER_SECOND = 500_000;
const MIB = 1024 * 1024;
/** Garbage not yet collected is no growth. */
const GOAL_GROWTH_MIB = 32;

export const retention: Benchmark = {
  name: 'retention',
  summary: 'verdicts a second for 10,000 volumes of 100 backups, every rule on',
  async run({ say }) {
    say(`retention: ${VOLUMES} volumes of ${BACKUPS_PER_VOLUME} backups, ${ROUNDS} rounds`);
    const rounds = [];
    for (let round = 0; round < ROUNDS; round += 1) rounds.push(await decideAll());
    const [first] = rounds;
    const count = VOLUMES * BACKUPS_PER_VOLUME;
    return [
      {
        what: 'verdicts in a second of processor time, every rule on',
        value: median(rounds.map(({ cpuMs }) => (count * 1000) / cpuMs)),
        unit: '/s',
        goal: { atLeast: GOAL_PER_SECOND },
        note: `of ${count}: ${JSON.stringify(first?.verdicts)}`,
      },
      {
        what: 'growth of memory from the 1,000th volume to the 10,000th',
        value: median(rounds.map(({ rssAtTenth, rssAtEnd }) => (rssAtEnd - rssAtTenth) / MIB)),
        unit: 'MiB',
        goal: { atMost: GOAL_GROWTH_MIB },
        note: `${Math.round(median(rounds.map(({ rssAtEnd }) => rssAtEnd)) / MIB)} MiB at the end`,
      },
    ];
  },
};

async function decideAll() {
  const child = startChild<RetentionHandlers>('retention.ts');
  try {
    return await child.ask('decideAll', { volumes: VOLUMES, backupsPerVolume: BACKUPS_PER_VOLUME });
  } finally {
    await child.stop();
  }
}
