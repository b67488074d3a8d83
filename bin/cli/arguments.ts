import { type Command, InvalidArgumentError, Option } from 'commander';

/** What several commands are told alike. */
export interface ConfigOption {
  readonly config: string;
}
export interface JsonOption {
  readonly json?: true;
}
export interface DataOption {
  readonly data: string;
}

export function addConfigOption(command: Command): Command {
  return command.option('--config <file>', 'the config file', 'config/policies.yaml');
}

export function addJsonOption(command: Command): Command {
  return command.option('--json', 'one JSON document on stdout, everything else on stderr');
}

export function addDataOption(command: Command): Command {
  return command.option(
    '--data <dir>',
    'the directory of the local catalog, or dynamodb:TABLE for that of a deployment on AWS',
    '.cinderkeep',
  );
}

export function addNowOption(command: Command): Command {
  return command.addOption(
    new Option('--now <instant>', 'an ISO 8601 instant in place of the present').argParser(parseInstant),
  );
}

export function addWaitOption(command: Command): Command {
  return command.option(
    '--no-wait',
    'only start what can be started now; a running daemon, or the next run, does the rest',
  );
}

export function addDryRunOption(command: Command): Command {
  return command.option('--dry-run', 'change nothing, only say what would be done');
}

export function addVolumesOption(command: Command, description: string): Command {
  return command.addOption(
    new Option('--volume <id...>', description).argParser((text: string, before: readonly string[] = []) => [
      ...before,
      parseUuid(text),
    ]),
  );
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/;

export function parseInstant(text: string): Date {
  const at = new Date(text);
  if (INSTANT.test(text) && !Number.isNaN(at.getTime())) return at;
  throw new InvalidArgumentError('It should be an instant with its zone, such as 2026-11-23T03:30:00Z.');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function parseUuid(text: string): string {
  if (UUID.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError('It should be a UUID, such as 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.');
}

/** A whole number in a range. */
export function wholeNumber(lowest: number, highest = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= lowest && value <= highest) return value;
    const range = highest === Number.MAX_SAFE_INTEGER ? `from ${lowest} up` : `from ${lowest} to ${highest}`;
    throw new InvalidArgumentError(`It should be a whole number ${range}.`);
  };
}

export function parseShare(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value <= 1) return value;
  throw new InvalidArgumentError('It should be a share from 0 to 1, such as 0.5.');
}

export function parsePace(text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value > 0 && value <= 1_000_000) return value;
  throw new InvalidArgumentError('It should be a number above 0, such as 60.');
}
