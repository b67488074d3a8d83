import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Benchmark, type Figure, isGoalMet, SkippedError } from './benchmark.ts';
import { aws } from './benchmarks/aws.ts';
import { catalog } from './benchmarks/catalog.ts';
import { coldStart } from './benchmarks/cold-start.ts';
import { coverage } from './benchmarks/coverage.ts';
import { crashes } from './benchmarks/crashes.ts';
import { embeddedCloud } from './benchmarks/embedded-cloud.ts';
import { forecast } from './benchmarks/forecast.ts';
import { memory } from './benchmarks/memory.ts';
import { placements } from './benchmarks/placements.ts';
import { requests } from './benchmarks/requests.ts';
import { retention } from './benchmarks/retention.ts';
import { sequentialPeers } from './benchmarks/sequential-peers.ts';
import { slot } from './benchmarks/slot.ts';
import { startUp } from './benchmarks/start-up.ts';
import { formatTable, type Result } from './table.ts';

const BENCHMARKS: readonly Benchmark[] = [
  slot,
  sequentialPeers,
  requests,
  memory,
  coverage,
  retention,
  forecast,
  placements,
  crashes,
  embeddedCloud,
  catalog,
  aws,
  coldStart,
  startUp,
];

const USAGE = `usage: npm run bench -- [--full] [--json] [name…]

  --full  the sizes that the goals name, however long it takes
  --json  figures as one JSON document

${BENCHMARKS.map(toUsage).join('\n')}
`;

function toUsage({ name, summary, isLong }: Benchmark): string {
  return `  ${name.padEnd(12)}${summary}${isLong === true ? ' (minutes; only by name)' : ''}`;
}

process.exitCode = await main(process.argv.slice(2));

async function main(words: readonly string[]): Promise<number> {
  const { values, positionals } = readWords(words);
  const unknown = positionals.filter((name) => !BENCHMARKS.some((each) => each.name === name));
  if (values.help === true || unknown.length > 0) {
    console.error(unknown.length > 0 ? `there is no benchmark ${unknown.join(', ')}\n\n${USAGE}` : USAGE);
    return unknown.length > 0 ? 2 : 0;
  }
  const chosen = BENCHMARKS.filter(({ name, isLong }) =>
    positionals.length === 0 ? isLong !== true : positionals.includes(name),
  );
  const results: Result[] = [];
  for (const benchmark of chosen) results.push(await runOne(benchmark, values.full === true));
  console.log(values.json === true ? toJson(results) : `${machine()}\n\n${formatTable(results)}`);
  return results.some(({ failed }) => failed !== undefined) ? 1 : 0;
}

function readWords(words: readonly string[]) {
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { full: flag, json: flag, help: flag },
    });
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(2);
  }
}

async function runOne(benchmark: Benchmark, full: boolean): Promise<Result> {
  const startedAtMs = performance.now();
  const say = (text: string) => console.error(text);
  try {
    const figures = await benchmark.run({ full, say });
    say(`${benchmark.name}: done in ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s`);
    return { benchmark: benchmark.name, figures };
  } catch (error) {
    if (error instanceof SkippedError)
      return { benchmark: benchmark.name, figures: [], skipped: error.message };
    const failed = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { benchmark: benchmark.name, figures: [], failed };
  }
}

function machine(): string {
  const [cpu] = cpus();
  return `${new Date().toISOString()}, Node ${process.versions.node}, ${cpus().length} cores (${cpu?.model.trim()})`;
}

function toJson(results: readonly Result[]): string {
  const withVerdicts = results.map(({ figures, ...rest }) => ({
    ...rest,
    figures: figures.map((figure: Figure) => ({ ...figure, isGoalMet: isGoalMet(figure) })),
  }));
  return JSON.stringify({
    at: new Date(),
    node: process.versions.node,
    cores: cpus().length,
    results: withVerdicts,
  });
}
