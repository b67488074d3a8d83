import { importCatalog } from '../../lambdas/app/import-catalog.ts';
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
import { CATALOG_LINES } from '../files/catalog-lines.ts';
import { withLines } from '../files/lines-file.ts';
import { emitReport } from '../output/emit.ts';

interface ImportOptions extends ConfigOption, JsonOption, DataOption {
  readonly dryRun?: true;
}

export const command: CliCommand = {
  description:
    'Reads a catalog that `export` wrote in again, after all of the file was found to be right. What the catalog knows already stays as it is; after a `rebuild` it gets back what the backups themselves do not tell: history, pins, reasons, proofs, days of grace. What was under way when the file was written is not gone on with. Refuses the file of another deployment or project.',
  examples: ['import catalog.ndjson --dry-run', 'import catalog.ndjson', 'import catalog.ndjson --data new'],
  declare(command) {
    command.argument('<file>', 'what `export` wrote');
    addDryRunOption(addConfigOption(command));
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<ImportOptions>();
    const file: string = given.processedArgs[0];
    const report = await withLines(CATALOG_LINES, file, ({ header: origin, pages: entries }) =>
      withWorkspace({ ...options, isOffline: true }, terminal, ({ deps, run }) =>
        importCatalog({ origin, entries, dryRun: options.dryRun === true }, run(true), deps),
      ),
    );
    return emitReport(terminal, options.json, report);
  },
};
