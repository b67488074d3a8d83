import { Option } from 'commander';
import { pruneBackups } from '../../lambdas/app/prune-backups.ts';
import type { VolumeId } from '../../lambdas/domain/backup.ts';
import {
  addConfigOption,
  addDataOption,
  addDryRunOption,
  addJsonOption,
  addVolumesOption,
  addWaitOption,
  type ConfigOption,
  type DataOption,
  type JsonOption,
  parseShare,
  wholeNumber,
} from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { withWorkspace } from '../cli/workspace.ts';
import { emitReport } from '../output/emit.ts';

interface PruneOptions extends ConfigOption, JsonOption, DataOption {
  readonly policy?: string;
  readonly volume?: readonly VolumeId[];
  readonly dryRun?: true;
  readonly maxDeletes?: number;
  readonly maxDeleteShare?: number;
  readonly wait: boolean;
}

export const command: CliCommand = {
  description:
    'Deletes the backups that retention no longer keeps, dependents first, and waits until they are gone. Whatever a kept backup needs is held, and only backups with our marker are ever deleted.',
  examples: [
    'prune --dry-run',
    'prune --policy nightly',
    'prune --volume 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed --max-delete-share 0.9',
  ],
  declare(command) {
    addConfigOption(command).option('--policy <name>', "only this policy's backups");
    addVolumesOption(command, 'only these volumes');
    addDryRunOption(command);
    command
      .addOption(
        new Option('--max-deletes <n>', "in place of the policies' guards.maxDeletes").argParser(
          wholeNumber(0),
        ),
      )
      .addOption(
        new Option(
          '--max-delete-share <f>',
          "in place of the policies' guards.maxDeleteShare, from 0 to 1",
        ).argParser(parseShare),
      );
    addWaitOption(command);
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<PruneOptions>();
    const { policy, volume, dryRun, maxDeletes, maxDeleteShare } = options;
    const report = await withWorkspace(options, terminal, ({ deps, run }) =>
      pruneBackups(
        {
          trigger: 'manual',
          dryRun: dryRun === true,
          ...(policy !== undefined && { policy }),
          ...(volume !== undefined && { volumeIds: volume }),
          ...(maxDeletes !== undefined && { maxDeletes }),
          ...(maxDeleteShare !== undefined && { maxDeleteShare }),
        },
        run(options.wait),
        deps,
      ),
    );
    return emitReport(terminal, options.json, report);
  },
};
