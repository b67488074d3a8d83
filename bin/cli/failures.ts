import { CommanderError } from 'commander';
import { ConfigError } from '../../config/errors.ts';
import { CredentialsError } from '../../lambdas/adapters/cinder/credentials-error.ts';
import { CloudRefusedCredentialsError } from '../../lambdas/app/ports.ts';
import { InvalidRequestError } from '../../lambdas/app/request-error.ts';
import { CatalogTableError } from '../../local/catalog-table-error.ts';
import type { ExitCode } from './command.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/** What the caller got wrong; everything else is a failure of something else. */
const BAD_USAGE = [
  CatalogTableError,
  CommanderError,
  ConfigError,
  CredentialsError,
  CloudRefusedCredentialsError,
  InvalidRequestError,
  UsageError,
];

/** Whether an error is about the command line, the config or its credentials. */
export function isBadUsage(error: unknown): boolean {
  return BAD_USAGE.some((kind) => error instanceof kind);
}

/** Says in a few lines what went wrong, and which exit code that is. */
export function reportError(error: unknown, terminal: Terminal, isDebugging: boolean): ExitCode {
  terminal.clearStatus();
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has spoken already
  terminal.note(describeError(error));
  if (isDebugging && error instanceof Error) terminal.note(describeStack(error));
  return isBadUsage(error) ? 2 : 1;
}

function describeError(error: unknown): string {
  if (error instanceof ConfigError) return error.message; // each line begins with the place, for editors
  const message = error instanceof Error ? error.message || error.name : String(error);
  return `cinderkeep: ${message}`;
}

function describeStack(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${describeStack(error.cause)}` : '';
  return (error.stack ?? error.message) + cause;
}
