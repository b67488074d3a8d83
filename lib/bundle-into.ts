import { join } from 'node:path';
import { Stage } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Config } from '../config/config.ts';
import { bundleFunctions, FUNCTION_NAMES, type FunctionName } from './function-bundle.ts';

/** Bundles the functions of a deployment beside the templates, from where CDK takes them. @returns the directories by function. */
export function bundleInto(scope: IConstruct, config: Config): Readonly<Record<FunctionName, string>> {
  const stage = Stage.of(scope);
  if (stage === undefined) throw new Error(`${scope.node.path}: should be within an App`);
  return bundleFunctions(config, join(stage.outdir, 'bundles', scope.node.addr), FUNCTION_NAMES);
}
