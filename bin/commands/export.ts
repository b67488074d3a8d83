import { describeOrigin } from '../../lambdas/app/export-catalog.ts';
import type { CatalogEntry } from '../../lambdas/app/ports.ts';
import {
  addConfigOption,
  addDataOption,
  addJsonOption,
  type ConfigOption,
  type DataOption,
  type JsonOption,
} from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { withWorkspace } from '../cli/workspace.ts';
import { CATALOG_LINES } from '../files/catalog-lines.ts';
import { writeCountedLines } from '../files/counted-lines.ts';
import { writeLines } from '../files/lines-file.ts';
import { emit } from '../output/emit.ts';
import { countOf } from '../output/words.ts';

interface ExportOptions extends ConfigOption, JsonOption, DataOption {
  readonly out?: string;
}

export const command: CliCommand = {
  description:
    'Writes all that the catalog knows, history and pins included, as lines of JSON: for a copy elsewhere, for a move, or to look at. Needs no cloud, and works while the daemon runs. `import` reads it in again.',
  examples: [
    'export --out catalog.ndjson',
    'export | gzip > catalog.ndjson.gz',
    'export --data /var/lib/cinderkeep --out /backup/catalog.ndjson',
  ],
  declare(command) {
    addConfigOption(command).option('--out <file>', 'default: stdout');
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<ExportOptions>();
    const { out, json } = options;
    let count = 0;
    async function* counted(pages: AsyncIterable<readonly CatalogEntry[]>) {
      for await (const page of pages) {
        count += page.length;
        yield page;
      }
    }
    await withWorkspace({ ...options, isOffline: true }, terminal, async ({ deps }) => {
      const entries = counted(deps.catalog.listEntries());
      await writeLines(out, writeCountedLines(CATALOG_LINES, await describeOrigin(deps), entries));
    });
    const text = `${countOf(count, 'record')} of the catalog in ${options.data}`;
    if (count === 0) terminal.note(`warning: there is nothing in the catalog in ${options.data}`);
    if (out === undefined) terminal.note(text);
    else emit(terminal, json, { file: out, entryCount: count }, () => `${out}: ${text}`);
    return 0;
  },
};
