import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parseConfig } from '../../config/config.ts';
import { createCinderCloud } from '../../lambdas/adapters/cinder/cinder-cloud.ts';
import type { ExchangeEvent } from '../../lambdas/adapters/cinder/exchange.ts';
import { createDynamoDbCatalog } from '../../lambdas/adapters/dynamodb/catalog.ts';
import { createMemoryCatalog } from '../../lambdas/adapters/memory/memory-catalog.ts';
import type { Catalog, Log } from '../../lambdas/app/ports.ts';
import type { Dependencies } from '../../lambdas/app/run.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import type { CloudCredentials } from '../../local/embedded-cloud/embedded-cloud.ts';
import { openDistantCatalog } from './processes/distant-catalog.ts';

export const DEPLOYMENT = 'bench';
export const POLICY = 'nightly';

/** A catalog in this process's memory, in that of another one, or a table behind an endpoint. */
export type CatalogPlace = 'memory' | 'elsewhere' | TablePlace;

export interface TablePlace {
  readonly endpoint: string;
  readonly tableName: string;
}

export interface DeploymentOptions {
  readonly credentials: CloudCredentials;
  readonly catalog: CatalogPlace;
  readonly inFlight: number | 'unlimited';
  /** Of the policy; default: none. */
  readonly rpo?: string;
  readonly onExchange?: (event: ExchangeEvent) => void;
}

const QUIET: Log = { info() {}, warn() {} };

/** One policy over all volumes of one cloud, in real time. */
export function openDeployment(options: DeploymentOptions): Dependencies {
  const config = parseConfig(configText(options), 'bench.yaml');
  const { credentials } = options;
  const cloud = createCinderCloud({
    name: 'prod',
    credentials: {
      type: 'password',
      authUrl: credentials.authUrl,
      user: { name: credentials.username, domain: { name: credentials.userDomainName } },
      password: credentials.password,
      project: { name: credentials.projectName, domain: { name: credentials.projectDomainName } },
    },
    requestsPerSecond: 'unlimited',
    clock: systemClock,
    random: Math.random,
    log: QUIET,
    onExchange: options.onExchange,
  });
  return {
    deployment: config.deployment,
    clock: systemClock,
    catalog: openCatalog(options.catalog),
    openCloud: async () => cloud,
    log: QUIET,
    owner: 'bench',
    recordedSlots: new Map(),
    workingClouds: new Set(),
  };
}

export function openCatalog(place: CatalogPlace): Catalog {
  if (place === 'memory') return createMemoryCatalog();
  if (place === 'elsewhere') return openDistantCatalog();
  const { endpoint, tableName } = place;
  return createDynamoDbCatalog({ client: openDynamoDbClient(endpoint), tableName });
}

export function openDynamoDbClient(endpoint: string): DynamoDBClient {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return new DynamoDBClient({ endpoint, region: 'local', credentials });
}

function configText({ inFlight, rpo }: Pick<DeploymentOptions, 'inFlight' | 'rpo'>): string {
  return `version: 1
deployment: ${DEPLOYMENT}
clouds:
  prod: { auth: env, limits: { inFlight: ${inFlight}, requestsPerSecond: 1000 } }
policies:
  ${POLICY}:
    cloud: prod
    select: { volumes: { metadata: { backup: nightly } } }
    schedule: { cron: "0 2 * * *", timezone: UTC }
    keep: { semantics: restic, daily: 7, weekly: 4, monthly: 6 }
${rpo === undefined ? '' : `    rpo: ${rpo}\n`}`;
}
