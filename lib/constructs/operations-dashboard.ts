import { Duration } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, Metric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { Config } from '../../config/config.ts';
import type { Deployment } from '../../lambdas/domain/deployment.ts';
import { FUNCTION_NAMES, type FunctionName } from '../function-bundle.ts';
import type { Scheduler } from '../scheduler.ts';

export interface OperationsDashboardProps {
  readonly config: Config;
  readonly scheduler: Scheduler;
}

const PERIOD = Duration.minutes(15);
const HALF = 12;
/** What a look at backups asks for first. */
const OUTCOMES = ['available', 'failed', 'stuck', 'missed', 'skipped', 'deleted', 'refused'];
const REPORTING: readonly FunctionName[] = ['create-backups', 'follow-backups', 'prune-backups'];

/** One page that answers: does it run, what became of the backups, is something in the way? */
export class OperationsDashboard extends Construct {
  constructor(scope: Construct, id: string, { config, scheduler }: OperationsDashboardProps) {
    super(scope, id);
    const { aws, deployment } = config;
    const lambdas = FUNCTION_NAMES.map((name) => scheduler.functions[name]);
    const sum = { period: PERIOD, statistic: 'Sum' };
    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: aws.name });
    dashboard.addWidgets(
      new TextWidget({
        width: 2 * HALF,
        height: 2,
        markdown: `# ${deployment.name}\nWhen something is wrong: ${aws.runbook}`,
      }),
    );
    dashboard.addWidgets(
      toGraph(
        'Failed runs',
        lambdas.map((lambda) => lambda.metricErrors(sum)),
      ),
      toGraph(
        'Runs',
        lambdas.map((lambda) => lambda.metricInvocations(sum)),
      ),
    );
    dashboard.addWidgets(
      toGraph(
        'Longest run, ms',
        lambdas.map((lambda) => lambda.metricDuration({ period: PERIOD, statistic: 'Maximum' })),
      ),
      toGraph('Requests that reached no function', [
        scheduler.undelivered.metricApproximateNumberOfMessagesVisible({
          period: PERIOD,
          statistic: 'Maximum',
        }),
      ]),
    );
    if (!aws.metrics) return;
    dashboard.addWidgets(
      ...REPORTING.map((run) => toGraph(`What became of it: ${run}`, outcomesOf(deployment.name, run))),
    );
    dashboard.addWidgets(
      toGraph('Volumes without a recent good backup', coverageOf(deployment, 'notCovered')),
      toGraph('Oldest newest good backup, s', coverageOf(deployment, 'worstAge')),
    );
  }
}

function toGraph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: HALF, liveData: true });
}

/** A line for each policy, of what the daily report writes. */
function coverageOf({ name, policies }: Deployment, metricName: string): Metric[] {
  return [...policies.keys()].map(
    (policy) =>
      new Metric({
        namespace: 'cinderkeep',
        metricName,
        dimensionsMap: { deployment: name, policy },
        period: Duration.days(1),
        statistic: 'Maximum',
      }),
  );
}

/** The metrics that runs write themselves. */
function outcomesOf(deployment: string, run: FunctionName): Metric[] {
  return OUTCOMES.map(
    (outcome) =>
      new Metric({
        namespace: 'cinderkeep',
        metricName: outcome,
        dimensionsMap: { deployment, run },
        period: PERIOD,
        statistic: 'Sum',
      }),
  );
}
