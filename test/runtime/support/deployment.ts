import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../../config/config.ts';
import { createDynamoDbCatalog } from '../../../lambdas/adapters/dynamodb/catalog.ts';
import type { Catalog } from '../../../lambdas/app/ports.ts';
import type { FunctionName } from '../../../lib/function-bundle.ts';
import { openEmbeddedDynamoDb } from '../../../local/embedded-dynamodb.ts';
import { ACCOUNT, type EmulatedAws, REGION, startEmulatedAws } from './emulated-aws.ts';
import { type FunctionProcess, openFunction } from './function-process.ts';
import type { PolicyStatement } from './role-policy.ts';
import { type SynthesisedFunction, synthesise } from './synthesised.ts';

/** A deployment whose functions run here, from their template on. */
export interface RunningDeployment {
  readonly aws: EmulatedAws;
  /** For looking, past every role. */
  readonly catalog: Catalog;
  readonly functions: Readonly<Record<FunctionName, FunctionProcess>>;
  readonly synthesised: Readonly<Record<FunctionName, SynthesisedFunction>>;
  /** Another process of a function, with other variables or in another directory, say. */
  open(name: FunctionName, changes?: Partial<SynthesisedFunction>): Promise<FunctionProcess>;
  statementsOf(name: FunctionName): readonly PolicyStatement[];
  close(): Promise<void>;
}

export async function runDeployment(config: Config): Promise<RunningDeployment> {
  const directory = await mkdtemp(join(tmpdir(), 'cinderkeep-runtime-'));
  const database = await openEmbeddedDynamoDb();
  const aws = await startEmulatedAws(database.endpoint);
  const synthesised = synthesise(config, join(directory, 'cdk.out'), database.tableName);
  const opened: FunctionProcess[] = [];

  async function open(
    name: FunctionName,
    changes: Partial<SynthesisedFunction> = {},
  ): Promise<FunctionProcess> {
    const place = { ...synthesised[name], ...changes };
    const functionProcess = await openFunction({
      ...place,
      name: place.functionName,
      arn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${place.functionName}`,
      environment: {
        AWS_REGION: REGION,
        AWS_ENDPOINT_URL_DYNAMODB: aws.endpoint,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: aws.endpoint,
        AWS_ENDPOINT_URL_LAMBDA: aws.endpoint,
        ...aws.credentialsOf({ name, statements: place.statements }),
        ...place.environment,
      },
    });
    opened.push(functionProcess);
    return functionProcess;
  }

  const names = Object.keys(synthesised) as FunctionName[];
  const functions = await Promise.all(names.map(async (name) => [name, await open(name)] as const));
  return {
    aws,
    catalog: createDynamoDbCatalog(database),
    functions: Object.fromEntries(functions) as Record<FunctionName, FunctionProcess>,
    synthesised,
    open,
    statementsOf: (name) => synthesised[name].statements,
    async close() {
      for (const each of opened) await each.close();
      await aws.close();
      await database.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
