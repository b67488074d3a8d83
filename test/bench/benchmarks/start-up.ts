import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Benchmark, BenchOptions, Figure } from '../benchmark.ts';
import { pathOf, runProgram } from '../programs.ts';
import { measurePairs } from '../statistics.ts';

const ROUNDS = 7;
const GOAL_DEMONSTRATION_SECONDS = 60;
const CLI = pathOf('../../bin/cinderkeep.js');
const CONFIG = pathOf('../../config/policies.yaml');

export const startUp: Benchmark = {
  name: 'start-up',
  summary: 'the time that cinderkeep --help and check take beside an empty program, and the demonstration',
  async run(options) {
    options.say(`start-up: ${ROUNDS} pairs each`);
    const help = await measureCommand('cinderkeep --help', ['--help']);
    const check = await measureCommand('cinderkeep check', ['check', '--config', CONFIG]);
    return [help, check, await measureDemonstration(options)];
  },
};

async function measureCommand(what: string, words: readonly string[]): Promise<Figure> {
  const pairs = await measurePairs(
    ROUNDS,
    async () => (await runProgram(process.execPath, [CLI, ...words])).ms,
    async () => (await runProgram(process.execPath, ['-e', '0'])).ms,
  );
  return {
    what,
    value: pairs.ours,
    unit: 'ms',
    peer: { name: 'node -e 0', value: pairs.peer },
    ratio: pairs.ratio,
    note: `pairs ${pairs.spread}`,
  };
}

async function measureDemonstration({ say }: BenchOptions): Promise<Figure> {
  say('start-up: the demonstration');
  const directory = await mkdtemp(join(tmpdir(), 'cinderkeep-bench-'));
  try {
    const { ms } = await runProgram(process.execPath, [CLI, 'start', '--data', directory]);
    return {
      what: 'cinderkeep start: 30 days of the sample policies',
      value: ms / 1000,
      unit: 's',
      goal: { atMost: GOAL_DEMONSTRATION_SECONDS },
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}
