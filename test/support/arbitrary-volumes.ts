import * as fc from 'fast-check';
import type { BackupStatus } from '../../lambdas/domain/backup.ts';
import type { KeepRules, Policy } from '../../lambdas/domain/policy.ts';
import type { PlannedBackup } from '../../lambdas/domain/prune-plan.ts';
import { aBackup, aPolicy, DAY_MS, NOW } from './backups.ts';

const STATUSES: readonly BackupStatus[] = [
  'creating',
  'restoring',
  'deleting',
  'error',
  'error_deleting',
  'unknown',
];
const ZONES = ['UTC', 'Europe/Berlin', 'Pacific/Kiritimati', 'America/St_Johns'];
const NO_TIME = { years: 0, months: 0, days: 0, hours: 0, minutes: 0 };

const aDuration = fc
  .record({ months: fc.nat({ max: 2 }), days: fc.nat({ max: 9 }), hours: fc.integer({ min: 1, max: 30 }) })
  .map((parts) => ({ ...NO_TIME, ...parts }));
const aCount = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant('all' as const));

/** Any rules, but at least one that keeps. */
export const someKeepRules: fc.Arbitrary<KeepRules> = fc
  .record(
    {
      ...{ last: aCount, hourly: aCount, daily: aCount, weekly: aCount, monthly: aCount, yearly: aCount },
      ...{ within: aDuration, withinHourly: aDuration, withinDaily: aDuration },
      ...{ withinWeekly: aDuration, withinMonthly: aDuration, withinYearly: aDuration },
    },
    { requiredKeys: [] },
  )
  .filter((keep) => Object.keys(keep).length > 0);

export const somePolicy = (name: string): fc.Arbitrary<Policy> =>
  fc
    .record({
      keep: someKeepRules,
      timezone: fc.constantFrom(...ZONES),
      maxAge: fc.option(aDuration),
      maxAgeStrict: fc.boolean(),
      atLeast: fc.nat({ max: 4 }),
      onVolumeGone: fc.constantFrom('keep' as const, 'keepLast' as const, 'apply' as const),
    })
    .map(({ timezone, maxAge, ...parts }) => {
      const schedule = { ...aPolicy().schedule, timezone };
      return aPolicy({ name, ...parts, schedule, ...(maxAge && { maxAge }) });
    });

/** One backup of a history; mostly `available` and of one of two policies, now and then of any kind. */
const someBackup: fc.Arbitrary<PlannedBackup> = fc
  .record({
    id: fc.uuid(),
    // Hours apart, so that seconds collide too.
    ageHours: fc.integer({ min: -20, max: 2_000 }),
    isIncremental: fc.boolean(),
    status: fc.oneof(
      { weight: 8, arbitrary: fc.constant('available' as const) },
      fc.constantFrom(...STATUSES),
    ),
    owner: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('nightly', 'hourly') },
      fc.constantFrom('gone', undefined),
    ),
    snapshotAgeHours: fc.option(fc.nat({ max: 60 }), { freq: 3 }),
    hasDependentBackups: fc.boolean(),
    pinUntilHours: fc.option(fc.integer({ min: -50, max: 50 }), { freq: 8 }),
  })
  .map(({ ageHours, owner, snapshotAgeHours, pinUntilHours, ...parts }) => {
    const createdAt = new Date(NOW.getTime() - ageHours * (DAY_MS / 24));
    const ofSnapshot = snapshotAgeHours !== null && {
      snapshotId: `snapshot of ${parts.id}`,
      dataTimestampAt: new Date(createdAt.getTime() - snapshotAgeHours * (DAY_MS / 24)),
    };
    const backup = aBackup({ ...parts, statusText: parts.status, createdAt, ...ofSnapshot });
    const until = new Date(NOW.getTime() + (pinUntilHours ?? 0) * (DAY_MS / 24));
    return {
      backup,
      ...(owner && { policy: owner }),
      ...(pinUntilHours !== null && { pin: { reason: 'asked for', until } }),
    };
  });

export const someBackups = fc.uniqueArray(someBackup, { selector: ({ backup }) => backup.id, maxLength: 40 });
