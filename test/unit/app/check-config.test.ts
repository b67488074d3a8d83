import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../../config/config.ts';
import { checkCloud } from '../../../lambdas/app/check-cloud.ts';
import { checkConfig } from '../../../lambdas/app/check-config.ts';
import { describeSchedule } from '../../../lambdas/app/describe-schedule.ts';
import type { CloudLimits } from '../../../lambdas/app/ports.ts';
import type { Volume } from '../../../lambdas/domain/volume.ts';

const NOW = new Date('2026-11-23T12:00:00Z');

function configOf(schedule: string, keep: string, more = '') {
  return parseConfig(
    `version: 1
deployment: acme
clouds: { prod: { auth: env, limits: { inFlight: 2 } } }
policies:
  p:
    cloud: prod
    select: { volumes: { metadata: { backup: "yes" } } }
    schedule: { timezone: Europe/Berlin, ${schedule} }
    keep: { semantics: restic, ${keep} }
    ${more}
`,
    'test.yaml',
  );
}

const check = (schedule: string, keep: string) => checkConfig(configOf(schedule, keep).deployment, NOW)[0];

describe('checkConfig', () => {
  it('says what a policy means, and when its next slots are', () => {
    expect(check('cron: "30 3 * * *", window: 30min', 'daily: 7, within: 48h')).toEqual({
      policy: 'p',
      cloud: 'prod',
      schedule:
        'Every day at 03:30 (Europe/Berlin), starting within 30min; a missed slot is made up for 12h.',
      retention: 'Keeps 7 daily backups, and every backup within 48h of the newest.',
      semantics: 'restic',
      paused: false,
      nextSlots: ['24', '25', '26'].map((day) => new Date(`2026-11-${day}T02:30:00Z`)),
      warnings: [],
    });
  });

  it.each([
    [
      'a day, where clocks go back one of 25 hours',
      'cron: "30 4 * * *"',
      '25h',
      /^rpo: 1d1h is not longer than the 1d1h .*2027-10-31T03:30/,
    ],
    [
      'a weekend',
      'cron: "30 4 * * mon-fri"',
      '26h',
      /^rpo: 1d2h is not longer than the 3d .*2026-11-27T03:30/,
    ],
    [
      'the window of the later one',
      'cron: "0 * * * *", window: 30min',
      '90min',
      /^rpo: 1h30min is not longer than the 1h30min /,
    ],
  ])(
    'warns of an rpo that is no longer than what can lie between two slots: %s',
    (_what, schedule, rpo, text) => {
      const warnings = checkConfig(configOf(schedule, 'last: 9', `rpo: ${rpo}`).deployment, NOW)[0]?.warnings;
      expect(warnings?.filter((warning) => warning.startsWith('rpo'))).toEqual([expect.stringMatching(text)]);
    },
  );

  it.each([
    ['cron: "30 4 * * *"', '26h'],
    ['cron: "30 4 * * mon-fri"', '80h'],
    ['cron: "0 0 1 * *"', '32d'],
    ['cron: "* * * * *"', '10min'],
  ])('has nothing to say of the rpo of %s, %s', (schedule, rpo) => {
    const warnings = checkConfig(configOf(schedule, 'last: 9', `rpo: ${rpo}`).deployment, NOW)[0]?.warnings;
    expect(warnings?.filter((warning) => warning.startsWith('rpo'))).toEqual([]);
  });

  it('warns once of slots that daylight saving skips, and once of those that it doubles', () => {
    expect(check('cron: "30 2 * * *"', 'daily: 7')?.warnings).toEqual([
      expect.stringMatching(
        /^schedule\.cron: 2027-03-28T02:30 \(and 1 more .*does not exist in Europe\/Berlin/,
      ),
      expect.stringMatching(/^schedule\.cron: 2027-10-31T02:30 \(and 1 more .*is there twice/),
    ]);
  });

  it.each([
    ['past midnight', 'cron: "50 23 * * *", window: 30min', 'daily: 7', 'daily'],
    ['into the next week', 'cron: "50 23 * * 0", window: 1h', 'weekly: 4', 'weekly'],
    ['into the next month', 'cron: "0 12 * * *", window: 13h', 'last: 9, monthly: 6', 'monthly'],
    [
      'into the next day of a within rule',
      'cron: "50 23 * * *", window: 30min',
      'withinDaily: 9d',
      'withinDaily',
    ],
    ['over several borders', 'cron: "50 23 * * *", window: 30min', 'daily: 7, weekly: 4', 'daily, weekly'],
  ])('warns of a window that reaches %s', (_, schedule, keep, rules) => {
    expect(check(schedule, keep)?.warnings).toEqual([
      expect.stringMatching(new RegExp(`^schedule\\.window: .*fewer than meant: ${rules}$`)),
    ]);
  });

  it.each([
    ['ends with the day', 'cron: "30 23 * * *", window: 30min', 'daily: 7'],
    ['crosses a border that no rule has', 'cron: "50 23 * * 3", window: 30min', 'weekly: 4'],
    ['crosses into a bucket without another slot', 'cron: "50 */2 * * *", window: 30min', 'hourly: 3'],
  ])('does not warn of a window that %s', (_, schedule, keep) => {
    expect(check(schedule, keep)?.warnings.filter((text) => text.startsWith('schedule.window'))).toEqual([]);
  });
});

describe('describeSchedule', () => {
  it.each([
    ['30 3 * * *', 'Every day at 03:30'],
    ['15 */6 * * *', 'Every day at 00:15, 06:15, 12:15 and 18:15'],
    ['45 4 * * 0', 'Every Sunday at 04:45'],
    ['0 5 * * mon-wed', 'Every Monday, Tuesday and Wednesday at 05:00'],
    ['0 5 1 * *', 'On day 1 of every month at 05:00'],
    ['0 5 1,15 1,7 *', 'On days 1 and 15 of January and July at 05:00'],
    ['0 5 * 7 *', 'Every day in July at 05:00'],
    ['*/30 * * * *', 'Every day at minutes 0 and 30 of every hour'],
    ['* * * * *', 'Every day every minute'],
    ['0 8-18 * * *', 'Every day at minute 0 of hours 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 and 18'],
  ])('%s: %s', (cron, words) => {
    const schedule = { cron, timezone: 'UTC', windowMs: 0, makeUpMs: 0 };
    expect(describeSchedule(schedule)).toBe(`${words} (UTC); a missed slot is not made up.`);
  });
});

const UNLIMITED: CloudLimits = {
  usedBackups: 0,
  usedBackupGib: 0,
  usedVolumes: 0,
  usedSnapshots: 0,
  usedGib: 0,
};

function volumes(count: number, status = 'available'): Volume[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `v${index}`,
    name: `vol-${index}`,
    status,
    sizeGib: 10,
    metadata: { backup: 'yes' },
    serverIds: [],
    createdAt: NOW,
  }));
}

function checkOf(
  limits: Partial<CloudLimits>,
  found: readonly Volume[],
  keep = 'daily: 7',
  microversion = '3.70',
  more = 'full: always',
) {
  const { deployment } = configOf('cron: "30 3 * * *"', keep, more);
  const bounds = [...deployment.clouds.values()][0];
  if (bounds === undefined) throw new Error('no cloud');
  const minor = Number(microversion.slice(2));
  const supply = {
    bounds,
    identity: {
      projectId: 'p',
      microversion,
      canUpdateBackups: minor >= 9,
      hasBackupMetadata: minor >= 43,
    },
    policies: [...deployment.policies.values()],
    volumes: found,
    limits: { ...UNLIMITED, ...limits },
    credentials: [],
    now: NOW,
  };
  return checkCloud(supply);
}

function warningsOf(...about: Parameters<typeof checkOf>): readonly string[] {
  return checkOf(...about).warnings;
}

describe('checkCloud', () => {
  it.each([
    ['3.8', [expect.stringContaining('pins are kept in the catalog only')]],
    ['3.9', []],
  ])('says where pins do not survive a rebuild: at %s', (microversion, warnings) => {
    expect(warningsOf({}, volumes(1), 'daily: 7', microversion)).toEqual(warnings);
  });

  it('has nothing to warn of where there is no limit', () => {
    expect(warningsOf({}, volumes(1000))).toEqual([]);
  });

  it('warns of a selection that matches no volume', () => {
    expect(warningsOf({}, [])).toEqual(['policies.p.select matches no volume']);
  });

  it.each([
    ['daily: 7', 'full: always', { mean: 7, most: 7 }],
    ['last: all', '', 'all'],
    ['last: all', 'full: always\n    maxAge: 30d', { mean: expect.closeTo(30, 0), most: 30 }],
    ['daily: 7', 'full: { every: 7 }', { mean: expect.closeTo(10, 0), most: 13 }],
  ])('foresees how many backups stay that are kept (%s) or held (%s)', (keep, more, backupsPerVolume) => {
    expect(checkOf({}, volumes(1), keep, '3.70', more).policies).toMatchObject([{ backupsPerVolume }]);
  });

  it('counts what stays and one more for each volume, as the new one comes before the old one goes', () => {
    expect(warningsOf({ maxBackups: 80 }, volumes(10))).toEqual([]);
    expect(warningsOf({ maxBackups: 79 }, volumes(10))).toEqual([
      expect.stringMatching(/up to 80 backups.*have 79/),
    ]);
  });

  it("counts the volume's full size for each backup", () => {
    expect(warningsOf({ maxBackupGib: 800 }, volumes(10))).toEqual([]);
    expect(warningsOf({ maxBackupGib: 799 }, volumes(10))).toEqual([expect.stringMatching(/up to 800 GiB/)]);
  });

  it('counts the temporary snapshots of volumes in use, as many as may be in flight', () => {
    const inUse = volumes(5, 'in-use');
    expect(warningsOf({ maxSnapshots: 10, usedSnapshots: 8, maxGib: 120, usedGib: 100 }, inUse)).toEqual([]);
    expect(warningsOf({ maxSnapshots: 10, usedSnapshots: 9, maxGib: 120, usedGib: 101 }, inUse)).toEqual([
      expect.stringMatching(/2 volumes in use .*room for 1 snapshots/),
      expect.stringMatching(/20 GiB, .*room for 19 GiB/),
    ]);
  });

  it('says that a policy which keeps all uses up any quota', () => {
    expect(warningsOf({ maxBackups: 1000 }, volumes(1), 'last: all')).toEqual([
      expect.stringMatching(/keeps all backups without a maxAge/),
    ]);
  });
});
