import { Option } from 'commander';
import { pinBackup } from '../../lambdas/app/pin-backup.ts';
import type { BackupId } from '../../lambdas/domain/backup.ts';
import { readUserName } from '../../lambdas/runtime/settings.ts';
import {
  addConfigOption,
  addDataOption,
  addDryRunOption,
  addJsonOption,
  type ConfigOption,
  type DataOption,
  type JsonOption,
  parseUuid,
} from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { withWorkspace } from '../cli/workspace.ts';
import { emitReport } from '../output/emit.ts';

interface PinOptions extends ConfigOption, JsonOption, DataOption {
  readonly reason: string;
  readonly by?: string;
  readonly until?: string;
  readonly dryRun?: true;
}

export const command: CliCommand = {
  description:
    'Pins a backup: nothing deletes it, nor what it is based on, until the pin ends or is taken away. A pinned backup takes no other’s place in retention. The pin is written into the catalog and, where the cloud speaks 3.9 or later, into the backup itself, where a rebuild of the catalog finds it. A deletion that was decided and has not begun is withdrawn. Pinning again replaces the pin.',
  examples: [
    'pin 7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11 --reason "before the migration"',
    'pin 7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11 --reason "audit 2026" --until 2036-12-31',
    'pin 7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11 --reason "case 4711" --by "J. Doe" --dry-run',
  ],
  declare(command) {
    command.argument('<backup-id>', 'the id of the backup', parseUuid);
    addConfigOption(command)
      .addOption(new Option('--reason <text>', 'why it must stay').makeOptionMandatory())
      .option(
        '--until <end>',
        'an instant with its zone, or a date, of which the whole day in the policy’s time zone counts; default: no end',
      )
      .option('--by <who>', 'who says so; default: the user of this machine');
    addDryRunOption(command);
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<PinOptions>();
    const { reason, until, dryRun, by = readUserName() } = options;
    const backupId: BackupId = given.processedArgs[0];
    const report = await withWorkspace(options, terminal, ({ deps, run }) =>
      pinBackup(
        {
          backupId,
          pinned: true,
          reason,
          ...(by !== undefined && { by }),
          ...(until !== undefined && { until }),
          dryRun: dryRun === true,
        },
        run(true),
        deps,
      ),
    );
    return emitReport(terminal, options.json, report);
  },
};
