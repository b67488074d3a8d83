/** What other CDK apps use: the whole as one construct, its parts, and how a config is read. */
export {
  type Config,
  ConfigError,
  type ConfigInput,
  defineConfig,
  loadConfig,
  parseConfig,
} from '../config/config.ts';
export { Cinderkeep, type CinderkeepProps } from './cinderkeep.ts';
export type { FunctionName } from './function-bundle.ts';
export { Operations, type OperationsProps } from './operations.ts';
export { OperationsStack } from './operations-stack.ts';
export { Scheduler, type SchedulerProps } from './scheduler.ts';
export { SchedulerStack } from './scheduler-stack.ts';
export { State } from './state.ts';
export { StateStack } from './state-stack.ts';
