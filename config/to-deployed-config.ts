import { secretsOf } from './cloud-secret.ts';
import type { CloudSettings, Config } from './config.ts';
import type { DeployedCloud, DeployedConfig } from './deployed-config.ts';
import { readCertificates } from './read-certificates.ts';

/**
 * What the functions are told of a checked config: defaults filled in, secrets by name, certificates read from their files; nothing is left
 * to check, so that a cold start reads it in no time and what is wrong is found before anything is deployed.
 *
 * @throws {ConfigError} a file of certificates cannot be read.
 */
export function toDeployedConfig(config: Config): DeployedConfig {
  const clouds = [...config.clouds.values()].map((settings) => toDeployedCloud(settings, config));
  return {
    deployment: config.deployment,
    clouds: new Map(clouds.map((cloud) => [cloud.name, cloud])),
    metrics: config.aws.metrics,
  };
}

function toDeployedCloud({ auth: _where, ca, ...settings }: CloudSettings, config: Config): DeployedCloud {
  const secrets = secretsOf(settings.name, config).flatMap(({ id, operations }) =>
    operations.map((operation) => [operation, id] as const),
  );
  return {
    ...settings,
    secrets: Object.fromEntries(secrets),
    ...(ca !== undefined && { certificates: readCertificates(ca, settings.name) }),
  };
}
