import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../config/config.ts';
import { SETTING } from '../../lambdas/runtime/settings.ts';
import { bundleFunctions, type FunctionName } from '../../lib/function-bundle.ts';
import type { CloudCredentials } from '../../local/embedded-cloud/embedded-cloud.ts';
import { startSecretsServer } from '../support/secrets-server.ts';
import { withCloud } from './clouds.ts';
import { DEPLOYMENT, POLICY, type TablePlace } from './deployment.ts';
import { type Child, startChild } from './processes/child.ts';
import type { CloudRequest } from './processes/cloud.ts';
import type { FunctionHandlers } from './processes/function.ts';
import { withDynamoDb } from './workers.ts';

/** As Lambda's own start of Node holds it, roughly. */
const NODE_OPTIONS = ['--max-old-space-size=230', '--max-semi-space-size=12'];
const IN_FLIGHT = 64;
const SECRET = 'bench';

export type Functions<Name extends FunctionName> = Readonly<Record<Name, Child<FunctionHandlers>>>;

/** Functions as they are deployed, each in a process of its own, with cloud, catalog and secret beside them. */
export async function withFunctions<Name extends FunctionName, Answer>(
  names: readonly Name[],
  request: CloudRequest,
  task: (functions: Functions<Name>) => Promise<Answer>,
): Promise<Answer> {
  return withCloud(request, ({ credentials }) =>
    withSecret(credentials, (secrets) =>
      withDynamoDb((table) => withBundles(names, toEnvironment(table, secrets), task)),
    ),
  );
}

async function withBundles<Name extends FunctionName, Answer>(
  names: readonly Name[],
  env: Readonly<Record<string, string>>,
  task: (functions: Functions<Name>) => Promise<Answer>,
): Promise<Answer> {
  const directory = await mkdtemp(join(tmpdir(), 'cinderkeep-bench-'));
  const bundles = bundleFunctions(parseConfig(CONFIG, 'bench.yaml'), directory, names);
  const children: Child<FunctionHandlers>[] = [];
  try {
    const started = names.map(async (name) => {
      const child = startChild<FunctionHandlers>('function.ts', NODE_OPTIONS);
      children.push(child);
      await child.ask('start', { directory: bundles[name], env });
      return [name, child] as const;
    });
    return await task(Object.fromEntries(await Promise.all(started)) as Functions<Name>);
  } finally {
    for (const child of children) await child.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** A Secrets Manager that knows one secret. */
async function withSecret<Answer>(
  credentials: CloudCredentials,
  task: (endpoint: string) => Promise<Answer>,
): Promise<Answer> {
  const { authUrl, username, password, projectName, userDomainName, projectDomainName } = credentials;
  const auth = {
    auth_url: authUrl,
    username,
    password,
    project_name: projectName,
    user_domain_name: userDomainName,
    project_domain_name: projectDomainName,
  };
  const server = await startSecretsServer({ [SECRET]: JSON.stringify({ auth }) });
  try {
    return await task(server.endpoint);
  } finally {
    server.close();
  }
}

function toEnvironment({ endpoint, tableName }: TablePlace, secrets: string) {
  return {
    [SETTING.catalogTable]: tableName,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets,
  };
}

const CONFIG = `version: 1
deployment: ${DEPLOYMENT}
clouds: { prod: { auth: { secret: ${SECRET} }, limits: { inFlight: ${IN_FLIGHT}, requestsPerSecond: 10000 } } }
policies:
  ${POLICY}:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "0 3 * * *", timezone: UTC }
    full: always
    keep: { semantics: restic, last: 1 }
    guards: { maxDeletes: 100000, maxDeleteShare: 1, graceDays: 0 }
`;
