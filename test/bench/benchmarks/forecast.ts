import { warnOfPlacement } from '../../../lambdas/app/placement-warnings.ts';
import { chooseAutoPlacement } from '../../../lambdas/domain/auto-placement.ts';
import { comparePlacements } from '../../../lambdas/domain/compare-placements.ts';
import { forecastPolicy } from '../../../lambdas/domain/forecast.ts';
import { type ForecastVolume, forecastVolumes } from '../../../lambdas/domain/forecast-volumes.ts';
import type { Policy } from '../../../lambdas/domain/policy.ts';
import { aPolicy, DAY_MS, NOW } from '../../support/backups.ts';
import type { Benchmark, Figure } from '../benchmark.ts';
import { median, timeMs } from '../statistics.ts';

const VOLUMES = 1_000;
const DAYS = 400;
/** Volumes that came on so many different days. */
const AGES = 30;
const ROUNDS = 3;
const GOAL_SECONDS = 5;
const GOAL_CHOICE_SECONDS = 1;

export const forecast: Benchmark = {
  name: 'forecast',
  summary: `a forecast of ${DAYS} days of ${VOLUMES} volumes, and what placing the fulls of a policy takes`,
  async run({ say }) {
    say(`forecast: ${DAYS} days of ${VOLUMES} volumes, ${ROUNDS} rounds`);
    const fresh = await measure(() => forecastAll(Array.from({ length: VOLUMES }, toFresh)));
    const old = makeVolumes();
    const aged = await measure(() => forecastAll(old));
    say('forecast: placements');
    return [
      {
        what: `${DAYS} days of ${VOLUMES} volumes without backups`,
        value: fresh.seconds,
        unit: 's',
        goal: { atMost: GOAL_SECONDS },
        note: `${fresh.result} course`,
      },
      {
        what: `${DAYS} days of ${VOLUMES} volumes that came on ${AGES} different days`,
        value: aged.seconds,
        unit: 's',
        goal: { atMost: GOAL_SECONDS },
        note: `${aged.result} courses`,
      },
      ...(await measurePlacements()),
    ];
  },
};

const toFresh = (_: unknown, index: number): ForecastVolume => ({ sizeGib: 10 + (index % 90) });

function aNightly(parts: Partial<Policy> = {}): Policy {
  return aPolicy({
    keep: { daily: 7, weekly: 4, monthly: 6 },
    schedule: { ...aPolicy().schedule, timezone: 'Europe/Berlin' },
    ...parts,
  });
}

function makeVolumes(): ForecastVolume[] {
  const histories = Array.from({ length: AGES }, (_, index) => {
    const from = new Date(NOW.getTime() - (index + 1) * 7 * DAY_MS);
    return forecastPolicy({ policy: aNightly(), from, days: (index + 1) * 7, sizeGib: 10 }).end;
  });
  return Array.from({ length: VOLUMES }, (_, index) => {
    const sizeGib = 10 + (index % 90);
    const history = (histories[index % AGES] ?? []).map((each) => ({
      ...each,
      backup: { ...each.backup, sizeGib },
    }));
    return { sizeGib, history };
  });
}

function forecastAll(volumes: readonly ForecastVolume[]): number {
  return forecastVolumes({ policy: aNightly(), from: NOW, days: DAYS }, volumes).courses;
}

async function measurePlacements(): Promise<Figure[]> {
  const hourly = { ...aPolicy().schedule, cron: '5 * * * *', timezone: 'Europe/Berlin' };
  const firsts = { kind: 'cron', cron: '30 3 1 * *' } as const;
  const choice = await measure(() => chooseAutoPlacement(aNightly()).maxLength);
  const hourlyChoice = await measure(() => chooseAutoPlacement(aNightly({ schedule: hourly })).maxLength);
  const warning = await measure(() => warnOfPlacement(aNightly({ full: firsts })));
  const comparison = await measure(() => comparePlacements(aNightly()).length);
  return [
    toFigure('placing the fulls of a daily policy', choice.seconds, GOAL_CHOICE_SECONDS),
    toFigure('placing the fulls of an hourly policy', hourlyChoice.seconds, GOAL_CHOICE_SECONDS),
    { ...toFigure('a warning of a misplaced daily policy', warning.seconds), note: warning.result ?? '' },
    { ...toFigure('a comparison of placements', comparison.seconds), note: `of ${comparison.result}` },
  ];
}

function toFigure(what: string, value: number, goal?: number): Figure {
  return { what, value, unit: 's', ...(goal !== undefined && { goal: { atMost: goal } }) };
}

async function measure<Result>(
  task: () => Result,
): Promise<{ readonly seconds: number; readonly result: Result }> {
  const times: number[] = [];
  let result = task();
  for (let round = 0; round < ROUNDS; round += 1) {
    times.push(
      await timeMs(() => {
        result = task();
      }),
    );
  }
  return { seconds: median(times) / 1000, result };
}
