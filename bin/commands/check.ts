import { type Config, loadConfig } from '../../config/config.ts';
import { type CloudCheck, checkCloud } from '../../lambdas/app/check-cloud.ts';
import { checkConfig } from '../../lambdas/app/check-config.ts';
import type { Cloud } from '../../lambdas/app/ports.ts';
import type { Volume } from '../../lambdas/domain/volume.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import {
  addConfigOption,
  addJsonOption,
  addNowOption,
  type ConfigOption,
  type JsonOption,
} from '../cli/arguments.ts';
import { openClouds } from '../cli/clouds.ts';
import type { CliCommand } from '../cli/command.ts';
import type { Terminal } from '../cli/terminal.ts';
import { type ConfigReview, formatReview } from '../output/check-text.ts';
import { emit } from '../output/emit.ts';

interface CheckOptions extends ConfigOption, JsonOption {
  readonly offline?: true;
  readonly now?: Date;
}

export const command: CliCommand = {
  description:
    'Validates the config and says in words what it means; warns of slots that daylight saving skips, windows that reach into the next day, and, where credentials are at hand, of credentials that may do too little or too much, selections that match nothing, quotas that will not suffice, and pins that the cloud is too old to keep. Changes nothing.',
  examples: ['check', 'check --config staging.yaml --offline', 'check --now 2027-03-01T00:00:00Z --json'],
  declare(command) {
    addConfigOption(command).option('--offline', 'look at the config alone, ask no cloud');
    addNowOption(command);
    addJsonOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<CheckOptions>();
    const config = loadConfig(options.config);
    const now = options.now ?? systemClock.now();
    const asked =
      options.offline === true ? { clouds: [], warnings: [] } : await askClouds(config, now, terminal);
    const review: ConfigReview = {
      config: options.config,
      deployment: config.deployment.name,
      policies: checkConfig(config.deployment, now),
      ...asked,
    };
    emit(terminal, options.json, review, () => formatReview(review, config));
    return 0;
  },
};

/** Clouds without credentials are passed over with a warning; anything else that goes wrong is an error. */
async function askClouds(
  config: Config,
  now: Date,
  terminal: Terminal,
): Promise<{ readonly clouds: readonly CloudCheck[]; readonly warnings: readonly string[] }> {
  const { CredentialsError } = await import('../../lambdas/adapters/cinder/credentials-error.ts');
  const opened = await openClouds(config.clouds, terminal);
  const clouds: CloudCheck[] = [];
  const warnings: string[] = [];
  try {
    for (const bounds of config.deployment.clouds.values()) {
      const cloud = await opened.open(bounds.name).catch((error: unknown) => {
        if (!(error instanceof CredentialsError)) throw error;
        warnings.push(`cloud ${bounds.name} was not asked: ${error.message}`);
        return undefined;
      });
      if (cloud === undefined) continue;
      const policies = [...config.deployment.policies.values()].filter(
        (policy) => policy.cloud === bounds.name,
      );
      const supply = {
        bounds,
        identity: await cloud.identify(),
        policies,
        volumes: await readVolumes(cloud),
        limits: await cloud.getLimits(),
        credentials: await cloud.checkCredentials(),
        now,
      };
      clouds.push(checkCloud(supply));
    }
  } finally {
    await opened.close();
  }
  return { clouds, warnings };
}

async function readVolumes(cloud: Cloud): Promise<readonly Volume[]> {
  const volumes: Volume[] = [];
  for await (const page of cloud.listVolumes()) volumes.push(...page);
  return volumes;
}
