import type { Command } from 'commander';

export interface AdminOption {
  readonly admin?: string;
}

/** For what only an administrator may. */
export function addAdminOption(command: Command): Command {
  return command.option(
    '--admin <entry>',
    'who has the role admin in the project: an entry of clouds.yaml, or env for the variables OS_*; default: the credential of the config',
  );
}
