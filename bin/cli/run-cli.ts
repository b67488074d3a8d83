import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { CliCommand, CommandModule, ExitCode } from './command.ts';
import { isDebugging } from './debugging.ts';
import { reportError } from './failures.ts';
import { createTerminal, type Terminal } from './terminal.ts';

export interface CommandRow {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

const DESCRIPTION =
  'Backs up OpenStack Cinder volumes on a schedule, follows each backup to its end, and deletes what has expired without ever breaking a chain.';
const FIRST_STEPS = `
First steps:
  $ npx cinderkeep start                      a month in fast-forward, on an embedded cloud
  $ npx cinderkeep check                      what the config means
  $ npx cinderkeep help backup                options and examples of a command

Exit codes: 0 done, 1 some item failed, 2 bad usage or config.`;

/** Runs the command that the arguments name. Never throws: what goes wrong becomes a message on stderr and the exit code. */
export async function runCli(rows: readonly CommandRow[], args: readonly string[]): Promise<ExitCode> {
  const terminal = createTerminal({
    stdout: process.stdout,
    stderr: process.stderr,
    elapsedMs: () => performance.now(),
  });
  // A reader that has seen enough (`cinderkeep list | head`) is not a failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  let exitCode: ExitCode = 0;
  try {
    const program = createProgram(terminal);
    const named = args[0] === 'help' ? args[1] : args[0];
    for (const row of rows) {
      const command = program.command(row.name).summary(row.summary).description(row.summary);
      if (row.name !== named) continue;
      const loaded = await row.load();
      declare(command, loaded.command);
      command.action(async () => {
        exitCode = await loaded.command.run(command, terminal);
      });
    }
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    exitCode = reportError(error, terminal, isDebugging());
  }
  terminal.clearStatus();
  return exitCode;
}

function createProgram(terminal: Terminal): Command {
  const write = (text: string) => text.replace(/\n$/, '');
  return new Command('cinderkeep')
    .usage('<command> [options]')
    .description(DESCRIPTION)
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .addHelpText('after', FIRST_STEPS)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(write(text)),
      writeErr: (text) => terminal.note(write(text)),
      outputError: (text, put) => put(`cinderkeep: ${text.replace(/^error: /, '')}`),
    });
}

function declare(command: Command, { description, examples, declare: declareOptions }: CliCommand): void {
  command.description(description);
  declareOptions(command);
  const lines = examples.map((example) => `  $ npx cinderkeep ${example}`);
  command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
  command.showHelpAfterError(`(npx cinderkeep ${command.name()} --help says more)`);
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
