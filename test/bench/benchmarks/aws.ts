import { setTimeout as sleep } from 'node:timers/promises';
import { MEASURED } from '../../../lambdas/app/aws-price.ts';
import type { Benchmark, BenchOptions, Figure } from '../benchmark.ts';
import { POLICY } from '../deployment.ts';
import { type Functions, withFunctions } from '../functions.ts';
import { median } from '../statistics.ts';

const NAMES = ['create-backups', 'follow-backups', 'prune-backups'] as const;
const VOLUMES = 200;
const FULL_VOLUMES = 1_000;
const BACKUP_SECONDS = 2;
const IDLE_ROUNDS = 9;
/** A deletion takes the embedded cloud a while, and it can only be seen at the end of it. */
const ROUND_MS = 3_000;
const MOST_ROUNDS = 60;
const LEAST_MEMORY_MIB = 256;

export const aws: Benchmark = {
  name: 'aws',
  summary: 'what a backup, and a run with nothing to do, take of a function: the units behind docs/cost.md',
  run({ full, say }) {
    const volumes = full ? FULL_VOLUMES : VOLUMES;
    return withFunctions(NAMES, { volumes, backupSeconds: BACKUP_SECONDS }, async (functions) => {
      const lives = await measureLives(functions, volumes, say);
      const idle = await measureIdle(functions, say);
      return [...lives, ...idle];
    });
  },
};

type All = Functions<(typeof NAMES)[number]>;

/** Two slots, so that the first one's backups are pruned: as many lives as volumes, each from its slot to its tombstone. */
async function measureLives(functions: All, volumes: number, say: BenchOptions['say']): Promise<Figure[]> {
  say(`aws: two slots of ${volumes} volumes`);
  const create = { trigger: 'manual', policy: POLICY };
  const first = [await functions['create-backups'].ask('invoke', create), ...(await followToEnd(functions))];
  const second = [await functions['create-backups'].ask('invoke', create), ...(await followToEnd(functions))];
  say('aws: pruning');
  const pruned = [
    await functions['prune-backups'].ask('invoke', { trigger: 'schedule' }),
    ...(await followToEnd(functions)),
  ];
  const slots = [...first, ...second];
  const processorMs = sumOf(slots, 'processorMs') / 2 + sumOf(pruned, 'processorMs');
  const loggedBytes = sumOf(slots, 'loggedBytes') / 2 + sumOf(pruned, 'loggedBytes');
  return [
    {
      what: 'processor time of a backup’s whole life',
      value: processorMs / volumes,
      unit: 'ms',
      note: `reckoned with in prices: ${MEASURED.backupProcessorMs}`,
    },
    {
      what: 'log of a backup’s whole life',
      value: loggedBytes / volumes,
      unit: 'bytes',
      note: `reckoned with in prices: ${MEASURED.logBytes}`,
    },
    {
      what: `peak memory of a function in slots of ${volumes}, heap held as in ${LEAST_MEMORY_MIB} MiB`,
      value: Math.max(...[...slots, ...pruned].map(({ peakMib }) => peakMib)),
      unit: 'MiB',
      goal: { atMost: LEAST_MEMORY_MIB },
    },
  ];
}

async function followToEnd(functions: All): Promise<Invoked[]> {
  const runs: Invoked[] = [];
  while (runs.length < MOST_ROUNDS) {
    await sleep(ROUND_MS);
    const run = await functions['follow-backups'].ask('invoke', { trigger: 'schedule' });
    if (run.summary.endsWith('nothing to do')) return runs;
    runs.push(run);
  }
  throw new Error(`after ${MOST_ROUNDS} runs there is still something to follow`);
}

interface Invoked {
  readonly summary: string;
  readonly processorMs: number;
  readonly loggedBytes: number;
  readonly peakMib: number;
}

async function measureIdle(functions: All, say: BenchOptions['say']): Promise<Figure[]> {
  say('aws: runs with nothing to do');
  const figures: Figure[] = [];
  for (const [name, reckoned] of [
    ['follow-backups', MEASURED.idleFollowProcessorMs],
    ['prune-backups', MEASURED.idlePruneProcessorMs],
  ] as const) {
    const times: number[] = [];
    for (let round = 0; round < IDLE_ROUNDS; round += 1) {
      times.push((await functions[name].ask('invoke', { trigger: 'schedule' })).processorMs);
    }
    figures.push({
      what: `processor time of ${name} with nothing to do, warm`,
      value: median(times),
      unit: 'ms',
      note: `reckoned with in prices: ${reckoned}`,
    });
  }
  return figures;
}

function sumOf(runs: readonly Invoked[], key: 'processorMs' | 'loggedBytes'): number {
  return runs.reduce((sum, run) => sum + run[key], 0);
}
