import { testRestores } from '../../lambdas/app/test-restores.ts';
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
} from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { withWorkspace } from '../cli/workspace.ts';
import { emitReport } from '../output/emit.ts';

interface TestRestoresOptions extends ConfigOption, JsonOption, DataOption {
  readonly policy?: string;
  readonly volume?: readonly VolumeId[];
  readonly dryRun?: true;
  readonly wait: boolean;
}

export const command: CliCommand = {
  description:
    'Proves that backups can be restored: restores some into scratch volumes, looks whether these are as they should be, lets the policy’s hook look too, and deletes them again, whatever comes of it. Of every policy with restoreTests as many volumes as that says, those first whose last test is the longest ago; or the volumes given. Backups and volumes of yours are not touched.',
  examples: [
    'test-restores --dry-run',
    'test-restores --policy nightly',
    'test-restores --volume 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
  ],
  declare(command) {
    addConfigOption(command).option('--policy <name>', 'only backups of this policy');
    addVolumesOption(command, 'these volumes, which may be gone, instead of those whose turn it is');
    addDryRunOption(command);
    addWaitOption(command);
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<TestRestoresOptions>();
    const { policy, volume, dryRun } = options;
    const report = await withWorkspace(options, terminal, ({ deps, run }) =>
      testRestores(
        {
          trigger: 'manual',
          ...(policy !== undefined && { policy }),
          ...(volume !== undefined && { volumeIds: volume }),
          dryRun: dryRun === true,
        },
        run(options.wait),
        deps,
      ),
    );
    return emitReport(terminal, options.json, report);
  },
};
