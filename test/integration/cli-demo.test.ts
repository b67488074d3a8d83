import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/config.ts';
import { runDemo } from '../../local/demo.ts';
import { renderDemoPage } from '../../local/demo-page.ts';

const pathOf = (file: string): string => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const DEMO = loadConfig(pathOf('local/demo-policies.yaml')).deployment;
const DAYS = 3;

describe('the demonstration', () => {
  it('works off its policies for days in seconds, and leaves nothing undone', {
    timeout: 60_000,
  }, async () => {
    const days: number[] = [];
    const result = await runDemo({
      deployment: DEMO,
      days: DAYS,
      signal: new AbortController().signal,
      onDay: (day) => days.push(day),
      onEvent: () => {},
    });
    expect(days).toEqual([0, 1, 2, 3]);
    expect(result.faults).toEqual([]);
    // 7 volumes each night, 2 every six hours and once on Sunday; the archive's day is Saturday.
    expect(result.madeCount).toBe(DAYS * 7 + DAYS * 4 * 2 + 2);
    expect(result.volumes).toHaveLength(14);
    const untouched = result.volumes.filter(({ backups }) => backups.length === 0).map(({ name }) => name);
    expect(untouched.filter((name) => !name.startsWith('archive'))).toEqual(['scratch-builds', 'playground']);

    const page = renderDemoPage(result);
    expect(page).toContain('<th scope="row">web-01</th>');
    expect(page).not.toMatch(/<script|src=|href=/);
  });

  const sample = loadConfig(pathOf('config/policies.yaml')).deployment;
  it.runIf(sample.name === DEMO.name)('is of the sample policies, as long as those are in place', () => {
    expect([...DEMO.policies]).toEqual([...sample.policies]);
  });
});
