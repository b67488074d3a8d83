import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../config/config.ts';
import { Cinderkeep } from '../../lib/cinderkeep.ts';
import { createStacks } from '../support/deployment-templates.ts';

const configOf = (deployment: string) =>
  parseConfig(
    `version: 1\ndeployment: ${deployment}\nclouds: { prod: { auth: env } }\naws: { dashboard: true }\n`,
    `${deployment}.yaml`,
  );

/** Names that we choose; others are CloudFormation's, which never clash. */
const NAMES: Readonly<Record<string, string>> = {
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Scheduler::ScheduleGroup': 'Name',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::Dashboard': 'DashboardName',
  'AWS::SecretsManager::Secret': 'Name',
};

function namesOf(...templates: readonly Template[]): string[] {
  return templates.flatMap((template) =>
    Object.entries(NAMES).flatMap(([type, key]) =>
      Object.values(template.findResources(type)).flatMap(({ Properties }) => {
        const name = Properties?.[key];
        return name === undefined ? [] : [`${type} ${JSON.stringify(name)}`];
      }),
    ),
  );
}

describe('several deployments', () => {
  it('share a stack, as constructs, and no name', () => {
    const stack = new Stack(new App(), 'Storage');
    for (const name of ['one', 'two']) new Cinderkeep(stack, name, { config: configOf(name) });
    const names = namesOf(Template.fromStack(stack));
    expect(names.length).toBeGreaterThan(20);
    expect(new Set(names).size).toBe(names.length);
  }, 240_000);

  it('share an account, as stacks, and no name', () => {
    const app = new App();
    const stacks = ['one', 'two'].map((name) => createStacks(configOf(name), app));
    const all = stacks.flatMap(({ state, scheduler, operations }) => [state, scheduler, operations]);
    expect(new Set(all.map(({ stackName }) => stackName)).size).toBe(6);
    const names = namesOf(...all.map((stack) => Template.fromStack(stack)));
    expect(new Set(names).size).toBe(names.length);
  }, 240_000);
});
