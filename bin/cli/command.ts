import type { Command } from 'commander';
import type { Terminal } from './terminal.ts';

/** 0 done, 1 some item failed, 2 bad usage or config. */
export type ExitCode = 0 | 1 | 2;

/** One command: arguments in, use case call, text or JSON out. */
export interface CliCommand {
  readonly description: string;
  /** Without the leading `npx cinderkeep`. */
  readonly examples: readonly string[];
  /** Says which arguments and options there are. */
  readonly declare: (command: Command) => void;
  /** Given what was declared; an error that it throws becomes a message and an exit code. */
  readonly run: (given: Command, terminal: Terminal) => Promise<ExitCode>;
}

export interface CommandModule {
  readonly command: CliCommand;
}
