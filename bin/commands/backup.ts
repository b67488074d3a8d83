import { Option } from 'commander';
import { createBackups } from '../../lambdas/app/create-backups.ts';
import type { BackupType, VolumeId } from '../../lambdas/domain/backup.ts';
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
} from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { withWorkspace } from '../cli/workspace.ts';
import { emitReport } from '../output/emit.ts';

interface BackupOptions extends ConfigOption, JsonOption, DataOption {
  readonly policy: string;
  readonly volume?: readonly VolumeId[];
  readonly type?: BackupType;
  readonly dryRun?: true;
  readonly wait: boolean;
}

export const command: CliCommand = {
  description:
    'Backs up the volumes of a policy now, and waits until every backup has been seen available. A manual backup has a slot of its own and counts in retention like any other.',
  examples: [
    'backup --policy nightly',
    'backup --policy nightly --volume 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed --type full',
    'backup --policy nightly --dry-run --json',
  ],
  declare(command) {
    addConfigOption(command)
      .requiredOption('--policy <name>', 'the policy that the backups belong to')
      .addOption(
        new Option('--type <type>', 'instead of what the policy would choose').choices([
          'full',
          'incremental',
        ]),
      );
    addVolumesOption(command, 'these volumes instead of the ones that the policy selects');
    addDryRunOption(command);
    addWaitOption(command);
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const { policy, volume, type, dryRun, wait, json, ...places } = given.opts<BackupOptions>();
    const report = await withWorkspace({ ...places, policy }, terminal, ({ deps, run }) =>
      createBackups(
        {
          trigger: 'manual',
          policy,
          ...(volume !== undefined && { volumeIds: volume }),
          ...(type !== undefined && { type }),
          dryRun: dryRun === true,
        },
        run(wait),
        deps,
      ),
    );
    return emitReport(terminal, json, report);
  },
};
