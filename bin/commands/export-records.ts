import { exportRecords } from '../../lambdas/app/export-records.ts';
import { type AdminOption, addAdminOption } from '../cli/admin-option.ts';
import {
  addConfigOption,
  addDataOption,
  addJsonOption,
  type ConfigOption,
  type DataOption,
  type JsonOption,
} from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { findCloud } from '../cli/find-cloud.ts';
import { withWorkspace } from '../cli/workspace.ts';
import { writeCountedLines } from '../files/counted-lines.ts';
import { writeLines } from '../files/lines-file.ts';
import { RECORD_LINES } from '../files/record-lines.ts';
import { emitReport } from '../output/emit.ts';

interface ExportRecordsOptions extends ConfigOption, JsonOption, DataOption, AdminOption {
  readonly cloud?: string;
  readonly out: string;
}

export const command: CliCommand = {
  description:
    'Writes Cinder’s own records (export_record) of all our backups, and of what they are based on, as lines of JSON. With them `import-records` makes the backups known again to a Cinder that has lost its database but not its backup storage. Needs an administrator of the project, as Cinder asks for one.',
  examples: [
    'export-records --out records.ndjson',
    'export-records --admin prod-admin --out records.ndjson',
    'export-records --cloud prod --admin env --out records.ndjson',
  ],
  declare(command) {
    addConfigOption(command)
      .requiredOption('--out <file>', 'the file to write')
      .option('--cloud <name>', 'of the config; may be left out if it is the only one');
    addAdminOption(command);
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<ExportRecordsOptions>();
    const report = await withWorkspace(
      { ...options, isOffline: true },
      terminal,
      async ({ config, deps, run }) => {
        const cloud = findCloud(options.cloud, config, options.config);
        const { origin, records, finish } = await exportRecords(cloud, run(true), deps);
        await writeLines(options.out, writeCountedLines(RECORD_LINES, origin, records));
        return finish();
      },
    );
    return emitReport(terminal, options.json, report);
  },
};
