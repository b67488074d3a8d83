import { Option } from 'commander';
import { loadConfig } from '../../config/config.ts';
import { explainRetention } from '../../lambdas/app/explain-retention.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import {
  addConfigOption,
  addJsonOption,
  addNowOption,
  type ConfigOption,
  type JsonOption,
} from '../cli/arguments.ts';
import { readBackupsFile } from '../cli/backups-file.ts';
import type { CliCommand } from '../cli/command.ts';
import { findConfigPolicy } from '../cli/find-policy.ts';
import { emit } from '../output/emit.ts';
import { formatExplanation, toExplanationJson } from '../output/explanation.ts';

interface ExplainOptions extends ConfigOption, JsonOption {
  readonly policy: string;
  readonly backups: string;
  readonly now?: Date;
}

export const command: CliCommand = {
  description:
    'What a policy would keep, hold and delete of a list of backups, and by which rule. Every backup of the list is taken for one of the policy; nothing else is looked at, and no cloud is asked.',
  examples: [
    'explain --policy nightly --backups backups.json',
    'explain --policy nightly --backups backups.json --now 2027-01-01T00:00:00Z --json',
    'explain --policy nightly --backups - < backups.json',
  ],
  declare(command) {
    addConfigOption(command)
      .requiredOption('--policy <name>', 'the policy whose rules are applied')
      .addOption(
        new Option(
          '--backups <file>',
          'a Cinder detail list, {"backups":[…]} as GET /backups/detail answers; - is stdin',
        ).makeOptionMandatory(),
      );
    addNowOption(command);
    addJsonOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<ExplainOptions>();
    const { deployment } = loadConfig(options.config);
    const policy = findConfigPolicy(options.policy, deployment, options.config);
    const { backups, isPartial } = await readBackupsFile(options.backups);
    if (isPartial) {
      terminal.note(
        `warning: ${options.backups} is one page of a longer list: what is missing from it may be a parent, or the newest of a bucket`,
      );
    }
    const now = options.now ?? systemClock.now();
    const explanation = { policy, now, decisions: explainRetention(policy, backups, now) };
    emit(terminal, options.json, toExplanationJson(explanation), () => formatExplanation(explanation));
    return 0;
  },
};
