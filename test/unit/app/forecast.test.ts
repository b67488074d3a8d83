import { describe, expect, it } from 'vitest';
import { priceMonth } from '../../../lambdas/app/aws-cost.ts';
import { forecastFor } from '../../../lambdas/app/forecast.ts';
import { aPolicy, NOW } from '../../support/backups.ts';

const POLICY = aPolicy({
  keep: { last: 5, weekly: 3 },
  full: { kind: 'cron', cron: '30 3 * * 3' },
  chain: { maxLength: 10, allowForeignParent: false },
});

const FLEET = { volumes: 1_000, backupMinutes: 1, inFlight: 64, requestsPerSecond: 10 };

const STANDING = { memoryMib: 256, secretCount: 1, hasDashboard: false };

describe('forecastFor', () => {
  const forecast = forecastFor(POLICY, {
    days: 60,
    sizeGib: 100,
    changeRate: 0.1,
    from: NOW,
    fleet: FLEET,
    standing: STANDING,
  });

  it('tells the days from today on, in GiB of the volume', () => {
    expect(forecast).toMatchObject({
      policy: 'nightly',
      from: NOW.toISOString(),
      sizeGib: 100,
      changeRate: 0.1,
    });
    expect(forecast.days).toHaveLength(60);
    expect(forecast.days[1]).toMatchObject({
      date: '2026-11-24',
      madeFull: 1,
      storedGib: 100,
      quotaGib: 100,
    });
    expect(forecast.days[2]).toMatchObject({
      date: '2026-11-25',
      madeFull: 1,
      storedGib: 200,
      quotaGib: 200,
    });
    expect(forecast.days[3]).toMatchObject({ madeIncremental: 1, storedGib: 210, quotaGib: 300 });
    expect(forecast.settledAt > forecast.from).toBe(true);
  });

  it('prices the catalog’s requests by what is made: 10.8 USD for a million backups', () => {
    const usd = forecast.days.reduce((sum, day) => sum + day.awsUsd, 0);
    const made = forecast.days.reduce((sum, day) => sum + day.madeFull + day.madeIncremental, 0);
    expect(usd).toBeCloseTo(made * 10.8125e-6, 9);
  });

  it('prices a month of so many volumes on AWS, by the schedule and by what stays', () => {
    expect(forecast.aws).toMatchObject(FLEET);
    const own = forecast.placements.find(({ isOwn }) => isOwn);
    const expected = priceMonth(
      { ...FLEET, backupsPerMonth: 365 / 12, keptBackups: own?.backups ?? 0 },
      STANDING,
    );
    expect(forecast.aws.variableUsd).toBeCloseTo(expected.variableUsd, 2);
  });

  it('tells the long run of the policy’s own placement beside others, best first', () => {
    const own = forecast.placements.filter(({ isOwn }) => isOwn);
    expect(own.map(({ placement }) => placement)).toEqual(['fulls on Wednesdays']);
    expect(own[0]?.quotaGib).toBeCloseTo((own[0]?.backups ?? 0) * 100, 6);
    expect(own[0]?.storedGib).toBeCloseTo((own[0]?.volumes ?? 0) * 100, 6);
    expect(forecast.placements.map(({ isBest }) => isBest).indexOf(true)).toBe(0);
    expect(forecast.placements.length).toBeGreaterThan(20);
  });

  it('is plain values: nothing is lost on the way through JSON', () => {
    expect(JSON.parse(JSON.stringify(forecast))).toEqual(forecast);
  });

  it('takes the policy’s own change rate where none is given', () => {
    const own = forecastFor(POLICY, { days: 3, sizeGib: 100, from: NOW, fleet: FLEET, standing: STANDING });
    expect(own.changeRate).toBe(0.05);
    expect(own.days[2]?.storedGib).toBe(200);
  });
});
