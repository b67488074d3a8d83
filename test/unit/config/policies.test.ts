import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../config/config.ts';
import { createJsonSchema } from '../../../config/write-schema.ts';
import { findDaylightWarnings } from '../../../lambdas/domain/slot.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly description?: string;
}

/** Every key with its schema, wherever it is. */
function keysOf(schema: JsonSchema): [key: string, schema: JsonSchema][] {
  const inside = typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
  const branches = [...(schema.anyOf ?? []), ...(schema.items ? [schema.items] : []), ...inside];
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([key, value]): [string, JsonSchema][] => [
      [key, value],
      ...keysOf(value),
    ]),
    ...branches.flatMap(keysOf),
  ];
}

describe('the JSON Schema beside the config', () => {
  const keys = keysOf(JSON.parse(createJsonSchema()));

  it('is what `npm run schema` writes now', () => {
    expect(read('config/policies.schema.json')).toBe(createJsonSchema());
  });

  it('explains every key', () => {
    expect(keys.filter(([, schema]) => schema.description === undefined)).toEqual([]);
    expect(keys.length).toBeGreaterThan(60);
  });

  it('refuses unknown keys at every level', () => {
    const isOpen = ([, schema]: [string, JsonSchema]): boolean =>
      schema.properties !== undefined && schema.additionalProperties !== false;
    expect(keys.filter(isOpen)).toEqual([]);
  });

  it('has no key that docs/configuration.md leaves out', () => {
    const page = read('docs/configuration.md');
    expect(keys.map(([key]) => key).filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
  });
});

describe('the sample policies', () => {
  const { deployment } = loadConfig(new URL('../../../config/policies.yaml', import.meta.url).pathname);
  const policies = [...deployment.policies.values()];

  it('name the schema for editors', () => {
    expect(read('config/policies.yaml')).toMatch(
      /^# yaml-language-server: \$schema=\.\/policies\.schema\.json\n/,
    );
  });

  it('lose no slot to daylight saving and double none', () => {
    for (const { schedule } of policies) {
      expect(findDaylightWarnings(schedule, new Date('2027-01-01T00:00:00Z'), 365)).toEqual([]);
    }
  });

  it('overlap on some volumes', () => {
    const wanted = policies.map(({ select }) => select.volumes.metadata?.backup);
    expect(wanted).toEqual(['nightly', 'database', 'database', 'archive']);
  });
});
