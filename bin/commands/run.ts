import { runDaemon, runOnce } from '../../local/daemon.ts';
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
import { emit, exitCodeOf } from '../output/emit.ts';
import { formatReport, formatReportLine } from '../output/report-text.ts';

interface RunOptions extends ConfigOption, JsonOption, DataOption {
  readonly once?: true;
}

export const command: CliCommand = {
  description:
    'The daemon: works off every policy of the config on schedule, with the catalog in a directory on this machine. Prints a line for each run that did something (with --json a JSON document a line). May be stopped, or killed, at any moment: the next one goes on where it was.',
  examples: ['run', 'run --once', 'run --config /etc/cinderkeep/policies.yaml --data /var/lib/cinderkeep'],
  declare(command) {
    addConfigOption(command).option('--once', 'do everything that is due now, then end');
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<RunOptions>();
    return withWorkspace({ ...options, toleratesRefusal: true }, terminal, async ({ deps, signal }) => {
      if (options.once === true) {
        const reports = await runOnce(deps, signal);
        emit(terminal, options.json, { reports }, () => reports.map(formatReport).join('\n\n'));
        return exitCodeOf(reports);
      }
      const policies = [...deps.deployment.policies.keys()].join(', ') || 'no policies';
      terminal.note(
        `running ${policies} of ${options.config}; the catalog is in ${options.data}; Ctrl-C stops`,
      );
      await runDaemon(deps, {
        signal,
        onReport(report) {
          terminal.clearStatus();
          terminal.print(options.json === true ? JSON.stringify(report) : formatReportLine(report));
        },
      });
      return 0;
    });
  },
};
