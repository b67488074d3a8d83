import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Config } from '../../config/config.ts';
import { OperationsStack } from '../../lib/operations-stack.ts';
import { SchedulerStack } from '../../lib/scheduler-stack.ts';
import { StateStack } from '../../lib/state-stack.ts';

/** The stacks of a deployment, as `bin/deploy.ts` puts them together. */
export function createStacks(config: Config, app = new App()) {
  const state = new StateStack(app, config);
  const scheduler = new SchedulerStack(app, config, state.state);
  const operations = new OperationsStack(app, config, state.state, scheduler.scheduler);
  return { app, state, scheduler, operations };
}

/** Bundling takes a second or two: tests of one file share the templates of a config. */
export function synthesiseStacks(config: Config) {
  const { state, scheduler, operations } = createStacks(config);
  return {
    state: Template.fromStack(state),
    scheduler: Template.fromStack(scheduler),
    operations: Template.fromStack(operations),
  };
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** The resources of a type by logical id. */
export function resourcesOf(template: Template, type: string): Readonly<Record<string, Resource>> {
  return template.findResources(type) as Record<string, Resource>;
}
