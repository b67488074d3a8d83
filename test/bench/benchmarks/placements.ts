import { MOST_BACKUPS } from '../../../lambdas/domain/compare-placements.ts';
import { settlingMs } from '../../../lambdas/domain/keep-span.ts';
import { widePlacements } from '../../../lambdas/domain/placement-family.ts';
import type { KeepRules } from '../../../lambdas/domain/policy.ts';
import { aPolicy, DAY_MS } from '../../support/backups.ts';
import {
  CHANGE_RATES,
  findBest,
  type Verification,
  verifyPlacements,
} from '../../support/verify-placements.ts';
import type { Benchmark, Figure } from '../benchmark.ts';

const POLICIES: Readonly<Record<string, KeepRules>> = {
  'daily 7, weekly 4, monthly 6': { daily: 7, weekly: 4, monthly: 6 },
  'daily 7, weekly 4, monthly 12': { daily: 7, weekly: 4, monthly: 12 },
  'daily 14, weekly 8': { daily: 14, weekly: 8 },
  'last 30': { last: 30 },
};
const SCHEDULES = { 'every day': '30 3 * * *', 'every 6 h': '0 */6 * * *' } as const;
const ZONES = ['Europe/Berlin', 'America/New_York'];
const CHANGE_RATE = 0.05;
/** A Wednesday amid a month. */
const FROM = new Date('2027-11-10T00:00:00Z');
/** Four years. */
const DAYS = 1461;
/** The longest distance of two starts of chains. */
const PHASE_DAYS = 40;
const DECISIONS = { usual: 400, full: 1_500 };
const PHASES = { usual: 2, full: Number.POSITIVE_INFINITY };
const GOAL_OVER_BEST = 1.05;
const GOAL_OVER_ALWAYS = 0.75;

interface Case {
  readonly keep: string;
  readonly schedule: keyof typeof SCHEDULES;
  readonly zone: string;
}

export const placements: Benchmark = {
  name: 'placements',
  isLong: true,
  summary:
    'where `full: auto` puts fulls, against every placement of a wide family (--full: every phase, two zones)',
  async run({ full, say }) {
    return findCases(full).flatMap((each) => {
      const name = `${each.schedule}, ${each.keep}, ${each.zone}`;
      say(`placements: ${name}`);
      return toFigures(name, each, verify(each, full));
    });
  },
};

function findCases(full: boolean): Case[] {
  const zones = full ? ZONES : ZONES.slice(0, 1);
  const schedules = Object.keys(SCHEDULES) as (keyof typeof SCHEDULES)[];
  return zones.flatMap((zone) =>
    schedules.flatMap((schedule) => Object.keys(POLICIES).map((keep) => ({ zone, schedule, keep }))),
  );
}

function verify({ keep, schedule, zone }: Case, full: boolean): Verification {
  const policy = aPolicy({
    keep: POLICIES[keep] as KeepRules,
    schedule: { ...aPolicy().schedule, cron: SCHEDULES[schedule], timezone: zone },
    changeRate: CHANGE_RATE,
  });
  const until = new Date(FROM.getTime() + settlingMs(policy) + (DAYS + PHASE_DAYS) * DAY_MS);
  const size = full ? 'full' : 'usual';
  return verifyPlacements(policy, {
    family: widePlacements(policy, FROM, until),
    from: FROM,
    days: DAYS,
    decisions: DECISIONS[size],
    phases: PHASES[size],
  });
}

function toFigures(name: string, { schedule }: Case, verified: Verification): Figure[] {
  const rate = CHANGE_RATES.indexOf(CHANGE_RATE);
  const [auto, always] = [verified.provisioned.means[rate], verified.always.means[rate]];
  if (auto === undefined || always === undefined) throw new Error(`${name}: nothing was measured`);
  const best = findBest(verified, CHANGE_RATE);
  return [
    {
      what: `${name}: backups, billed by what is provisioned`,
      value: auto.backups,
      unit: 'backups',
      peer: { name: 'always', value: always.backups },
      ratio: auto.backups / always.backups,
      goal: { atMost: MOST_BACKUPS },
    },
    {
      what: `${name}: bytes, billed by what is provisioned`,
      value: auto.volumes,
      unit: 'volumes',
      peer: { name: best.name, value: best.volumes },
      ratio: auto.volumes / best.volumes,
      goal: { atMost: GOAL_OVER_BEST },
      note: `best of ${best.count} that keep to ${MOST_BACKUPS} x, of ${verified.placements.length + 1}`,
    },
    ...(schedule === 'every day'
      ? [
          {
            what: `${name}: bytes against fulls alone`,
            value: auto.volumes,
            unit: 'volumes',
            peer: { name: 'always', value: always.volumes },
            ratio: auto.volumes / always.volumes,
            goal: { atMost: GOAL_OVER_ALWAYS },
          },
        ]
      : []),
    ...CHANGE_RATES.map((each, index): Figure => {
      const value = verified.stored[index]?.means[index]?.volumes ?? Number.NaN;
      const { name: rival, volumes } = findBest(verified, each, Number.POSITIVE_INFINITY);
      return {
        what: `${name}: bytes, billed by what is stored, ${each * 100} % changing a day`,
        value,
        unit: 'volumes',
        peer: { name: rival, value: volumes },
        ratio: value / volumes,
        goal: { atMost: GOAL_OVER_BEST },
      };
    }),
  ];
}
