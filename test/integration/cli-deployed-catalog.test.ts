import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedDynamoDb, openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { makeDirectory, startCliSession } from '../support/cli.ts';
import { type CliCloud, startCliCloud } from '../support/cli-cloud.ts';
import { type SecretsServer, startSecretsServer } from '../support/secrets-server.ts';

const CONFIG = `version: 1
deployment: acme
clouds: { prod: { auth: { secret: cinderkeep/prod }, limits: { requestsPerSecond: 1000 } } }
policies:
  nightly:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "30 3 * * *", timezone: Europe/Berlin }
    keep: { semantics: restic, last: 1 }
`;

const directory = makeDirectory({
  'policies.yaml': CONFIG,
  'other.yaml': CONFIG.replace('cinderkeep/prod', 'cinderkeep/none'),
});
const session = startCliSession();
let cloud: CliCloud;
let dynamoDb: EmbeddedDynamoDb;
let secrets: SecretsServer;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  [cloud, dynamoDb] = await Promise.all([
    startCliCloud(['--volumes', '2', '--speed', '50']),
    openEmbeddedDynamoDb(),
  ]);
  const { auth_url, username, password, project_name, user_domain_name, project_domain_name } = cloud.ready;
  const auth = { auth_url, username, password, project_name, user_domain_name, project_domain_name };
  secrets = await startSecretsServer({ 'cinderkeep/prod': JSON.stringify({ auth }) });
  env = {
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'any',
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
  };
});
afterAll(async () => {
  await cloud.stop();
  secrets.close();
  session.stop();
  await dynamoDb.close();
  directory.remove();
});

function run(words: readonly string[], around = env) {
  return session.run(words, { cwd: directory.path, env: around });
}

const onTable = (command: string, table = dynamoDb.tableName, config = 'policies.yaml') => [
  command,
  '--config',
  config,
  '--data',
  `dynamodb:${table}`,
];

describe('commands on the catalog of a deployment on AWS', () => {
  it('back up, with the credential in the secret, and know of it in the next command', async () => {
    const made = await run([...onTable('backup'), '--policy', 'nightly', '--json']);
    expect(made.stderr).toBe('');
    expect(JSON.parse(made.stdout).counts).toEqual({ available: 2 });
    const exported = await run([...onTable('export'), '--out', 'catalog.ndjson']);
    expect(exported.code).toBe(0);
  });

  it('rebuild a table that is new', async () => {
    const another = await openEmbeddedDynamoDb();
    const around = { ...env, AWS_ENDPOINT_URL_DYNAMODB: another.endpoint };
    const rebuilt = await run([...onTable('rebuild', another.tableName), '--json'], around);
    await another.close();
    expect(rebuilt.code).toBe(0);
    expect(JSON.parse(rebuilt.stdout).counts).toMatchObject({ adopted: 2 });
  });

  it('say which table does not answer, and why', async () => {
    const { code, stderr } = await run(onTable('prune', 'no-such-table'));
    expect(stderr).toContain('open the catalog in table no-such-table on AWS: ResourceNotFoundException');
    expect(code).toBe(2);
  });

  it('say which secret cannot be read, and what a machine without AWS does', async () => {
    const { code, stderr } = await run(onTable('prune', dynamoDb.tableName, 'other.yaml'));
    expect(stderr).toMatch(
      /clouds\.prod\.auth: read secret cinderkeep\/none: ResourceNotFoundException.*without them use env or/,
    );
    expect(code).toBe(2);
  });
});
