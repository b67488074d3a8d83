import { Option } from 'commander';
import { secretsOf } from '../../config/cloud-secret.ts';
import { type CloudSettings, type Config, loadConfig } from '../../config/config.ts';
import type { Standing } from '../../lambdas/app/aws-cost.ts';
import { type ForecastFleet, forecastFor } from '../../lambdas/app/forecast.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import {
  addConfigOption,
  addJsonOption,
  addNowOption,
  type ConfigOption,
  type JsonOption,
  parseShare,
  wholeNumber,
} from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { findConfigPolicy } from '../cli/find-policy.ts';
import { emit } from '../output/emit.ts';
import { formatForecast } from '../output/forecast-text.ts';

interface ForecastOptions extends ConfigOption, JsonOption {
  readonly policy: string;
  readonly days: number;
  readonly sizeGib: number;
  readonly changeRate?: number;
  readonly volumes: number;
  readonly backupMinutes: number;
  readonly now?: Date;
}

const MOST_DAYS = 4_000;
const MOST_GIB = 1_000_000;
const MOST_VOLUMES = 1_000_000;
const MOST_MINUTES = 10_000;

export const command: CliCommand = {
  description:
    'What a policy will make of a volume, day by day, and what it would come to with other placements of the fulls: backups that stay (each counts the full size against quota) and bytes. By the very planner that decides on real backups; no cloud is asked.',
  examples: [
    'forecast --policy nightly',
    'forecast --policy nightly --days 400 --size-gib 200 --change-rate 0.02',
    'forecast --policy nightly --volumes 200 --backup-minutes 20',
    'forecast --policy nightly --json',
  ],
  declare(command) {
    addConfigOption(command)
      .requiredOption('--policy <name>', 'the policy')
      .addOption(
        new Option('--days <n>', 'how many days ahead').argParser(wholeNumber(1, MOST_DAYS)).default(60),
      )
      .addOption(
        new Option('--size-gib <n>', 'the size of the volume')
          .argParser(wholeNumber(1, MOST_GIB))
          .default(100),
      )
      .addOption(
        new Option(
          '--change-rate <share>',
          "the share of the volume that changes in a day (default: the policy's changeRate)",
        ).argParser(parseShare),
      );
    command
      .addOption(
        new Option('--volumes <n>', 'how many such volumes; for the price on AWS')
          .argParser(wholeNumber(1, MOST_VOLUMES))
          .default(1_000),
      )
      .addOption(
        new Option('--backup-minutes <n>', 'how long the cloud takes for a backup; for the price on AWS')
          .argParser(wholeNumber(1, MOST_MINUTES))
          .default(5),
      );
    addNowOption(command);
    addJsonOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<ForecastOptions>();
    const config = loadConfig(options.config);
    const { deployment, clouds } = config;
    const policy = findConfigPolicy(options.policy, deployment, options.config);
    const forecast = forecastFor(policy, {
      days: options.days,
      sizeGib: options.sizeGib,
      changeRate: options.changeRate,
      from: options.now ?? systemClock.now(),
      fleet: toFleet(options, clouds.get(policy.cloud)),
      standing: toStanding(config),
    });
    emit(terminal, options.json, forecast, () => formatForecast(forecast));
    return 0;
  },
};

function toFleet(
  { volumes, backupMinutes }: ForecastOptions,
  cloud: CloudSettings | undefined,
): ForecastFleet {
  if (cloud === undefined) throw new Error('a policy whose cloud is not in the config');
  const { inFlight, requestsPerSecond } = cloud.limits;
  return { volumes, backupMinutes, inFlight, requestsPerSecond };
}

function toStanding(config: Config): Standing {
  const secrets = [...config.clouds.keys()].flatMap((cloud) => secretsOf(cloud, config));
  return {
    memoryMib: config.aws.memoryMib,
    secretCount: new Set(secrets.map(({ id }) => id)).size,
    hasDashboard: config.aws.dashboard,
  };
}
