import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { applyToAll, toStack } from './deployment.ts';
import { Operations } from './operations.ts';
import type { Scheduler } from './scheduler.ts';
import type { State } from './state.ts';

/** The stack that tells people when something is wrong. */
export class OperationsStack extends Stack {
  constructor(scope: Construct, config: Config, state: State, scheduler: Scheduler) {
    const [id, props] = toStack('operations', config);
    const description = `cinderkeep ${config.deployment.name}: alarms and dashboard`;
    super(scope, id, { ...props, description });
    new Operations(this, 'Operations', { config, state, scheduler });
    applyToAll(this, config);
  }
}
