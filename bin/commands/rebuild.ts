import { rebuildCatalog } from '../../lambdas/app/rebuild-catalog.ts';
import {
  addConfigOption,
  addDataOption,
  addDryRunOption,
  addJsonOption,
  type ConfigOption,
  type DataOption,
  type JsonOption,
} from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { withWorkspace } from '../cli/workspace.ts';
import { emitReport } from '../output/emit.ts';

interface RebuildOptions extends ConfigOption, JsonOption, DataOption {
  readonly dryRun?: true;
}

export const command: CliCommand = {
  description:
    'Restores the catalog from what the clouds show: backups of ours that it does not know are recorded, records whose backup is gone are closed. Changes nothing in the clouds, and may be run at any time.',
  examples: ['rebuild --dry-run', 'rebuild', 'rebuild --data /var/lib/cinderkeep'],
  declare(command) {
    addDryRunOption(addConfigOption(command));
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<RebuildOptions>();
    const report = await withWorkspace(options, terminal, ({ deps, run }) =>
      rebuildCatalog({ dryRun: options.dryRun === true }, run(true), deps),
    );
    return emitReport(terminal, options.json, report);
  },
};
