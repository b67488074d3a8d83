import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../config/config.ts';
import { isSlot } from '../../lambdas/domain/slot.ts';
import { parseRequest } from '../../lambdas/runtime/requests/parse-request.ts';
import { FUNCTION_NAMES } from '../../lib/function-bundle.ts';
import { createTestEvents } from '../../lib/test-events.ts';
import { minimalConfig, nightlyConfig, wholeConfig } from '../support/aws-configs.ts';
import { resourcesOf, synthesiseStacks } from '../support/deployment-templates.ts';
import { REQUEST_SCHEMAS } from '../support/request-schemas.ts';

const everyEvent = (config: Config) =>
  FUNCTION_NAMES.flatMap((name) =>
    Object.entries(createTestEvents(config)[name]).map(([event, value]) => [name, event, value] as const),
  );

describe('the test events of the console', () => {
  it.each([...everyEvent(minimalConfig()), ...everyEvent(nightlyConfig())])(
    '%s takes %s',
    (name, _event, value) => {
      expect(() => parseRequest(REQUEST_SCHEMAS[name], value)).not.toThrow();
    },
  );

  it('have names that the console takes', () => {
    for (const [, event] of everyEvent(nightlyConfig())) expect(event).toMatch(/^[A-Za-z0-9._-]{1,25}$/);
  });

  it('speak of a policy of the config, and of one of its slots', () => {
    const config = wholeConfig();
    const events = createTestEvents(config)['create-backups'];
    expect(events['back-up-policy-now']).toMatchObject({ policy: 'nightly' });
    const { slot } = events['repeat-a-slot'] as { slot: string };
    const schedule = config.deployment.policies.get('nightly')?.schedule;
    expect(schedule && isSlot(schedule, new Date(slot))).toBe(true);
  });

  it('are the same tomorrow: a template changes when the config does', () => {
    expect(createTestEvents(wholeConfig())).toEqual(createTestEvents(wholeConfig()));
  });

  it('are all in docs/console.md, and no others', () => {
    const page = readFileSync('docs/console.md', 'utf8');
    const inTables = [...page.matchAll(/^\| `([a-z.-]+)` \|/gm)].map(([, event]) => event);
    const deployed = everyEvent(nightlyConfig()).map(([, event]) => event);
    expect(inTables.sort()).toEqual(deployed.sort());
  });

  it('change nothing where their name says so', () => {
    for (const [, event, value] of everyEvent(nightlyConfig())) {
      if (event.startsWith('dry-run')) expect(value).toMatchObject({ dryRun: true });
    }
  });
});

describe('as deployed', () => {
  const { scheduler } = synthesiseStacks(nightlyConfig());

  it('they are where the console looks for them, one schema for each function', () => {
    const schemas = Object.values(resourcesOf(scheduler, 'AWS::EventSchemas::Schema'));
    expect(schemas).toHaveLength(FUNCTION_NAMES.length);
    for (const { Properties } of schemas) {
      expect(Properties).toMatchObject({ RegistryName: 'lambda-testevent-schemas', Type: 'OpenApi3' });
      expect(JSON.stringify(Properties.SchemaName)).toMatch(
        /"_",\{"Ref":"Scheduler\w+Function\w+"\},"-schema"/,
      );
      const { examples } = JSON.parse(String(Properties.Content)).components;
      expect(Object.keys(examples).length).toBeGreaterThan(0);
    }
  });

  it('their registry is created unless it is there, and never deleted', () => {
    const [registry] = Object.values(resourcesOf(scheduler, 'Custom::AWS'));
    expect(JSON.parse(String(registry?.Properties.Create))).toMatchObject({
      service: 'schemas',
      action: 'CreateRegistry',
      ignoreErrorCodesMatching: 'ConflictException',
    });
    expect(registry?.Properties).not.toHaveProperty('Delete');
    expect(registry?.Properties).not.toHaveProperty('Update');
    expect(resourcesOf(scheduler, 'AWS::EventSchemas::Registry')).toEqual({});
  });

  it('they are left out where the config says so', () => {
    const without = synthesiseStacks(minimalConfig('aws: { testEvents: false }')).scheduler;
    expect(resourcesOf(without, 'AWS::EventSchemas::Schema')).toEqual({});
    expect(resourcesOf(without, 'Custom::AWS')).toEqual({});
  });
});
