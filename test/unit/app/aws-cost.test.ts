import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type CostLine,
  type Fleet,
  priceMonth as price,
  type Standing,
} from '../../../lambdas/app/aws-cost.ts';

const DAILY: Fleet = {
  volumes: 1_000,
  backupsPerMonth: 365.25 / 12,
  keptBackups: 16,
  backupMinutes: 1,
  inFlight: 64,
  requestsPerSecond: 10,
};

const STANDING: Standing = { memoryMib: 256, secretCount: 1, hasDashboard: false };

const priceMonth = (fleet: Fleet, standing = STANDING) => price(fleet, standing);

const usdOf = (lines: readonly CostLine[], word: string): number =>
  lines.filter(({ what }) => what.includes(word)).reduce((usd, line) => usd + line.usd, 0);

describe('the price of a month on AWS', () => {
  it('of 1,000 volumes daily, of which 64 are backed up at once for a minute, is under a dollar', () => {
    expect(priceMonth(DAILY).variableUsd).toBeLessThan(1);
  });

  it('is what its lines add up to', () => {
    const { variable, variableUsd, fixed, fixedUsd } = priceMonth(DAILY);
    expect(usdOf(variable, '')).toBeCloseTo(variableUsd, 9);
    expect(usdOf(fixed, '')).toBeCloseTo(fixedUsd, 9);
  });

  it('is nothing but what is fixed without volumes', () => {
    expect(priceMonth({ ...DAILY, volumes: 0 }).variableUsd).toBe(0);
    expect(priceMonth({ ...DAILY, volumes: 0 }).fixedUsd).toBe(priceMonth(DAILY).fixedUsd);
  });

  it('has nobody wait where every volume finds a place at once, but for the requests themselves', () => {
    const roomy = priceMonth({ ...DAILY, inFlight: 'unlimited', backupMinutes: 600 });
    expect(roomy.slotHours).toBeCloseTo((1_000 * 2.2) / 10 / 3_600, 6);
    expect(priceMonth({ ...DAILY, inFlight: 1_000, backupMinutes: 600 })).toEqual(roomy);
  });

  it('has the worker wait until the last volume has a place', () => {
    expect(priceMonth({ ...DAILY, volumes: 80, inFlight: 8, backupMinutes: 10 }).slotHours).toBeCloseTo(
      1.5,
      6,
    );
  });

  it('of functions grows with their memory', () => {
    const twice = priceMonth(DAILY, { ...STANDING, memoryMib: 512 });
    const ratio =
      usdOf(twice.variable, 'while backups wait') / usdOf(priceMonth(DAILY).variable, 'while backups wait');
    expect(ratio).toBeCloseTo(2, 6);
  });

  it('has each secret and the dashboard, if there is one', () => {
    const { fixedUsd } = priceMonth(DAILY, { ...STANDING, secretCount: 3, hasDashboard: true });
    expect(fixedUsd - priceMonth(DAILY).fixedUsd).toBeCloseTo(2 * 0.4 + 3, 6);
  });

  it('has no more than one worker, all month', () => {
    const endless = priceMonth({ ...DAILY, backupMinutes: 10_000, inFlight: 1 });
    expect(usdOf(endless.variable, 'while backups wait')).toBeCloseTo(8.77, 2);
  });
});

describe('docs/cost.md', () => {
  const page = readFileSync('docs/cost.md', 'utf8');
  const rows = [...page.matchAll(/^\| ([\d,]+) \| (\d+) min \| (\d+) \| .*$/gm)];
  const fixed = priceMonth(DAILY);

  it.each(rows.map(([row, volumes, minutes, inFlight]) => [row, volumes, minutes, inFlight] as const))(
    'says what is reckoned: %s',
    (row, volumes = '', minutes, inFlight) => {
      const month = priceMonth({
        ...DAILY,
        volumes: Number(volumes.replaceAll(',', '')),
        backupMinutes: Number(minutes),
        inFlight: Number(inFlight),
        // As many as it takes.
        requestsPerSecond: 1_000,
      });
      const columns = ['catalog', 'functions', 'logs'].map((word) => usdOf(month.variable, word).toFixed(2));
      expect(row).toContain(` | ${columns.join(' | ')} | **${month.variableUsd.toFixed(2)}** |`);
      expect(row).toContain(`| ${formatSlot(month.slotHours)} |`);
    },
  );

  it('has rows for 10, 1,000 and 100,000 volumes', () => {
    expect(new Set(rows.map(([, volumes]) => volumes))).toEqual(new Set(['10', '1,000', '100,000']));
  });

  it('says what is fixed', () => {
    const [schedules = 0, idle = 0, alarms = 0, secrets = 0] = fixed.fixed.map(({ usd }) => usd);
    const shown = [...page.matchAll(/^\| .* \| \**([\d.]+)\** \|$/gm)].map(([, usd]) => usd).slice(-5);
    const expected = [schedules, idle, alarms, secrets, fixed.fixedUsd].map((usd) => usd.toFixed(2));
    expect(shown).toEqual(expected);
  });
});

function formatSlot(hours: number): string {
  return hours < 1 ? `${Math.ceil(hours * 60)} min` : `${hours.toFixed(1)} h`;
}
