import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ALARM_COUNT } from '../../lambdas/app/aws-cost.ts';
import { FUNCTION_NAMES } from '../../lib/function-bundle.ts';
import { KMS_KEY_ARN, minimalConfig, TOPIC_ARN, wholeConfig } from '../support/aws-configs.ts';
import { resourcesOf, synthesiseStacks } from '../support/deployment-templates.ts';

const ALARM = 'AWS::CloudWatch::Alarm';
const TOPIC = 'AWS::SNS::Topic';

let least: ReturnType<typeof synthesiseStacks>['operations'];
let whole: ReturnType<typeof synthesiseStacks>['operations'];
beforeAll(() => {
  least = synthesiseStacks(minimalConfig()).operations;
  whole = synthesiseStacks(wholeConfig()).operations;
}, 240_000);

const alarmsOf = (template: typeof least) =>
  Object.values(resourcesOf(template, ALARM)).map(({ Properties }) => ({
    name: String(Properties.AlarmName).replace('cinderkeep-acme-', ''),
    description: String(Properties.AlarmDescription),
    properties: Properties,
  }));

/** As a page shows them: lower case, hyphens for spaces, nothing else but letters and digits. */
function anchorsOf(page: string): string[] {
  const headings = readFileSync(page, 'utf8').match(/^#+ .*$/gm) ?? [];
  return headings.map((line) => {
    const words = line.replace(/^#+ /, '').toLowerCase();
    return `#${words.replaceAll(/[^\p{L}\p{N} -]/gu, '').replaceAll(' ', '-')}`;
  });
}

describe('alarms', () => {
  it('tell of every function that fails, of silence and of lost requests', () => {
    const ofFunctions = FUNCTION_NAMES.map((name) => `${name}-failed`);
    const expected = [...ofFunctions, 'nothing-runs', 'undelivered'].sort();
    expect(
      alarmsOf(least)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(expected);
  });

  it('begin with whom it hurts and end with a heading of the runbook that exists', () => {
    const anchors = anchorsOf('docs/runbook.md');
    for (const { name, description } of alarmsOf(least)) {
      const [impact = '', , link = ''] = description.split('\n');
      expect(impact, name).toMatch(/^[A-Z].{30,}\.$/);
      const [page, anchor] = link.replace('What to do: ', '').split('#');
      expect(page).toBe('docs/runbook.md');
      expect(anchors, name).toContain(`#${anchor}`);
    }
  });

  it('are as many as docs/cost.md and the forecast reckon with', () => {
    expect(alarmsOf(least)).toHaveLength(ALARM_COUNT);
  });

  it('link to where the team reads the runbook', () => {
    for (const { description } of alarmsOf(whole)) {
      expect(description).toContain('What to do: https://git.example.com/cinderkeep/docs/runbook.md#');
    }
  });

  it('of a function ring at its first failure, and not while it is not called', () => {
    for (const { name, properties } of alarmsOf(least).filter(({ name }) => name.endsWith('-failed'))) {
      expect(properties, name).toMatchObject({
        MetricName: 'Errors',
        Statistic: 'Sum',
        Threshold: 0,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanThreshold',
        TreatMissingData: 'notBreaching',
        Dimensions: [{ Name: 'FunctionName' }],
      });
    }
  });

  it('of silence rings where there is no data: whatever never runs has none', () => {
    const silence = alarmsOf(least).find(({ name }) => name === 'nothing-runs');
    expect(silence?.properties).toMatchObject({
      MetricName: 'Invocations',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 3,
      Period: 300,
      TreatMissingData: 'breaching',
    });
    expect(JSON.stringify(silence?.properties.Dimensions)).toContain('followbackups');
  });

  it('tell the deployment’s own topic, and those that the config names', () => {
    for (const { properties } of alarmsOf(least)) {
      expect(properties.AlarmActions).toEqual([{ Ref: expect.stringMatching(/AlarmsTopic/) }]);
    }
    for (const { properties } of alarmsOf(whole)) {
      expect(properties.AlarmActions).toEqual([{ Ref: expect.stringMatching(/AlarmsTopic/) }, TOPIC_ARN]);
    }
  });
});

describe('the topic of alarms', () => {
  it('lets the account’s alarms publish, which it otherwise would not with a policy of its own', () => {
    const [policy] = Object.values(resourcesOf(whole, 'AWS::SNS::TopicPolicy'));
    expect(policy?.Properties.PolicyDocument).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: expect.objectContaining({ StringEquals: { 'aws:SourceAccount': '111122223333' } }),
        }),
      ]),
    });
  });

  it('writes to the addresses of the config', () => {
    const subscriptions = Object.values(resourcesOf(whole, 'AWS::SNS::Subscription'));
    expect(subscriptions.map(({ Properties }) => [Properties.Protocol, Properties.Endpoint])).toEqual([
      ['email', 'ops@example.com'],
    ]);
    expect(resourcesOf(least, 'AWS::SNS::Subscription')).toEqual({});
  });

  it('is encrypted with the key of the config', () => {
    const [topic] = Object.values(resourcesOf(whole, TOPIC));
    expect(topic?.Properties.KmsMasterKeyId).toBe(KMS_KEY_ARN);
  });
});

describe('the dashboard', () => {
  it('is there on request only: it is billed', () => {
    expect(resourcesOf(least, 'AWS::CloudWatch::Dashboard')).toEqual({});
    expect(Object.keys(resourcesOf(whole, 'AWS::CloudWatch::Dashboard'))).toHaveLength(1);
  });

  it('shows every function, and what runs say of themselves where they do', () => {
    const [dashboard] = Object.values(resourcesOf(whole, 'AWS::CloudWatch::Dashboard'));
    const text = JSON.stringify(dashboard?.Properties.DashboardBody);
    for (const name of FUNCTION_NAMES) expect(text).toContain(name.replaceAll('-', ''));
    expect(text).toContain('What became of it: create-backups');
    expect(text).toContain('notCovered');
    expect(text).toContain('worstAge');
    expect(dashboard?.Properties.DashboardName).toBe('cinderkeep-acme');
  });
});
