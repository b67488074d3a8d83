import { Duration } from 'aws-cdk-lib';
import { ComparisonOperator, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import { AlarmTopic } from './constructs/alarm-topic.ts';
import { OperationsDashboard } from './constructs/operations-dashboard.ts';
import { TellingAlarm } from './constructs/telling-alarm.ts';
import { FUNCTION_NAMES } from './function-bundle.ts';
import { FUNCTIONS } from './functions.ts';
import type { Scheduler } from './scheduler.ts';
import type { State } from './state.ts';

export interface OperationsProps {
  readonly config: Config;
  readonly state: State;
  readonly scheduler: Scheduler;
}

const PERIOD = Duration.minutes(5);
/** The worker runs every minute; three periods without it are no accident. */
const SILENT_PERIODS = 3;

/** Who is told when something is wrong, and of what. */
export class Operations extends Construct {
  /** Whoever subscribes to it is told of alarms. */
  readonly alarmTopic: Topic;

  constructor(scope: Construct, id: string, { config, state, scheduler }: OperationsProps) {
    super(scope, id);
    const { aws } = config;
    const { topic, actions } = new AlarmTopic(this, 'Alarms', {
      receivers: aws.alarmsTo,
      encryptionKey: state.encryptionKey,
    });
    this.alarmTopic = topic;
    const addAlarm = (
      name: string,
      runbook: `#${string}`,
      impact: string,
      metric: IMetric,
      when: Threshold,
    ) =>
      new TellingAlarm(this, name, {
        name: `${aws.name}-${name}`,
        impact,
        runbookUrl: `${aws.runbook}${runbook}`,
        metric,
        actions,
        ...when,
      });

    for (const name of FUNCTION_NAMES) {
      const { errorImpact, runbook } = FUNCTIONS[name];
      const errors = scheduler.functions[name].metricErrors({ period: PERIOD, statistic: 'Sum' });
      addAlarm(`${name}-failed`, runbook, errorImpact, errors, ANY);
    }
    addAlarm(
      'nothing-runs',
      '#nothing-runs-on-aws',
      'Nothing is backed up, followed, made up for or pruned: the minute’s worker has not run for a quarter of an hour.',
      scheduler.functions['follow-backups'].metricInvocations({ period: PERIOD, statistic: 'Sum' }),
      NONE,
    );
    addAlarm(
      'undelivered',
      '#a-request-was-not-delivered',
      'A schedule could not call its function; its slot is made up for if the minute’s worker runs.',
      scheduler.undelivered.metricApproximateNumberOfMessagesVisible({
        period: PERIOD,
        statistic: 'Maximum',
      }),
      ANY,
    );
    if (aws.dashboard) new OperationsDashboard(this, 'Dashboard', { config, scheduler });
  }
}

interface Threshold {
  readonly threshold: number;
  readonly evaluationPeriods: number;
  readonly comparisonOperator: ComparisonOperator;
  readonly treatMissingData: TreatMissingData;
}

/** Where none is good. */
const ANY: Threshold = {
  threshold: 0,
  evaluationPeriods: 1,
  comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.NOT_BREACHING,
};

/** Where none is bad; a function that is not called has no data at all. */
const NONE: Threshold = {
  threshold: 1,
  evaluationPeriods: SILENT_PERIODS,
  comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
  treatMissingData: TreatMissingData.BREACHING,
};
