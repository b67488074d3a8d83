import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import type { Config } from '../../../config/config.ts';
import { Cinderkeep } from '../../../lib/cinderkeep.ts';
import { FUNCTION_NAMES, type FunctionName } from '../../../lib/function-bundle.ts';
import { ACCOUNT, REGION, tableArn } from './emulated-aws.ts';
import { type PolicyStatement, readStatement } from './role-policy.ts';

/** A function as its template has it. */
export interface SynthesisedFunction {
  readonly functionName: string;
  readonly directory: string;
  readonly handler: string;
  readonly memoryMib: number;
  readonly timeoutMs: number;
  readonly environment: Readonly<Record<string, string>>;
  /** What its role allows. */
  readonly statements: readonly PolicyStatement[];
}

type Tree = Readonly<Record<string, unknown>>;
interface Resource {
  readonly Type: string;
  readonly Properties: Tree;
  readonly Metadata?: Tree;
}

/** Synthesises a deployment into a directory, as the CDK command line does, and reads its functions from the template. */
export function synthesise(
  config: Config,
  outdir: string,
  tableName: string,
): Readonly<Record<FunctionName, SynthesisedFunction>> {
  // The command line's own way of saying which resource an asset belongs to.
  const app = new App({ outdir, context: { 'aws:cdk:enable-asset-metadata': true } });
  const stack = new Stack(app, 'Test', { env: { account: ACCOUNT, region: REGION } });
  const { scheduler } = new Cinderkeep(stack, 'Cinderkeep', { config });
  const idOf = (name: FunctionName) =>
    stack.getLogicalId(scheduler.functions[name].node.defaultChild as never);
  const ids = FUNCTION_NAMES.map((name) => [name, idOf(name)] as const);
  const template = app.synth().getStackByName(stack.stackName).template as {
    Resources: Record<string, Resource>;
  };
  const reader = new TemplateReader(template.Resources, outdir, tableName);
  const functions = ids.map(([name, id]) => [name, reader.readFunction(id)] as const);
  return Object.fromEntries(functions) as Record<FunctionName, SynthesisedFunction>;
}

class TemplateReader {
  readonly #resources: Readonly<Record<string, Resource>>;
  readonly #outdir: string;
  readonly #tableName: string;

  constructor(resources: Readonly<Record<string, Resource>>, outdir: string, tableName: string) {
    this.#resources = resources;
    this.#outdir = outdir;
    this.#tableName = tableName;
  }

  readFunction(id: string): SynthesisedFunction {
    const { Properties: properties, Metadata: metadata } = this.#get(id);
    const { Variables: variables } = this.#resolve(properties.Environment) as {
      Variables: Record<string, string>;
    };
    const roleId = ((properties.Role as Tree)['Fn::GetAtt'] as [string, string])[0];
    return {
      functionName: String(this.#resolve(properties.FunctionName)),
      directory: join(this.#outdir, String(metadata?.['aws:asset:path'])),
      handler: String(properties.Handler),
      memoryMib: Number(properties.MemorySize),
      timeoutMs: Number(properties.Timeout) * 1000,
      environment: variables,
      statements: this.#statementsOf(roleId),
    };
  }

  #statementsOf(roleId: string): PolicyStatement[] {
    const policies = Object.values(this.#resources).filter(
      ({ Type, Properties }) =>
        Type === 'AWS::IAM::Policy' && JSON.stringify(Properties.Roles).includes(`{"Ref":"${roleId}"}`),
    );
    const { Policies: inline, ManagedPolicyArns: managed } = this.#get(roleId).Properties;
    if (inline !== undefined || managed !== undefined)
      throw new Error(`${roleId} has policies that are not looked at`);
    return policies.flatMap(({ Properties }) => {
      const { Statement: statements } = this.#resolve(Properties.PolicyDocument) as { Statement: Tree[] };
      return statements.map(readStatement);
    });
  }

  #get(id: string): Resource {
    const resource = this.#resources[id];
    if (resource === undefined) throw new Error(`the template has no ${id}`);
    return resource;
  }

  /** CloudFormation's intrinsic functions, worked out. */
  #resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#resolve(each));
    if (typeof value !== 'object' || value === null) return value;
    const [name, argument] = Object.entries(value)[0] ?? [];
    if (name === 'Ref') return this.#resolveRef(String(argument));
    if (name === 'Fn::GetAtt') return this.#resolveAttribute(argument as [string, string]);
    if (name === 'Fn::Join') {
      const [separator, parts] = this.#resolve(argument) as [string, string[]];
      return parts.join(separator);
    }
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.#resolve(each)]));
  }

  #resolveRef(id: string): string {
    const pseudo: Readonly<Record<string, string>> = {
      'AWS::Partition': 'aws',
      'AWS::Region': REGION,
      'AWS::AccountId': ACCOUNT,
      'AWS::URLSuffix': 'amazonaws.com',
    };
    return pseudo[id] ?? (this.#get(id).Type === 'AWS::DynamoDB::Table' ? this.#tableName : id);
  }

  #resolveAttribute([id, attribute]: readonly [string, string]): string {
    if (this.#get(id).Type === 'AWS::DynamoDB::Table' && attribute === 'Arn')
      return tableArn(this.#tableName);
    return `arn:of:${id}:${attribute}`;
  }
}
