import { parseConfig } from '../../../config/config.ts';
import { type PlannedBackup, planPrune } from '../../../lambdas/domain/prune-plan.ts';
import { termsOf } from '../../../lambdas/domain/retention-terms.ts';
import { aBackup } from '../../support/backups.ts';
import { serve } from './serve.ts';

const DAY_MS = 86_400_000;
const FULL_EVERY = 10;
const NOW = new Date('2026-11-23T12:00:00Z');
const KEEP = `{ semantics: restic, last: 3, hourly: 24, daily: 7, weekly: 4, monthly: 12, yearly: 2, within: 48h,
      withinHourly: 3d, withinDaily: 14d, withinWeekly: 2mo, withinMonthly: 1y, withinYearly: 5y }`;
const CONFIG = `version: 1
deployment: bench
clouds:
  prod: { auth: env }
policies:
  nightly:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "30 3 * * *", timezone: Europe/Berlin }
    keep: ${KEEP}
    maxAge: 95d
    atLeast: 5
`;

export interface RetentionRequest {
  readonly volumes: number;
  readonly backupsPerVolume: number;
}

/** Verdicts on volume after volume, in processor time; the histories are made on the way and do not count. */
const handlers = {
  decideAll({ volumes, backupsPerVolume }: RetentionRequest) {
    const { policies } = parseConfig(CONFIG, 'bench.yaml').deployment;
    const policy = policies.get('nightly');
    if (policy === undefined) throw new Error('the policy is not there');
    const terms = { ...termsOf(policy), keep: { daily: 30 } };
    const formerTerms = new Map([[policy.name, [{ terms, until: new Date(NOW.getTime() + DAY_MS) }]]]);
    const verdicts = { keep: 0, hold: 0, delete: 0 };
    let cpuMs = 0;
    let rssAtTenth = 0;
    for (let volume = 0; volume < volumes; volume += 1) {
      const backups = makeHistory(volume, backupsPerVolume);
      const before = process.cpuUsage();
      const decisions = planPrune({ backups, policies, now: NOW, formerTerms });
      const { user, system } = process.cpuUsage(before);
      cpuMs += (user + system) / 1000;
      for (const { verdict } of decisions) verdicts[verdict] += 1;
      if (volume === Math.floor(volumes / 10)) rssAtTenth = process.memoryUsage.rss();
    }
    return { cpuMs, verdicts, rssAtTenth, rssAtEnd: process.memoryUsage.rss() };
  },
};

/** A backup a day, the volumes a second apart; every tenth a full. */
function makeHistory(volume: number, count: number): PlannedBackup[] {
  return Array.from({ length: count }, (_, index) => {
    const ageMs = (count - index) * DAY_MS - volume * 1_000;
    const backup = aBackup({
      id: `${volume}-${index}`,
      volumeId: `volume-${volume}`,
      isIncremental: index % FULL_EVERY !== 0,
      hasDependentBackups: index % FULL_EVERY !== FULL_EVERY - 1 && index !== count - 1,
      createdAt: new Date(NOW.getTime() - ageMs),
    });
    return { backup, policy: 'nightly' };
  });
}

export type RetentionHandlers = typeof handlers;

serve(handlers);
