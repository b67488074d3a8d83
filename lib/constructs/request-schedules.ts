import { Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  Schedule,
  type ScheduleExpression,
  ScheduleGroup,
  ScheduleTargetInput,
  TimeWindow,
} from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export interface RequestSchedulesProps {
  /** Of the group. */
  readonly groupName: string;
  /** Where a request goes that could not be delivered. */
  readonly undelivered: Queue;
  readonly encryptionKey: IKey | undefined;
}

export interface RequestSchedule {
  /** In the group. */
  readonly name: string;
  readonly description: string;
  readonly schedule: ScheduleExpression;
  /** How much later than its instant a request may be sent, to spread load; a whole number of minutes. */
  readonly windowMs: number;
  readonly isEnabled: boolean;
  readonly target: IFunction;
  /** The exact JSON that the function is sent: the same that a person pastes into the console. */
  readonly request: object;
  /** How long it is tried to hand the request to its function; whether that then succeeds is another matter. */
  readonly deliveryMinutes: number;
}

/** Within the time for delivery; the pauses in between grow. */
const DELIVERY_RETRIES = 5;
const MINUTE_MS = 60_000;

/** The schedules of a deployment: one group, in which a person finds them together, and one role, which may invoke their functions only. */
export class RequestSchedules extends Construct {
  readonly #group: ScheduleGroup;
  readonly #role: Role;
  readonly #undelivered: Queue;
  readonly #targets = new Set<IFunction>();

  constructor(
    scope: Construct,
    id: string,
    { groupName, undelivered, encryptionKey }: RequestSchedulesProps,
  ) {
    super(scope, id);
    this.#undelivered = undelivered;
    this.#group = new ScheduleGroup(this, 'Group', { scheduleGroupName: groupName });
    this.#role = new Role(this, 'Role', {
      description: `${groupName}: invokes the functions of its schedules`,
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': this.#group.stack.account,
            'aws:SourceArn': this.#group.scheduleGroupArn,
          },
        },
      }),
    });
    this.#allow(['sqs:SendMessage'], undelivered.queueArn);
    if (encryptionKey) this.#allow(['kms:Decrypt', 'kms:GenerateDataKey'], encryptionKey.keyArn);
  }

  add(props: RequestSchedule): void {
    const { target, deliveryMinutes } = props;
    if (!this.#targets.has(target)) this.#allow(['lambda:InvokeFunction'], target.functionArn);
    this.#targets.add(target);
    const schedule = new Schedule(this, props.name, {
      scheduleName: props.name,
      scheduleGroup: this.#group,
      description: props.description,
      schedule: props.schedule,
      timeWindow:
        props.windowMs > 0
          ? TimeWindow.flexible(Duration.minutes(props.windowMs / MINUTE_MS))
          : TimeWindow.off(),
      enabled: props.isEnabled,
      // Not CDK's own target, which may invoke every version of the function.
      target: {
        bind: () => ({
          arn: target.functionArn,
          role: this.#role,
          input: ScheduleTargetInput.fromObject(props.request),
          deadLetterConfig: { arn: this.#undelivered.queueArn },
          retryPolicy: {
            maximumRetryAttempts: DELIVERY_RETRIES,
            maximumEventAgeInSeconds: Duration.minutes(deliveryMinutes).toSeconds(),
          },
        }),
      },
    });
    // Else the first requests come before the role may send them.
    schedule.node.addDependency(this.#role);
  }

  #allow(actions: string[], resource: string): void {
    this.#role.addToPolicy(new PolicyStatement({ actions, resources: [resource] }));
  }
}
