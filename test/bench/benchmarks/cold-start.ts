import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { loadConfig } from '../../../config/config.ts';
import { BUNDLE_OPTIONS, bundleFunctions, FUNCTION_NAMES } from '../../../lib/function-bundle.ts';
import type { Benchmark, Figure } from '../benchmark.ts';
import { pathOf, runProgram } from '../programs.ts';
import { measurePairs } from '../statistics.ts';

const ROUNDS = 11;
const FULL_ROUNDS = 31;
const GOAL_RATIO = 1.5;
const GOAL_KB = 1_000;
const PEER = 'an empty handler with the DynamoDB client';
const MEMORY_PEER = 'the empty handler';

/** Loads a bundle as Lambda does before its first invocation, and says what that took of memory. */
const LOAD = `const { handler } = await import(process.argv[1]);
if (typeof handler !== 'function') throw new Error('there is no handler');
process.stdout.write(String(process.memoryUsage.rss()), () => process.exit());`;

export const coldStart: Benchmark = {
  name: 'cold-start',
  summary:
    'each function’s bundle, its cold start and memory, beside an empty handler with the DynamoDB client',
  async run({ full, say }) {
    const directory = await mkdtemp(join(tmpdir(), 'cinderkeep-bench-'));
    try {
      const empty = await bundleEmpty(directory);
      const bundles = bundleFunctions(
        loadConfig(pathOf('../../config/policies.yaml')),
        directory,
        FUNCTION_NAMES,
      );
      const figures: Figure[] = [];
      for (const name of FUNCTION_NAMES) {
        say(`cold-start: ${name}`);
        const file = join(bundles[name], 'index.mjs');
        figures.push(...(await measureFunction(name, file, empty, full ? FULL_ROUNDS : ROUNDS)));
      }
      return figures;
    } finally {
      await rm(directory, { recursive: true });
    }
  },
};

/** By the same settings as ours. */
async function bundleEmpty(directory: string): Promise<string> {
  const file = join(directory, 'empty', 'index.mjs');
  const entry = pathOf('peers/empty-function.ts');
  await build({ ...BUNDLE_OPTIONS, entryPoints: [entry], outfile: file });
  return file;
}

async function measureFunction(
  name: string,
  file: string,
  empty: string,
  rounds: number,
): Promise<readonly Figure[]> {
  const memory = { ours: 0, peer: 0 };
  const times = await measurePairs(
    rounds,
    async () => {
      const { ms, residentMib } = await load(file);
      memory.ours = Math.max(memory.ours, residentMib);
      return ms;
    },
    async () => {
      const { ms, residentMib } = await load(empty);
      memory.peer = Math.max(memory.peer, residentMib);
      return ms;
    },
  );
  return [
    { what: `${name}: bundle`, value: await sizeKb(file), unit: 'kB', goal: { atMost: GOAL_KB } },
    {
      what: `${name}: start of Node up to the first line of the handler`,
      value: times.ours,
      unit: 'ms',
      peer: { name: PEER, value: times.peer },
      ratio: times.ratio,
      goal: { atMost: GOAL_RATIO },
      note: `pairs ${times.spread}`,
    },
    {
      what: `${name}: resident memory then`,
      value: memory.ours,
      unit: 'MiB',
      peer: { name: MEMORY_PEER, value: memory.peer },
      ratio: memory.ours / memory.peer,
    },
  ];
}

async function load(file: string) {
  const words = ['--input-type=module', '-e', LOAD, pathToFileURL(file).href];
  const { stdout, ms } = await runProgram(process.execPath, words, { AWS_REGION: 'us-east-1' });
  return { ms, residentMib: Number(stdout) / 2 ** 20 };
}

async function sizeKb(file: string): Promise<number> {
  return (await stat(file)).size / 1000;
}
