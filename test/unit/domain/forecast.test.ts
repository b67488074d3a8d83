import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../lambdas/domain/duration.ts';
import { type ForecastInput, forecastPolicy } from '../../../lambdas/domain/forecast.ts';
import { runCourse } from '../../../lambdas/domain/forecast-course.ts';
import type { ForecastDay } from '../../../lambdas/domain/forecast-day.ts';
import { forecastVolumes } from '../../../lambdas/domain/forecast-volumes.ts';
import type { KeepRules, Policy } from '../../../lambdas/domain/policy.ts';
import { aPolicy, DAY_MS, NOW, planned } from '../../support/backups.ts';

function withCron(cron: string, parts: Partial<Policy>, timezone = 'UTC'): Policy {
  return aPolicy({ schedule: { ...aPolicy().schedule, cron, timezone }, ...parts });
}

function forecast(parts: Partial<ForecastInput> & { readonly policy: Policy }) {
  return forecastPolicy({ from: NOW, days: 5, sizeGib: 100, ...parts });
}

/** `2026-11-24: 2 = 2 kept + 0 held, 200 GiB of 200, made 1+0, deleted 0, 1 requests`: made are fulls and incrementals. */
function tell(day: ForecastDay): string {
  const { date, backups, kept, held, storedGib, quotaGib, madeFull, madeIncremental, deleted, requests } =
    day;
  return (
    `${date}: ${backups} = ${kept} kept + ${held} held, ${Math.round(storedGib)} GiB of ${quotaGib}, ` +
    `made ${madeFull}+${madeIncremental}, deleted ${deleted}, ${requests} requests`
  );
}

describe('forecastPolicy', () => {
  const full = { kind: 'everyCount', count: 3 } as const;

  it('tells day by day what the planners make of a new volume', () => {
    const { days } = forecast({ policy: aPolicy({ keep: { last: 2 }, full }), changeRate: 0.1 });
    expect(days.map(tell)).toEqual([
      '2026-11-23: 0 = 0 kept + 0 held, 0 GiB of 0, made 0+0, deleted 0, 0 requests',
      '2026-11-24: 1 = 1 kept + 0 held, 100 GiB of 100, made 1+0, deleted 0, 1 requests',
      '2026-11-25: 2 = 2 kept + 0 held, 110 GiB of 200, made 0+1, deleted 0, 1 requests',
      '2026-11-26: 3 = 2 kept + 1 held, 120 GiB of 300, made 0+1, deleted 0, 1 requests',
      '2026-11-27: 4 = 2 kept + 2 held, 220 GiB of 400, made 1+0, deleted 0, 1 requests',
    ]);
    const [, , , , , next] = forecast({ policy: aPolicy({ keep: { last: 2 }, full }), days: 6 }).days;
    expect(next).toMatchObject({ backups: 2, held: 0, madeIncremental: 1, deleted: 3, requests: 4 });
  });

  it('tells by which rule how many are kept; one can be kept by several', () => {
    const policy = aPolicy({ keep: { last: 2, daily: 3, weekly: 2 }, full: { kind: 'always' } });
    expect(forecast({ policy, days: 20 }).days.at(-1)).toMatchObject({
      keptBy: { last: 2, daily: 3, weekly: 2 },
      kept: 4,
      held: 0,
    });
  });

  it('goes on from what exists, and looks at it at once', () => {
    const history = planned('F4 i3 i2 F1');
    const policy = aPolicy({ keep: { last: 1 }, full: { kind: 'always' } });
    const [today, tomorrow] = forecast({ policy, history }).days;
    expect(today).toMatchObject({ date: '2026-11-23', backups: 1, deleted: 3, requests: 3 });
    expect(tomorrow).toMatchObject({ backups: 1, madeFull: 1, deleted: 1 });
  });

  it('bases the next incremental on what exists', () => {
    const policy = aPolicy({ keep: { last: 2 }, full: { kind: 'everyCount', count: 60 } });
    const history = planned('F3 i2 i1');
    const { days, longestChain } = forecast({ policy, history, days: 2, sizeGib: 10 });
    expect(days[1]).toMatchObject({ madeIncremental: 1, kept: 2, held: 2 });
    expect(longestChain).toBe(4);
  });

  it('takes what has no dependent any more for free, as the cloud then says so', () => {
    const policy = aPolicy({ keep: { last: 1 }, full: { kind: 'always' } });
    const history = planned('F3 i2');
    expect(history[0]?.backup.hasDependentBackups).toBe(true);
    const { days, end } = forecast({ policy, history, days: 2, sizeGib: 10 });
    expect(days[1]).toMatchObject({ backups: 1, held: 0, deleted: 2 });
    expect(end).toHaveLength(1);
  });

  it('keeps what is foreign, and does not base on it', () => {
    const history = planned('~F40');
    const { days } = forecast({ policy: aPolicy({ keep: { last: 1 } }), history, days: 2 });
    expect(days[1]).toMatchObject({ madeFull: 1, kept: 2, keptBy: { foreign: 1, last: 1 } });
  });

  it('deletes on days without a slot what maxAge ends', () => {
    const policy = withCron('30 3 * * 0', {
      keep: { last: 10 },
      full: { kind: 'always' },
      maxAge: parseDuration('10d'),
    });
    const deleted = forecast({ policy, days: 25 }).days.filter((day) => day.deleted > 0);
    // Sundays are the 29th and the 6th; ten days later is a Wednesday.
    expect(deleted.map(({ date }) => date)).toEqual(['2026-12-09', '2026-12-16']);
  });

  it('has the policy’s calendar: a day of 25 hours is one day', () => {
    const policy = withCron('0 0,23 * * *', { keep: { last: 9 } }, 'Europe/Berlin');
    const { days } = forecast({ policy, from: new Date('2026-10-24T12:00:00Z'), days: 3 });
    expect(days.map(({ date, madeFull, madeIncremental }) => [date, madeFull + madeIncremental])).toEqual([
      ['2026-10-24', 1],
      ['2026-10-25', 2],
      ['2026-10-26', 2],
    ]);
  });

  it('counts three requests for a backup that goes by a temporary snapshot', () => {
    const policy = aPolicy({ keep: { last: 9 } });
    expect(forecast({ policy, isInUse: true }).days[1]?.requests).toBe(3);
    expect(forecast({ policy: { ...policy, inUse: 'force' }, isInUse: true }).days[1]?.requests).toBe(1);
  });

  it('makes nothing in a missed slot', () => {
    const policy = aPolicy({ keep: { last: 9 } });
    const isMissed = (slotAt: Date) => slotAt.getUTCDate() === 25;
    const made = forecast({ policy, isMissed }).days.map((day) => day.madeFull + day.madeIncremental);
    expect(made).toEqual([0, 1, 0, 1, 1]);
  });

  it('takes the means over what is settled', () => {
    const chain = { maxLength: 2, allowForeignParent: false };
    const policy = aPolicy({ keep: { last: 7 }, full: { kind: 'always' }, chain });
    expect(forecast({ policy, days: 8 }).settled).toBeUndefined();
    const { settled, settledAt } = forecast({ policy, days: 30 });
    expect(settledAt).toEqual(new Date(NOW.getTime() + 9 * DAY_MS));
    expect(settled).toMatchObject({ backups: 7, held: 0, volumes: 7 });
  });
});

describe('runCourse', () => {
  it('comes to the same whether it is decided after each slot or only at the end', () => {
    fc.assert(
      fc.property(
        aKeep(),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('30 3 * * *', '0 */6 * * *'),
        runs,
      ),
      { numRuns: 30 },
    );
    function runs(keep: KeepRules, count: number, cron: string): void {
      const policy = withCron(cron, { keep, full: { kind: 'everyCount', count } }, 'Europe/Berlin');
      const course = { policy, from: NOW, until: new Date(NOW.getTime() + 70 * DAY_MS), sizeGib: 1 };
      const slots = [...runCourse(course)];
      const stays = slots.at(-1)?.backups.map(({ backup }) => backup);
      const last = slots.length - 1;
      const [late] = runCourse({ ...course, isDecided: (index) => index === last });
      expect(late?.backups.map(({ backup }) => backup)).toEqual(stays);
    }
  });
});

function aKeep(): fc.Arbitrary<KeepRules> {
  const count = fc.integer({ min: 1, max: 6 });
  return fc
    .record({ last: count, daily: count, weekly: count, monthly: count }, { requiredKeys: [] })
    .map((keep) => (Object.keys(keep).length === 0 ? { last: 3 } : keep));
}

describe('forecastVolumes', () => {
  const policy = aPolicy({ keep: { daily: 7, weekly: 4 } });
  const input = { policy, from: NOW, days: 40 };

  it('works out once what all volumes in the same state come to, whatever their sizes', () => {
    const sizes = Array.from({ length: 1000 }, (_, index) => 1 + (index % 50));
    const all = forecastVolumes(
      input,
      sizes.map((sizeGib) => ({ sizeGib })),
    );
    expect(all.courses).toBe(1);
    const one = forecastPolicy({ ...input, sizeGib: 1 });
    const totalGib = sizes.reduce((sum, size) => sum + size);
    expect(all.days.at(-1)?.backups).toBe((one.days.at(-1)?.backups ?? 0) * 1000);
    expect(all.days.at(-1)?.storedGib).toBeCloseTo((one.days.at(-1)?.storedGib ?? 0) * totalGib, 3);
  });

  it('comes to the sum of the volumes one by one', () => {
    const volumes = ['F4 i3 i2 F1', 'F9 i8 i7:error', '', '~F3 i2 ^i1'].map((text, index) => ({
      sizeGib: 10 * (index + 1),
      history: planned(text).map((each) => ({
        ...each,
        backup: { ...each.backup, sizeGib: 10 * (index + 1) },
      })),
    }));
    const all = forecastVolumes(input, volumes);
    expect(all.courses).toBe(4);
    const singles = volumes.map((volume) => forecastPolicy({ ...input, ...volume }).days);
    for (const key of ['backups', 'kept', 'held', 'storedGib', 'quotaGib', 'deleted', 'requests'] as const) {
      const sums = all.days.map((_, day) => singles.reduce((sum, days) => sum + (days[day]?.[key] ?? 0), 0));
      expect(all.days.map((day) => Math.round(day[key] * 1e6))).toEqual(
        sums.map((sum) => Math.round(sum * 1e6)),
      );
    }
  });

  it.each<[string, string, number]>([
    ['a pin', '^F2 i1', 10],
    ['a status', 'F2 i1:error', 10],
    ['a foreign backup', '~F2 i1', 10],
    ['a volume that has grown since', 'F2 i1', 20],
  ])('tells volumes apart by %s', (_what, text, sizeGib) => {
    const plain = { sizeGib: 10, history: planned('F2 i1') };
    const { courses } = forecastVolumes(input, [plain, { sizeGib, history: planned(text) }, plain]);
    expect(courses).toBe(2);
  });

  it('takes backups of the same slots for the same state, though some began minutes later', () => {
    const slotAt = new Date('2026-11-23T03:30:00Z');
    const volumes = [0, 7, 20].map((minutes) => {
      const [first] = planned('F1');
      const stampAt = new Date(slotAt.getTime() + minutes * 60_000);
      const backup = { ...first?.backup, createdAt: stampAt, dataTimestampAt: stampAt };
      return { sizeGib: 10, history: [{ backup, policy: 'nightly', slotAt }] } as never;
    });
    expect(forecastVolumes(input, volumes).courses).toBe(1);
  });
});
