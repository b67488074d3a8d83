import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../config/config.ts';
import { checkConfig } from '../../../lambdas/app/check-config.ts';
import type { CloudLimits } from '../../../lambdas/app/ports.ts';
import { warnOfScratchRoom, warnOfTestPace } from '../../../lambdas/app/restore-test-warnings.ts';
import type { Volume } from '../../../lambdas/domain/volume.ts';

const NOW = new Date('2026-11-23T12:00:00Z');

function configOf(settings: string) {
  const { deployment } = parseConfig(
    `version: 1
deployment: acme
clouds: { prod: { auth: env } }
policies:
  p:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "30 3 * * *", timezone: Europe/Berlin }
    keep: { semantics: restic, daily: 7 }
    restoreTests: { ${settings} }
`,
    'test.yaml',
  );
  const policy = deployment.policies.get('p');
  const bounds = deployment.clouds.get('prod');
  if (policy === undefined || bounds === undefined) throw new Error('no policy');
  return { deployment, policy, bounds };
}

const WEEKLY = 'schedule: { cron: "0 12 * * sun" }';
const check = (settings: string) => checkConfig(configOf(settings).deployment, NOW)[0];

describe('what check says of tests of restores', () => {
  it.each([
    [WEEKLY, 'every Sunday at 12:00 (Europe/Berlin): the newest good backup of 10 volumes.'],
    [
      `${WEEKLY}, pick: random, volumes: { share: 0.125 }`,
      'every Sunday at 12:00 (Europe/Berlin): a random good backup of the last 30 days of 12.5 % of the volumes.',
    ],
    [
      'schedule: { cron: "0 12 1 * *", timezone: UTC }, volumes: all, hook: { function: f }',
      'on day 1 of every month at 12:00 (UTC): the newest good backup of every volume, which a hook has to find right.',
    ],
  ])('%s', (settings, words) => {
    expect(check(settings)?.restoreTests).toBe(`Restores are tested ${words}`);
  });

  it('warns of slots that daylight saving skips', () => {
    expect(check('schedule: { cron: "30 2 * * *" }')?.warnings).toEqual([
      expect.stringMatching(/^restoreTests\.schedule\.cron: 2027-03-28T02:30/),
      expect.stringMatching(/^restoreTests\.schedule\.cron: 2027-10-31T02:30/),
    ]);
  });

  it('warns of a maxAge that is shorter than the time between two tests', () => {
    expect(check(`${WEEKLY}, maxAge: 7d`)?.warnings).toEqual([
      expect.stringMatching(/^restoreTests\.maxAge: tests are up to 7 days apart/),
    ]);
    expect(check(`${WEEKLY}, maxAge: 8d`)?.warnings).toEqual([]);
    expect(check('schedule: { cron: "0 12 29 2 *" }, maxAge: 300d')?.warnings).toHaveLength(1);
  });
});

describe('whether every volume has its turn in time', () => {
  it.each([
    ['volumes: 10, maxAge: 36d', 50, 0],
    ['volumes: 10, maxAge: 35d', 50, 1],
    ['volumes: 10, maxAge: 36d', 51, 1],
    ['volumes: { share: 0.1 }, maxAge: 35d', 1000, 1],
    ['volumes: all, maxAge: 8d', 1000, 0],
    ['volumes: 10', 1000, 0],
    ['volumes: 10, maxAge: 8d', 0, 0],
  ])('%s, of %d volumes: %d warnings', (settings, count, warnings) => {
    expect(warnOfTestPace(configOf(`${WEEKLY}, ${settings}`).policy, count, NOW)).toHaveLength(warnings);
  });
});

describe('whether there is room for scratch volumes', () => {
  const volumes = [10, 500].map(
    (sizeGib): Volume => ({
      id: `v${sizeGib}`,
      name: 'v',
      status: 'available',
      sizeGib,
      metadata: {},
      serverIds: [],
      createdAt: NOW,
    }),
  );
  const limits: CloudLimits = {
    usedBackups: 0,
    usedBackupGib: 0,
    usedVolumes: 2,
    usedSnapshots: 0,
    usedGib: 510,
  };

  it.each([
    ['without quotas', {}, volumes, []],
    ['with enough', { maxVolumes: 3, maxGib: 1010 }, volumes, []],
    ['with too few gigabytes', { maxGib: 1009 }, volumes, [expect.stringContaining('room for 499 GiB')]],
    ['with no further volume', { maxVolumes: 2 }, volumes, [expect.stringContaining('no further volume')]],
    ['without volumes to test', { maxVolumes: 2, maxGib: 0 }, [], []],
  ])('%s', (_when, more, selected, warnings) => {
    expect(warnOfScratchRoom(selected, configOf(WEEKLY).bounds, { ...limits, ...more })).toEqual(warnings);
  });
});
