import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { applyToAll, toStack } from './deployment.ts';
import { State } from './state.ts';

/** The stack of all that must outlive a deployment of the code. */
export class StateStack extends Stack {
  readonly state: State;

  constructor(scope: Construct, config: Config) {
    const [id, props] = toStack('state', config);
    super(scope, id, {
      ...props,
      description: `cinderkeep ${config.deployment.name}: the catalog of backups, the clouds' credentials`,
      terminationProtection: config.aws.onRemoval === 'keep',
    });
    this.state = new State(this, 'State', config);
    applyToAll(this, config);
  }
}
