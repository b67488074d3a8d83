import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../config/config.ts';
import { runDemo } from '../../local/demo.ts';
import { renderDemoPage } from '../../local/demo-page.ts';
import type { DemoResult } from '../../local/demo-result.ts';
import { addJsonOption, type DataOption, type JsonOption } from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { listenForStop } from '../cli/stop-signal.ts';
import { formatDemo, toDemoJson } from '../output/demo-text.ts';
import { emit } from '../output/emit.ts';
import { drawBar } from '../output/progress.ts';

type StartOptions = DataOption & JsonOption;

const DAYS = 30;
const POLICIES = fileURLToPath(new URL('../../local/demo-policies.yaml', import.meta.url));

export const command: CliCommand = {
  description:
    'The demonstration: 30 days of the sample policies over 14 volumes, in fast-forward, on an embedded cloud that has its troubles. Real use cases over real HTTP and an embedded DynamoDB; no cloud and no AWS account is touched, whatever the environment names.',
  examples: ['start', 'start --json'],
  declare(command) {
    addJsonOption(command);
    command.option('--data <dir>', 'the directory of the report page', '.cinderkeep');
  },
  async run(given, terminal) {
    const options = given.opts<StartOptions>();
    const begunMs = performance.now();
    const stop = listenForStop(terminal);
    const result = await runDemo({
      deployment: loadConfig(POLICIES).deployment,
      days: DAYS,
      signal: stop.signal,
      onDay: (day) => terminal.showStatus([`${drawBar(day / DAYS)}  day ${day} of ${DAYS}`]),
      onEvent: ({ atDay, what }) =>
        terminal.note(`day ${String(Math.floor(atDay) + 1).padStart(2)}: ${what}`),
    });
    stop.release();
    terminal.clearStatus();
    if (stop.signal.aborted) return 1;
    const page = writePage(options.data, result);
    const elapsedMs = performance.now() - begunMs;
    emit(terminal, options.json, toDemoJson(result, page), () => formatDemo(result, page, elapsedMs));
    return result.faults.length === 0 ? 0 : 1;
  },
};

/** @returns where it is: seen from the working directory, if it is in there. */
function writePage(data: string, result: DemoResult): string {
  const directory = join(data, 'demo');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'report.html');
  writeFileSync(file, renderDemoPage(result));
  const path = relative('.', file);
  return path.startsWith('..') ? resolve(file) : path;
}
