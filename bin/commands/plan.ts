import { Option } from 'commander';
import { loadConfig } from '../../config/config.ts';
import { planWork } from '../../lambdas/app/plan-work.ts';
import { previewChange } from '../../lambdas/app/preview-change.ts';
import {
  addConfigOption,
  addDataOption,
  addJsonOption,
  type ConfigOption,
  type DataOption,
  type JsonOption,
} from '../cli/arguments.ts';
import type { CliCommand, ExitCode } from '../cli/command.ts';
import type { Terminal } from '../cli/terminal.ts';
import { UsageError } from '../cli/usage-error.ts';
import { withWorkspace } from '../cli/workspace.ts';
import { emit, exitCodeOf } from '../output/emit.ts';
import { formatPlan } from '../output/plan-text.ts';
import { formatPreview } from '../output/preview-text.ts';

interface PlanOptions extends ConfigOption, JsonOption, DataOption {
  readonly policy?: string;
  readonly against?: string;
}

export const command: CliCommand = {
  description:
    'What would be created at the due or the next slot of each policy, and what would be deleted now, with the reasons. Changes nothing.',
  examples: [
    'plan',
    'plan --policy nightly',
    'plan --against policies.new.yaml      what that config would delete and this one keeps',
    'plan --json',
  ],
  declare(command) {
    addConfigOption(command)
      .addOption(new Option('--policy <name>', 'only this policy').conflicts('against'))
      .option('--against <file>', 'only what another version of the config would delete that this one keeps');
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<PlanOptions>();
    if (options.against !== undefined) return previewAgainst(options.against, options, terminal);
    const { policy } = options;
    const plan = await withWorkspace(options, terminal, ({ deps, run }) =>
      planWork(policy === undefined ? {} : { policy }, run(true), deps),
    );
    emit(terminal, options.json, plan, () => formatPlan(plan));
    return exitCodeOf([plan.prune]);
  },
};

async function previewAgainst(file: string, options: PlanOptions, terminal: Terminal): Promise<ExitCode> {
  const other = loadConfig(file).deployment;
  const { name, lost } = await withWorkspace(options, terminal, async ({ deps, run }) => {
    const { name } = deps.deployment;
    return { name, lost: name === other.name ? await previewChange(other, run(true), deps) : [] };
  });
  if (name !== other.name) {
    throw new UsageError(
      `${file}: its deployment is ${other.name} and not ${name}: none of the backups would be its own, so it would delete nothing`,
    );
  }
  emit(terminal, options.json, { against: file, lost }, () => formatPreview(file, lost));
  return 0;
}
