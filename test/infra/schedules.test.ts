import { beforeAll, describe, expect, it } from 'vitest';
import { createBackupsRequest } from '../../lambdas/runtime/requests/create-backups.ts';
import { followBackupsRequest } from '../../lambdas/runtime/requests/follow-backups.ts';
import { pruneBackupsRequest } from '../../lambdas/runtime/requests/prune-backups.ts';
import { reportCoverageRequest } from '../../lambdas/runtime/requests/report-coverage.ts';
import { testRestoresRequest } from '../../lambdas/runtime/requests/test-restores.ts';
import { minimalConfig, wholeConfig } from '../support/aws-configs.ts';
import { resourcesOf, synthesiseStacks } from '../support/deployment-templates.ts';

interface ScheduleProperties {
  readonly Name: string;
  readonly GroupName: string;
  readonly State: string;
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone: string;
  readonly FlexibleTimeWindow: object;
  readonly Target: {
    readonly Arn: { readonly 'Fn::GetAtt': readonly string[] };
    readonly Input: string;
    readonly DeadLetterConfig: object;
    readonly RetryPolicy: object;
  };
}

let scheduler: ReturnType<typeof synthesiseStacks>['scheduler'];
let schedules: ReadonlyMap<string, ScheduleProperties>;
beforeAll(() => {
  scheduler = synthesiseStacks(wholeConfig()).scheduler;
  const found = Object.values(resourcesOf(scheduler, 'AWS::Scheduler::Schedule'));
  const properties = found.map(({ Properties }) => Properties as unknown as ScheduleProperties);
  schedules = new Map(properties.map((each) => [each.Name, each]));
}, 240_000);

const get = (name: string): ScheduleProperties => {
  const found = schedules.get(name);
  if (found === undefined) throw new Error(`there is no schedule ${name}`);
  return found;
};

describe('the schedules', () => {
  it('are one for each policy, one for the tests of its restores, one for those that were missed, the worker’s, the pruning’s and that of the report on coverage', () => {
    expect([...schedules.keys()].sort()).toEqual([
      'follow-backups',
      'missed-restore-tests',
      'policy-nightly',
      'policy-weekly.lab',
      'prune-backups',
      'report-coverage',
      'restore-tests-nightly',
    ]);
  });

  it('keep a policy’s cron, zone and window', () => {
    expect(get('policy-nightly')).toMatchObject({
      ScheduleExpression: 'cron(30 3 ? * MON,TUE,WED,THU,FRI *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
      State: 'ENABLED',
    });
    expect(get('policy-weekly.lab')).toMatchObject({
      ScheduleExpression: 'cron(0 5 ? * SUN *)',
      ScheduleExpressionTimezone: 'America/St_Johns',
      FlexibleTimeWindow: { Mode: 'OFF' },
    });
  });

  it('rest while their policy does', () => {
    expect(get('policy-weekly.lab').State).toBe('DISABLED');
  });

  it('call the worker every minute, the pruning every quarter of an hour, the report every day', () => {
    expect(get('follow-backups').ScheduleExpression).toBe('rate(1 minute)');
    expect(get('prune-backups').ScheduleExpression).toBe('rate(15 minutes)');
    expect(get('report-coverage')).toMatchObject({
      ScheduleExpression: 'cron(0 6 * * ? *)',
      ScheduleExpressionTimezone: 'Etc/UTC',
    });
  });

  it('test restores by the cron and the zone of the tests', () => {
    expect(get('restore-tests-nightly')).toMatchObject({
      ScheduleExpression: 'cron(0 12 ? * SUN *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
    });
  });

  it('look every hour for tests of restores that were missed, if a policy has any', () => {
    expect(get('missed-restore-tests')).toMatchObject({
      ScheduleExpression: 'cron(50 * * * ? *)',
      ScheduleExpressionTimezone: 'Etc/UTC',
    });
    const without = resourcesOf(synthesiseStacks(minimalConfig()).scheduler, 'AWS::Scheduler::Schedule');
    const names = Object.values(without).map(({ Properties }) => Properties.Name);
    expect(names).not.toContain('missed-restore-tests');
    expect(names).toContain('follow-backups');
  });

  it.each([
    ['policy-nightly', 'createbackups'],
    ['policy-weekly.lab', 'createbackups'],
    ['restore-tests-nightly', 'testrestores'],
    ['missed-restore-tests', 'testrestores'],
    ['follow-backups', 'followbackups'],
    ['prune-backups', 'prunebackups'],
    ['report-coverage', 'reportcoverage'],
  ])('%s calls %s', (name, target) => {
    expect(get(name).Target.Arn['Fn::GetAtt'][0]).toMatch(new RegExp(`^Scheduler${target}Function`));
  });

  it('send what the functions understand, with the instant that was scheduled as slot', () => {
    const sent = JSON.parse(get('policy-nightly').Target.Input);
    expect(sent).toEqual({ trigger: 'schedule', policy: 'nightly', slot: '<aws.scheduler.scheduled-time>' });
    expect(createBackupsRequest.parse({ ...sent, slot: '2026-11-23T02:30:00Z' })).toMatchObject({
      policy: 'nightly',
      slot: new Date('2026-11-23T02:30:00Z'),
    });
    const tests = JSON.parse(get('restore-tests-nightly').Target.Input);
    expect(tests).toEqual(sent);
    expect(testRestoresRequest.parse({ ...tests, slot: '2026-11-22T11:00:00Z' })).toMatchObject({
      policy: 'nightly',
      slot: new Date('2026-11-22T11:00:00Z'),
    });
    expect(testRestoresRequest.parse(JSON.parse(get('missed-restore-tests').Target.Input))).toBeDefined();
    expect(followBackupsRequest.parse(JSON.parse(get('follow-backups').Target.Input))).toBeDefined();
    expect(pruneBackupsRequest.parse(JSON.parse(get('prune-backups').Target.Input))).toBeDefined();
    expect(reportCoverageRequest.parse(JSON.parse(get('report-coverage').Target.Input))).toBeDefined();
  });

  it('keep what they cannot deliver, and do not try for long: missed slots are made up for', () => {
    for (const { Target } of schedules.values()) {
      expect(Target.DeadLetterConfig).toMatchObject({
        Arn: { 'Fn::GetAtt': [expect.stringMatching(/UndeliveredQueue/), 'Arn'] },
      });
    }
    const delivery = { MaximumRetryAttempts: 5, MaximumEventAgeInSeconds: 300 };
    expect(get('policy-nightly').Target.RetryPolicy).toEqual(delivery);
    expect(get('restore-tests-nightly').Target.RetryPolicy).toEqual(delivery);
    expect(get('follow-backups').Target.RetryPolicy).toMatchObject({ MaximumEventAgeInSeconds: 60 });
  });

  it('begin when their role may call, and not before', () => {
    const policies = Object.keys(resourcesOf(scheduler, 'AWS::IAM::Policy'));
    const needed = policies.filter((id) => id.includes('SchedulesRole'));
    expect(needed).toHaveLength(1);
    for (const each of Object.values(scheduler.findResources('AWS::Scheduler::Schedule'))) {
      expect(each.DependsOn).toEqual(expect.arrayContaining(needed));
    }
  });

  it('stand together in the deployment’s group', () => {
    for (const { GroupName } of schedules.values()) expect(GroupName).toBe('cinderkeep-acme');
  });

  it('keep lost messages for two weeks, encrypted on the way', () => {
    for (const { Properties } of Object.values(resourcesOf(scheduler, 'AWS::SQS::Queue'))) {
      expect(Properties.MessageRetentionPeriod).toBe(14 * 86_400);
    }
    expect(Object.keys(resourcesOf(scheduler, 'AWS::SQS::QueuePolicy')).length).toBe(2);
  });
});
