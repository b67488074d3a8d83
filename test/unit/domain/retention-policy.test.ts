import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../lambdas/domain/duration.ts';
import type { KeepRules } from '../../../lambdas/domain/policy.ts';
import {
  applyKeepRules,
  canonicalKeepRules,
  describePolicy,
  parseKeepRules,
  type RuleReason,
} from '../../../lambdas/domain/retention-policy.ts';

/** What is kept of the instants (any order), newest first: `2026-11-23T08:00 daily 2026-11-23, oldest monthly 2026-11`. */
function kept(instants: readonly string[], keep: KeepRules, zone = 'UTC'): string[] {
  const newestFirst = instants
    .map((text) => ({ dataTimestampAt: new Date(`${text}Z`), text }))
    .sort((a, b) => b.dataTimestampAt.getTime() - a.dataTimestampAt.getTime());
  return applyKeepRules(newestFirst, keep, zone).flatMap((reasons, index) =>
    reasons.length === 0 ? [] : [`${newestFirst[index]?.text} ${reasons.map(show).join(', ')}`],
  );
}

function show({ rule, bucket, oldest }: RuleReason): string {
  return [oldest && 'oldest', rule, bucket].filter(Boolean).join(' ');
}

describe('applyKeepRules: counts', () => {
  it.each<[string, KeepRules, string, string]>([
    ['last keeps the newest, whenever they were made', { last: 2 }, '23T08 23T07 21T01', '23T08 23T07'],
    [
      'a rule keeps the newest of each of its buckets',
      { daily: 2 },
      '23T20 23T08 22T09 22T08 21T08',
      '23T20 22T09',
    ],
    ['days without a backup do not count', { daily: 3 }, '23T08 20T08 11T08 10T08', '23T08 20T08 11T08'],
    ['hours count like days', { hourly: 2 }, '23T08:50 23T08:10 23T05:00 23T04:00', '23T08:50 23T05:00'],
    ['the oldest stays while counts are left', { daily: 3 }, '23T20 22T20 22T10 22T08', '23T20 22T20 22T08'],
    ['but not when they are used up', { daily: 2 }, '23T20 22T20 22T08', '23T20 22T20'],
    ['the oldest stays also when all are of one bucket', { daily: 2 }, '23T20 23T08', '23T20 23T08'],
    [
      'all keeps every bucket, and the oldest',
      { daily: 'all' },
      '23T20 23T08 22T20 22T08',
      '23T20 22T20 22T08',
    ],
    [
      'rules are walked independently: one backup can serve several',
      { last: 1, daily: 1 },
      '23T20 23T08',
      '23T20',
    ],
    [
      'and what one rule keeps does not use up another',
      { last: 2, daily: 2 },
      '23T20 23T08 22T08',
      '23T20 23T08 22T08',
    ],
    ['a count of 0 keeps nothing', { daily: 0, last: 1 }, '23T20 22T08', '23T20'],
  ])('%s', (_rule, keep, instants, expected) => {
    const full = instants.split(' ').map(november);
    expect(kept(full, keep).map((line) => line.split(' ')[0])).toEqual(expected.split(' ').map(november));
  });

  it('names the rule and the bucket, and the oldest rule as such', () => {
    const instants = ['2026-11-23T20:00', '2026-11-22T20:00', '2026-11-02T08:00', '2026-11-01T08:00'];
    expect(kept(instants, { last: 1, daily: 2, weekly: 2, monthly: 2 })).toEqual([
      '2026-11-23T20:00 last, daily 2026-11-23, weekly 2026-W48, monthly 2026-11',
      '2026-11-22T20:00 daily 2026-11-22, weekly 2026-W47',
      '2026-11-01T08:00 oldest monthly 2026-11',
    ]);
  });

  it('has nothing to say about no backups', () => {
    expect(applyKeepRules([], { last: 3 }, 'UTC')).toEqual([]);
  });
});

describe('applyKeepRules: within', () => {
  it.each<[string, string, string, string]>([
    [
      'is measured from the newest backup, not from now',
      '2d',
      '20T08 19T08 18T09 18T08',
      '20T08 19T08 18T09',
    ],
    ['exactly that far back is out', '24h', '20T08 19T08:01 19T08', '20T08 19T08:01'],
    ['a month back is on the calendar', '1mo', '30T08 10T08', '30T08 10T08'],
  ])('within %s', (_rule, within, instants, expected) => {
    const lines = kept(instants.split(' ').map(november), { within: parseDuration(within) });
    expect(lines.map((line) => line.split(' ')[0])).toEqual(expected.split(' ').map(november));
  });

  it.each<[string, KeepRules, string[], string[]]>([
    [
      'hourly',
      { withinHourly: parseDuration('3h') },
      ['2026-11-23T20:50', '2026-11-23T20:10', '2026-11-23T19:00', '2026-11-23T17:50'],
      ['2026-11-23T20:50 withinHourly 2026-11-23T20', '2026-11-23T19:00 withinHourly 2026-11-23T19'],
    ],
    [
      'weekly, in ISO weeks',
      { withinWeekly: parseDuration('2w') },
      ['2026-11-23T08:00', '2026-11-22T08:00', '2026-11-16T08:00', '2026-11-15T08:00', '2026-11-09T08:00'],
      [
        '2026-11-23T08:00 withinWeekly 2026-W48',
        '2026-11-22T08:00 withinWeekly 2026-W47',
        '2026-11-15T08:00 withinWeekly 2026-W46',
      ],
    ],
    [
      'monthly',
      { withinMonthly: parseDuration('2mo') },
      ['2026-11-23T08:00', '2026-11-01T08:00', '2026-10-31T08:00', '2026-10-01T08:00', '2026-09-23T08:00'],
      ['2026-11-23T08:00 withinMonthly 2026-11', '2026-10-31T08:00 withinMonthly 2026-10'],
    ],
    [
      'yearly',
      { withinYearly: parseDuration('2y') },
      ['2026-11-23T08:00', '2026-01-01T08:00', '2025-12-31T08:00', '2025-01-01T08:00', '2024-11-23T08:00'],
      ['2026-11-23T08:00 withinYearly 2026', '2025-12-31T08:00 withinYearly 2025'],
    ],
  ])(
    'keeps the newest of each bucket, %s, and what is exactly that far back is out',
    (_rule, keep, instants, expected) => {
      expect(kept(instants, keep)).toEqual(expected);
    },
  );

  it('keeps the newest of each bucket within its reach, and the oldest of all if it is in reach', () => {
    const keep = { withinDaily: parseDuration('7d') };
    expect(
      kept(['2026-11-23T20:00', '2026-11-23T08:00', '2026-11-22T20:00', '2026-11-22T08:00'], keep),
    ).toEqual([
      '2026-11-23T20:00 withinDaily 2026-11-23',
      '2026-11-22T20:00 withinDaily 2026-11-22',
      '2026-11-22T08:00 oldest withinDaily 2026-11-22',
    ]);
    expect(kept(['2026-11-23T20:00', '2026-11-10T20:00', '2026-11-10T08:00'], keep)).toEqual([
      '2026-11-23T20:00 withinDaily 2026-11-23',
    ]);
  });

  it('counts hours as elapsed time and days on the calendar: the day the clocks go back has 25 hours', () => {
    const instants = ['2026-10-25T20:00', '2026-10-24T19:30'];
    expect(kept(instants, { within: parseDuration('1d') }, 'Europe/Berlin')).toHaveLength(2);
    expect(kept(instants, { within: parseDuration('24h') }, 'Europe/Berlin')).toHaveLength(1);
  });
});

describe('applyKeepRules: borders of buckets', () => {
  it.each<[string, KeepRules, string, readonly string[], readonly string[]]>([
    [
      'the last days of a year can be in the first ISO week of the next',
      { weekly: 'all' },
      'UTC',
      ['2025-01-05T08:00', '2024-12-30T08:00', '2024-12-29T08:00'],
      ['2025-01-05T08:00 weekly 2025-W01', '2024-12-29T08:00 weekly 2024-W52'],
    ],
    [
      'and the first days in the last week of the one before',
      { weekly: 'all', yearly: 'all' },
      'UTC',
      ['2027-01-03T08:00', '2026-12-31T08:00', '2026-12-28T08:00'],
      [
        '2027-01-03T08:00 weekly 2026-W53, yearly 2027',
        '2026-12-31T08:00 yearly 2026',
        '2026-12-28T08:00 oldest weekly 2026-W53, oldest yearly 2026',
      ],
    ],
    [
      'a day is the zone’s day',
      { daily: 'all' },
      'Europe/Berlin',
      ['2026-11-23T22:59', '2026-11-22T23:00', '2026-11-22T22:59'],
      ['2026-11-23T22:59 daily 2026-11-23', '2026-11-22T22:59 daily 2026-11-22'],
    ],
    [
      'also where it is a day ahead',
      { monthly: 'all' },
      'Pacific/Kiritimati',
      ['2026-10-31T10:00', '2026-10-31T09:59'],
      ['2026-10-31T10:00 monthly 2026-11', '2026-10-31T09:59 monthly 2026-10'],
    ],
    [
      'the hour that the clocks repeat is one hour',
      { hourly: 2 },
      'Europe/Berlin',
      ['2026-10-25T02:00', '2026-10-25T01:30', '2026-10-25T00:30', '2026-10-24T23:30'],
      ['2026-10-25T02:00 hourly 2026-10-25T03', '2026-10-25T01:30 hourly 2026-10-25T02'],
    ],
  ])('%s', (_rule, keep, zone, instants, expected) => {
    expect(kept(instants, keep, zone)).toEqual(expected);
  });
});

/**
 * The instants of restic's own test of its policies, and what restic keeps of them.
 *
 * @see restic internal/data/snapshot_policy_test.go, TestApplyPolicy; internal/data/testdata/policy_keep_snapshots_<number>
 */
describe('applyKeepRules keeps what restic keeps', () => {
  const aMonth = {
    8: '8 10 12 13 13 15 18 20 21 22',
    9: '1 2 5 6 8 9 10 11 20 22',
    11: '8 10 12 13 13 15 18 20 21 22',
  };
  const autumn = (year: number, october: string) =>
    Object.entries({ ...aMonth, 10: october }).flatMap(([month, days]) =>
      days.split(' ').map((day, index, all) => {
        const fraction = day === '13' && all[index - 1] === '13' ? '.100' : '';
        return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}T10:20:30${fraction}`;
      }),
    );
  const january = [
    ...[
      '01T01:02',
      '01T01:03',
      '01T07:08',
      '03T07:02',
      '04T10:23',
      '04T11:23',
      '04T12:23',
      '04T12:24',
      '04T12:28',
    ],
    ...[
      '04T12:30',
      '04T16:23',
      '05T09:02',
      '06T08:02',
      '07T10:02',
      '08T20:02',
      '09T21:02',
      '12T21:02',
      '12T21:08',
    ],
    '18T12:02',
  ].map((text) => `2016-01-${text}:03`);
  const instants = [
    ...autumn(2014, '1 2 5 6 8 9 10 11 20 22'),
    ...autumn(2015, '1 2 5 6 8 9 10 11 20 22 22 22 22 22'),
    ...january,
  ];
  const within = parseDuration('1y2mo3d3h');
  const bySecond = (time: string, days: string) => days.split(' ').map((day) => `${day}T${time}`);

  it.each<[number, KeepRules, readonly string[]]>([
    [
      5,
      { hourly: 20 },
      [
        ...['2016-01-18T12:02:03', '2016-01-12T21:08:03', '2016-01-09T21:02:03', '2016-01-08T20:02:03'],
        ...['2016-01-07T10:02:03', '2016-01-06T08:02:03', '2016-01-05T09:02:03', '2016-01-04T16:23:03'],
        ...['2016-01-04T12:30:03', '2016-01-04T11:23:03', '2016-01-04T10:23:03', '2016-01-03T07:02:03'],
        ...['2016-01-01T07:08:03', '2016-01-01T01:03:03'],
        ...bySecond('10:20:30', '2015-11-22 2015-11-21 2015-11-20 2015-11-18 2015-11-15'),
        '2015-11-13T10:20:30.100',
      ],
    ],
    [
      15,
      { daily: 2, weekly: 2, monthly: 6 },
      [
        ...['2016-01-18T12:02:03', '2016-01-12T21:08:03'],
        ...bySecond('10:20:30', '2015-11-22 2015-10-22 2015-09-22 2015-08-22 2014-11-22'),
      ],
    ],
    [
      16,
      { yearly: 10 },
      ['2016-01-18T12:02:03', ...bySecond('10:20:30', '2015-11-22 2014-11-22 2014-08-08')],
    ],
    [
      27,
      { within: parseDuration('13d23h') },
      [
        ...['2016-01-18T12:02:03', '2016-01-12T21:08:03', '2016-01-12T21:02:03', '2016-01-09T21:02:03'],
        ...['2016-01-08T20:02:03', '2016-01-07T10:02:03', '2016-01-06T08:02:03', '2016-01-05T09:02:03'],
        '2016-01-04T16:23:03',
      ],
    ],
    [
      32,
      { withinWeekly: within },
      [
        ...['2016-01-18T12:02:03', '2016-01-12T21:08:03', '2016-01-09T21:02:03', '2016-01-03T07:02:03'],
        ...bySecond(
          '10:20:30',
          '2015-11-22 2015-11-15 2015-11-08 2015-10-22 2015-10-11 2015-10-02 2015-09-22',
        ),
        ...bySecond('10:20:30', '2015-09-20 2015-09-11 2015-09-06 2015-08-22 2015-08-15 2015-08-08'),
        ...bySecond('10:20:30', '2014-11-22 2014-11-15'),
      ],
    ],
    [
      33,
      { withinMonthly: within },
      [
        '2016-01-18T12:02:03',
        ...bySecond('10:20:30', '2015-11-22 2015-10-22 2015-09-22 2015-08-22 2014-11-22'),
      ],
    ],
    [
      39,
      { daily: 3, weekly: 2, monthly: 'all', yearly: 'all' },
      [
        ...['2016-01-18T12:02:03', '2016-01-12T21:08:03', '2016-01-09T21:02:03'],
        ...bySecond('10:20:30', '2015-11-22 2015-10-22 2015-09-22 2015-08-22'),
        ...bySecond('10:20:30', '2014-11-22 2014-10-22 2014-09-22 2014-08-22 2014-08-08'),
      ],
    ],
  ])('policy %i of its table', (_number, keep, expected) => {
    expect(kept(instants, keep).map((line) => line.split(' ')[0])).toEqual(expected);
  });

  it('with the same reasons, the oldest of two rules at once', () => {
    const lines = kept(instants, { daily: 3, weekly: 2, monthly: 'all', yearly: 'all' });
    expect(lines.slice(0, 4)).toEqual([
      '2016-01-18T12:02:03 daily 2016-01-18, weekly 2016-W03, monthly 2016-01, yearly 2016',
      '2016-01-12T21:08:03 daily 2016-01-12, weekly 2016-W02',
      '2016-01-09T21:02:03 daily 2016-01-09',
      '2015-11-22T10:20:30 monthly 2015-11, yearly 2015',
    ]);
    expect(lines.at(-1)).toBe('2014-08-08T10:20:30 oldest monthly 2014-08, oldest yearly 2014');
  });
});

describe('describePolicy', () => {
  it.each<[KeepRules, string]>([
    [{ last: 3 }, 'Keeps the last 3 backups.'],
    [{ last: 'all' }, 'Keeps all backups.'],
    [{ daily: 7, weekly: 4, monthly: 'all' }, 'Keeps 7 daily, 4 weekly and all monthly backups.'],
    [
      { last: 3, daily: 7, within: parseDuration('48h') },
      'Keeps the last 3 and 7 daily backups, and every backup within 48h of the newest.',
    ],
    [{ withinDaily: parseDuration('1mo') }, 'Keeps daily backups within 1mo of the newest.'],
    [{}, 'Keeps nothing.'],
  ])('%j', (keep, expected) => {
    expect(describePolicy(keep)).toBe(expected);
  });
});

describe('canonicalKeepRules', () => {
  it.each<[KeepRules, string]>([
    [{ monthly: 'all', daily: 7, within: parseDuration('48h') }, 'daily=7 monthly=all within=48h'],
    [{ withinWeekly: parseDuration('4w') }, 'withinWeekly=28d'],
    [{ last: 1, weekly: 0 }, 'last=1'],
  ])('%j', (keep, text) => {
    expect(canonicalKeepRules(keep)).toBe(text);
    expect(canonicalKeepRules(parseKeepRules(text))).toBe(text);
  });

  it.each(['daily', 'daily=x', 'daily=7 daily=7', 'dayly=7', 'monthly=all daily=7', 'within=0min'])(
    'is not "%s"',
    (text) => {
      expect(() => parseKeepRules(text)).toThrow();
    },
  );
});

/** `23T08` is 2026-11-23T08:00. */
function november(text: string): string {
  return `2026-11-${text}${text.includes(':') ? '' : ':00'}`;
}
