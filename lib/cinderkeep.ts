import { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { applyToAll } from './deployment.ts';
import { Operations } from './operations.ts';
import { Scheduler } from './scheduler.ts';
import { State } from './state.ts';

export interface CinderkeepProps {
  /** A checked config: `loadConfig(FILE)` or `parseConfig(TEXT, NAME)`. Its `aws.account` and `aws.region` do not count here: the stack around decides. */
  readonly config: Config;
}

/**
 * A whole deployment in one construct, for a stack of your own: catalog and credentials, functions and schedules, alarms. What it is
 * made of can be reached to grant, extend or watch more.
 *
 * The stacks of `bin/deploy.ts` are the same parts, one each; there the catalog's stack can stay when the others are removed.
 */
export class Cinderkeep extends Construct {
  readonly state: State;
  readonly scheduler: Scheduler;
  readonly operations: Operations;

  constructor(scope: Construct, id: string, { config }: CinderkeepProps) {
    super(scope, id);
    this.state = new State(this, 'State', config);
    this.scheduler = new Scheduler(this, 'Scheduler', { config, state: this.state });
    this.operations = new Operations(this, 'Operations', {
      config,
      state: this.state,
      scheduler: this.scheduler,
    });
    applyToAll(this, config);
  }
}
