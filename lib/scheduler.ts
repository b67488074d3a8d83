import { TimeZone } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { ContextAttribute, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { formatEventBridgeCron, parseCron } from '../lambdas/domain/cron.ts';
import type { Policy } from '../lambdas/domain/policy.ts';
import { scheduledTests } from '../lambdas/domain/restore-tests.ts';
import type { SlotRule } from '../lambdas/domain/slot.ts';
import { bundleInto } from './bundle-into.ts';
import { BackupFunction } from './constructs/backup-function.ts';
import { ConsoleEvents } from './constructs/console-events.ts';
import { LostMessages } from './constructs/lost-messages.ts';
import { OutboundNetwork } from './constructs/outbound-network.ts';
import { RequestSchedules } from './constructs/request-schedules.ts';
import { FUNCTION_NAMES, type FunctionName } from './function-bundle.ts';
import { FUNCTIONS, type Pulse } from './functions.ts';
import type { State } from './state.ts';
import { createTestEvents } from './test-events.ts';

export interface SchedulerProps {
  readonly config: Config;
  readonly state: State;
}

/** What comes late is made up anyway: backups by the minute's worker, as soon as the slot's window is over; tests of restores within the hour. */
const SLOT_DELIVERY_MINUTES = 5;

/** Not at the full or half hour, when most tests have just been called for. */
const MISSED_TESTS: Pulse = {
  expression: 'cron(50 * * * ? *)',
  description: 'Every hour: tests of restores whose slot was missed',
  deliveryMinutes: SLOT_DELIVERY_MINUTES,
};

/** Everything that runs: the functions, and the schedules that call them. */
export class Scheduler extends Construct {
  readonly functions: Readonly<Record<FunctionName, LambdaFunction>>;
  /** Requests that reached no function. */
  readonly undelivered: Queue;

  constructor(scope: Construct, id: string, { config, state }: SchedulerProps) {
    super(scope, id);
    this.undelivered = new LostMessages(this, 'Undelivered', state).queue;
    this.functions = this.#createFunctions(config, state);
    const schedules = new RequestSchedules(this, 'Schedules', {
      groupName: config.aws.name,
      undelivered: this.undelivered,
      encryptionKey: state.encryptionKey,
    });
    for (const name of FUNCTION_NAMES) {
      const { pulse } = FUNCTIONS[name];
      if (pulse) schedules.add({ ...toPulse(name, pulse, 'schedule'), target: this.functions[name] });
    }
    const policies = [...config.deployment.policies.values()];
    for (const policy of policies) {
      schedules.add({ ...toSlotSchedule(policy), target: this.functions['create-backups'] });
      const tests = toTestSchedule(policy);
      if (tests) schedules.add({ ...tests, target: this.functions['test-restores'] });
    }
    if (scheduledTests(policies).length > 0) {
      const missed = toPulse('missed-restore-tests', MISSED_TESTS, 'makeUp');
      schedules.add({ ...missed, target: this.functions['test-restores'] });
    }
    if (config.aws.testEvents) {
      const { functions } = this;
      new ConsoleEvents(this, 'ConsoleEvents', {
        ...config,
        ...state,
        functions,
        events: createTestEvents(config),
      });
    }
  }

  #createFunctions(config: Config, state: State): Record<FunctionName, LambdaFunction> {
    const bundles = bundleInto(this, config);
    const surroundings = {
      aws: config.aws,
      catalog: state.catalog,
      credentials: state.credentials,
      hooks: hooksOf(config),
      failedRuns: new LostMessages(this, 'FailedRuns', state).queue,
      encryptionKey: state.encryptionKey,
      vpcConfig: config.aws.network && new OutboundNetwork(this, 'Network', config.aws.network).vpcConfig,
    };
    const functions = FUNCTION_NAMES.map((name) => {
      const props = { ...surroundings, name, definition: FUNCTIONS[name], bundle: bundles[name] };
      return [name, new BackupFunction(this, name, props).lambda] as const;
    });
    return Object.fromEntries(functions) as Record<FunctionName, LambdaFunction>;
  }
}

function toPulse(
  name: string,
  { expression, description, deliveryMinutes }: Pulse,
  trigger: 'schedule' | 'makeUp',
) {
  return {
    name,
    description,
    schedule: ScheduleExpression.expression(expression, TimeZone.ETC_UTC),
    windowMs: 0,
    isEnabled: true,
    request: { trigger },
    deliveryMinutes,
  };
}

function toSlotSchedule(policy: Policy) {
  const { name, schedule } = policy;
  return {
    ...followSlots(policy, `Policy ${name}`, schedule),
    name: `policy-${name}`,
    windowMs: schedule.windowMs,
  };
}

/** The slots of a policy's restore tests, if it has any. */
function toTestSchedule(policy: Policy) {
  const { name, restoreTests } = policy;
  if (restoreTests === undefined) return undefined;
  const slots = followSlots(policy, `Tests of restores of policy ${name}`, restoreTests.schedule);
  return { ...slots, name: `restore-tests-${name}`, windowMs: 0 };
}

/**
 * Sends a request for each slot of a rule, by the cron that both mean alike. The slot is the instant that was scheduled, however much later in its
 * window it is sent.
 */
function followSlots({ name, paused }: Policy, what: string, { cron, timezone }: SlotRule) {
  return {
    description: `${what}: ${cron} in ${timezone}${paused ? ', paused' : ''}`,
    schedule: ScheduleExpression.expression(formatEventBridgeCron(parseCron(cron)), TimeZone.of(timezone)),
    isEnabled: !paused,
    request: { trigger: 'schedule', policy: name, slot: ContextAttribute.scheduledTime },
    deliveryMinutes: SLOT_DELIVERY_MINUTES,
  };
}

/** Each once. */
function hooksOf({ deployment }: Config): string[] {
  const hooks = [...deployment.policies.values()].map(({ restoreTests }) => restoreTests?.hook);
  return [...new Set(hooks.flatMap((hook) => (hook?.kind === 'function' ? [hook.function] : [])))];
}
