import { reportCoverage } from '../../lambdas/app/report-coverage.ts';
import type { VolumeId } from '../../lambdas/domain/backup.ts';
import {
  addConfigOption,
  addDataOption,
  addJsonOption,
  addVolumesOption,
  type ConfigOption,
  type DataOption,
  type JsonOption,
} from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { withWorkspace } from '../cli/workspace.ts';
import { formatCoverage } from '../output/coverage-text.ts';
import { emit, exitCodeOf } from '../output/emit.ts';

interface CoverageOptions extends ConfigOption, JsonOption, DataOption {
  readonly policy?: string;
  readonly volume?: readonly VolumeId[];
}

export const command: CliCommand = {
  description:
    'Which volumes have no recent good backup, by each policy that selects them, with the reason; which slots were missed, which volumes no policy selects, and whether quotas will last for a week. Recent is what the policy’s rpo says, or without one its schedule. Reads only. Exit code 1 when a volume is not covered, or when that cannot be told.',
  examples: [
    'coverage',
    'coverage --policy nightly',
    'coverage --volume 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    'coverage --json',
  ],
  declare(command) {
    addConfigOption(command).option('--policy <name>', 'only by this policy');
    addVolumesOption(command, 'only these volumes; one that no policy selects is not covered then');
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<CoverageOptions>();
    const { policy, volume } = options;
    const report = await withWorkspace({ ...options, toleratesRefusal: true }, terminal, ({ deps, run }) =>
      reportCoverage(
        {
          trigger: 'manual',
          ...(policy !== undefined && { policy }),
          ...(volume !== undefined && { volumeIds: volume }),
        },
        run(true),
        deps,
      ),
    );
    emit(terminal, options.json, report, () => formatCoverage(report));
    return exitCodeOf([report]);
  },
};
