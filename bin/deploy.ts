import { App } from 'aws-cdk-lib';
import { ConfigError, loadConfig } from '../config/config.ts';
import { OperationsStack } from '../lib/operations-stack.ts';
import { SchedulerStack } from '../lib/scheduler-stack.ts';
import { StateStack } from '../lib/state-stack.ts';

/** `cdk deploy -c config=FILE` */
const CONFIG_CONTEXT = 'config';
const DEFAULT_CONFIG = 'config/policies.yaml';
const BAD_CONFIG_EXIT_CODE = 2;

const app = new App();
try {
  const config = loadConfig(app.node.tryGetContext(CONFIG_CONTEXT) ?? DEFAULT_CONFIG);
  const { state } = new StateStack(app, config);
  const { scheduler } = new SchedulerStack(app, config, state);
  new OperationsStack(app, config, state, scheduler);
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = BAD_CONFIG_EXIT_CODE;
}
