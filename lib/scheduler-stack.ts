import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { applyToAll, toStack } from './deployment.ts';
import { Scheduler } from './scheduler.ts';
import type { State } from './state.ts';

/** The stack of everything that runs. */
export class SchedulerStack extends Stack {
  readonly scheduler: Scheduler;

  constructor(scope: Construct, config: Config, state: State) {
    const [id, props] = toStack('scheduler', config);
    const description = `cinderkeep ${config.deployment.name}: functions and schedules`;
    super(scope, id, { ...props, description });
    this.scheduler = new Scheduler(this, 'Scheduler', { config, state });
    applyToAll(this, config);
  }
}
