import { importRecords } from '../../lambdas/app/import-records.ts';
import { type AdminOption, addAdminOption } from '../cli/admin-option.ts';
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
import { withLines } from '../files/lines-file.ts';
import { RECORD_LINES } from '../files/record-lines.ts';
import { emitReport } from '../output/emit.ts';

interface ImportRecordsOptions extends ConfigOption, JsonOption, DataOption, AdminOption {
  readonly dryRun?: true;
}

export const command: CliCommand = {
  description:
    'Makes the backups of a file that `export-records` wrote known to the cloud again (import_record), parents before children, each under its own id, and waits until they are available. Backups that are there stay as they are. Needs an administrator of the same project, to which the backups then belong; the daemon must not be at work meanwhile. May be repeated.',
  examples: [
    'import-records records.ndjson --dry-run',
    'import-records records.ndjson --admin prod-admin',
    'import-records records.ndjson --admin env --json',
  ],
  declare(command) {
    command.argument('<file>', 'what `export-records` wrote');
    addDryRunOption(addConfigOption(command));
    addAdminOption(command);
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<ImportRecordsOptions>();
    const file: string = given.processedArgs[0];
    const report = await withLines(RECORD_LINES, file, ({ header: origin, pages: records }) =>
      withWorkspace({ ...options, isOffline: true }, terminal, ({ deps, run }) =>
        importRecords({ origin, records, dryRun: options.dryRun === true }, run(true), deps),
      ),
    );
    return emitReport(terminal, options.json, report);
  },
};
