import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnResource } from 'aws-cdk-lib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Config, loadConfig } from '../../config/config.ts';
import { minimalConfig, nightlyConfig, wholeConfig } from '../support/aws-configs.ts';
import { createStacks } from '../support/deployment-templates.ts';
import { lintTemplates } from './lint-templates.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cinderkeep-templates-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Deployments that differ in everything in which templates can. */
it.each<[string, Config]>([
  ['the least config', minimalConfig()],
  ['the sample', loadConfig('config/policies.yaml')],
  ['several clouds and every setting', wholeConfig()],
  [
    'a trial',
    nightlyConfig('aws: { onRemoval: delete, testEvents: false, metrics: true, alarmsTo: ops@example.com }'),
  ],
])('cfn-lint has nothing against the templates of %s', async (_what, config) => {
  createStacks(config, new App({ outdir: directory })).app.synth();
  expect(await lintTemplates(directory)).toBe('');
});

it('it would have against a property that does not exist', async () => {
  const { app, state } = createStacks(minimalConfig(), new App({ outdir: directory }));
  new CfnResource(state, 'Wrong', { type: 'AWS::SQS::Queue', properties: { QueueColour: 'red' } });
  app.synth();
  expect(await lintTemplates(directory)).toContain('QueueColour');
});
