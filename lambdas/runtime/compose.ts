import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseDeployedConfig } from '../../config/deployed-config.ts';
import { createDynamoDbCatalog } from '../adapters/dynamodb/catalog.ts';
import { createSecretReader } from '../adapters/secrets/secrets.ts';
import type { Container } from './handler.ts';
import { createFunctionLog } from './log.ts';
import { createMeasure } from './metrics.ts';
import { createOpenClouds } from './open-clouds.ts';
import { createRunClock } from './run-clock.ts';
import { resolveFromSecrets } from './secret-credentials.ts';
import { readFunctionSettings } from './settings.ts';

/** Put beside the code when that is bundled. */
const CONFIG_FILE = new URL('config.json', import.meta.url);

/** Everything that a function works with; no request is made yet. @throws {SettingsError} the function is not wired as it should be. */
export async function compose(): Promise<Container> {
  const settings = readFunctionSettings();
  const { deployment, clouds, metrics } = parseDeployedConfig(await readFile(CONFIG_FILE, 'utf8'));
  const clock = createRunClock();
  const log = createFunctionLog(deployment.name);
  const readSecret = createSecretReader(new SecretsManagerClient({}));
  const opened = createOpenClouds({
    clouds,
    resolve: (cloud) => resolveFromSecrets(cloud, readSecret),
    clock,
    log,
  });
  return {
    deps: {
      deployment,
      clock,
      catalog: createDynamoDbCatalog({ client: new DynamoDBClient({}), tableName: settings.catalogTable }),
      openCloud: opened.open,
      log,
      owner: `function ${randomUUID()}`,
      recordedSlots: new Map(),
      workingClouds: new Set(),
    },
    measure: metrics ? createMeasure(deployment.name) : () => {},
    begin: log.begin,
    cutOff() {
      opened.abort('the time of the run is up');
      clock.wake();
    },
  };
}
