import { pinBackup } from '../../lambdas/app/pin-backup.ts';
import type { BackupId } from '../../lambdas/domain/backup.ts';
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

interface UnpinOptions extends ConfigOption, JsonOption, DataOption {
  readonly dryRun?: true;
}

export const command: CliCommand = {
  description:
    'Takes the pin of a backup away, from the catalog and from the backup itself: from the next pruning on, retention decides on it like on any other.',
  examples: [
    'unpin 7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11',
    'unpin 7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11 --dry-run --json',
  ],
  declare(command) {
    command.argument('<backup-id>', 'the id of the backup', parseUuid);
    addDryRunOption(addConfigOption(command));
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<UnpinOptions>();
    const backupId: BackupId = given.processedArgs[0];
    const report = await withWorkspace(options, terminal, ({ deps, run }) =>
      pinBackup({ backupId, pinned: false, dryRun: options.dryRun === true }, run(true), deps),
    );
    return emitReport(terminal, options.json, report);
  },
};
