import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { makeDirectory, startCliSession } from '../support/cli.ts';

const SAMPLES = readFileSync('config/policies.yaml', 'utf8');
const directory = makeDirectory({
  'policies.yaml': SAMPLES,
  'other.yaml': SAMPLES.replace('deployment: acme', 'deployment: other'),
});
const at = { cwd: directory.path };
const forecast = [
  'forecast',
  '--config',
  'policies.yaml',
  '--policy',
  'nightly',
  '--now',
  '2026-11-23T12:00:00Z',
];
const session = startCliSession();
afterAll(() => {
  session.stop();
  directory.remove();
});

describe('cinderkeep forecast', () => {
  it('--json: a day is what is kept by rule, held, stored and counted by quota; placements are the best first', async () => {
    const { code, stdout } = await session.run(
      [...forecast, '--days', '40', '--size-gib', '50', '--json'],
      at,
    );

    expect(code).toBe(0);
    const { days, placements, policy } = JSON.parse(stdout);
    expect(policy).toBe('nightly');
    expect(days).toHaveLength(40);
    const last = days.at(-1);
    expect(last.quotaGib).toBe(last.backups * 50);
    expect(last.keptBy).toMatchObject({ daily: 7, last: 3 });
    expect(last.backups).toBe(last.kept + last.held);
    expect(placements.filter((row: { isBest: boolean }) => row.isBest)).toHaveLength(1);
  });

  it('as text: a line a day, and the policy’s own placement beside others', async () => {
    const { code, stdout } = await session.run([...forecast, '--days', '3'], at);

    expect(code).toBe(0);
    expect(stdout).toMatch(/2026-11-24 +1 full/);
    expect(stdout).toMatch(/this policy, best/);
  });

  it.each([
    ['no such policy', ['--policy', 'weekly'], /no policy "weekly".*nightly, databases/],
    ['days that are no number', ['--days', 'many'], /whole number from 1 to/],
    ['a share of more than all', ['--change-rate', '1.5'], /share from 0 to 1/],
  ])('%s: exit 2 and what would be right', async (_what, args, message) => {
    const { code, stderr } = await session.run([...forecast, ...args], at);

    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('cinderkeep plan --against', () => {
  it('refuses a file that is not there, before any cloud is asked', async () => {
    const { code, stderr } = await session.run(
      ['plan', '--config', 'policies.yaml', '--against', 'none.yaml'],
      at,
    );

    expect(stderr).toMatch(/none\.yaml/);
    expect(code).toBe(2);
  });
});
