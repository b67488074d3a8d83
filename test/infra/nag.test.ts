import { App, Validations } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import type { Config } from '../../config/config.ts';
import { minimalConfig, wholeConfig } from '../support/aws-configs.ts';
import { createStacks } from '../support/deployment-templates.ts';

const SLOW_MS = 240_000;

it.each<[string, Config]>([
  ['the least config', minimalConfig()],
  ['every setting on', wholeConfig()],
])(
  'AWS’s own rules have nothing against %s, but what is acknowledged with its reason',
  (_what, config) => {
    const app = new App();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    createStacks(config, app);
    expect(() => app.synth()).not.toThrow();
  },
  SLOW_MS,
);

it(
  'they would have, if a role could do anything',
  () => {
    const app = new App();
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    const { scheduler } = createStacks(minimalConfig(), app);
    const role = scheduler.scheduler.functions['list-backups'].role;
    role?.addToPrincipalPolicy(new PolicyStatement({ actions: ['dynamodb:*'], resources: ['*'] }));
    expect(() => app.synth()).toThrow('AwsSolutions-IAM5[Action::dynamodb:*]');
  },
  SLOW_MS,
);
