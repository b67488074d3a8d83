import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseAutoPlacement } from '../../../lambdas/domain/auto-placement.ts';
import { MOST_BACKUPS } from '../../../lambdas/domain/compare-placements.ts';
import { addDuration, parseDuration } from '../../../lambdas/domain/duration.ts';
import { type Forecast, forecastPolicy } from '../../../lambdas/domain/forecast.ts';
import { runCourse } from '../../../lambdas/domain/forecast-course.ts';
import { settlingMs } from '../../../lambdas/domain/keep-span.ts';
import type { FullPlacement, KeepRules, Policy } from '../../../lambdas/domain/policy.ts';
import type { PlannedBackup } from '../../../lambdas/domain/prune-plan.ts';
import { aBackup, aPolicy, DAY_MS, NOW } from '../../support/backups.ts';

const ZONE = 'Europe/Berlin';
const DAILY = '30 3 * * *';

function withCron(cron: string, parts: Partial<Policy>): Policy {
  return aPolicy({ schedule: { ...aPolicy().schedule, cron, timezone: ZONE }, ...parts });
}

/** Every so many slots one without a backup; 0: none. */
const missEvery = (every: number) => (slotAt: Date) =>
  every > 0 && Math.floor(slotAt.getTime() / DAY_MS) % every === 0;

const POLICIES: readonly (readonly [string, KeepRules])[] = [
  [DAILY, { daily: 7, weekly: 4 }],
  [DAILY, { daily: 14, weekly: 8 }],
  [DAILY, { daily: 7, weekly: 4, monthly: 3 }],
  [DAILY, { last: 30 }],
  ['0 */6 * * *', { daily: 7, weekly: 4 }],
];

/** What a volume may come with: the leftovers of another policy, of missed slots, of backups by hand and by others. */
const anIrregularHistory = fc
  .record({
    cron: fc.constantFrom(DAILY, '0 */6 * * *', '15 4 * * 1', '0 22 * * 1-5'),
    keep: fc.constantFrom<KeepRules>({ last: 3 }, { last: 60 }, { daily: 20, monthly: 3 }, { weekly: 10 }),
    full: fc.constantFrom<FullPlacement>(
      { kind: 'auto' },
      { kind: 'always' },
      { kind: 'everyCount', count: 58 },
      { kind: 'everyDuration', duration: parseDuration('45d') },
      { kind: 'cron', cron: '30 3 1 * *' },
    ),
    days: fc.integer({ min: 1, max: 120 }),
    missed: fc.constantFrom(0, 2, 3, 9),
    /** Days without anything, right before now. */
    pause: fc.constantFrom(0, 0, 3, 40),
    byHand: fc.array(fc.integer({ min: 1, max: 100 * 24 }), { maxLength: 4 }),
    byOthers: fc.array(fc.integer({ min: 1, max: 100 * 24 }), { maxLength: 2 }),
  })
  .map(({ cron, keep, full, days, missed, pause, byHand, byOthers }): PlannedBackup[] => {
    const from = new Date(NOW.getTime() - (days + pause) * DAY_MS);
    const policy = withCron(cron, { keep, full });
    const former = forecastPolicy({ policy, from, days, sizeGib: 10, isMissed: missEvery(missed) }).end;
    const extra = (hours: number, isOurs: boolean): PlannedBackup => {
      const createdAt = new Date(NOW.getTime() - hours * 3_600_000 - 60_000);
      const isIncremental = isOurs && former.some(({ backup }) => backup.createdAt < createdAt);
      const id = `${isOurs ? 'by hand' : 'by others'} ${hours}`;
      return { backup: aBackup({ id, createdAt, isIncremental }), ...(isOurs && { policy: 'nightly' }) };
    };
    const all = [
      ...former,
      ...new Set(byHand).values().map((hours) => extra(hours, true)),
      ...new Set(byOthers).values().map((hours) => extra(hours, false)),
    ];
    return flagDependents(all.filter(({ backup }) => backup.createdAt.getTime() <= NOW.getTime()));
  });

/** As the cloud would: what was made by hand, or by others, became the parent of what came next. */
function flagDependents(history: readonly PlannedBackup[]): PlannedBackup[] {
  const oldestFirst = history.toSorted((a, b) => a.backup.createdAt.getTime() - b.backup.createdAt.getTime());
  return oldestFirst.map((each, index) => {
    const hasDependentBackups = oldestFirst[index + 1]?.backup.isIncremental ?? false;
    return { ...each, backup: { ...each.backup, hasDependentBackups } };
  });
}

describe('full: auto, after any irregular history', () => {
  it.each(POLICIES)(
    '%s keeping %j: count and length come back to what they are without one',
    (cron, keep) => {
      const policy = withCron(cron, { keep });
      const days = Math.ceil(settlingMs(policy) / DAY_MS) + 62;
      const course = { from: NOW, days, sizeGib: 10 };
      const always = forecastPolicy({ policy: { ...policy, full: { kind: 'always' } }, ...course });
      fc.assert(
        fc.property(anIrregularHistory, (history) => {
          const after = forecastPolicy({ policy, ...course, history });
          const others = history.filter((each) => each.policy === undefined).length;
          const most = (always.settled?.backups ?? 0) * MOST_BACKUPS * 1.01;
          expect((after.settled?.backups ?? 0) - others).toBeLessThanOrEqual(most);
          expect(lastChain(after)).toBeLessThanOrEqual(chooseAutoPlacement(policy).maxLength);
        }),
        { numRuns: 10 },
      );
    },
  );

  it('never makes a chain longer or older than the policy allows, whatever is missed on the way', () => {
    const limits = fc.record({
      maxLength: fc.integer({ min: 1, max: 20 }),
      maxAge: fc.constantFrom(parseDuration('3d'), parseDuration('10d'), parseDuration('1mo')),
      full: fc.constantFrom<FullPlacement>({ kind: 'auto' }, { kind: 'everyCount', count: 90 }),
      billedBy: fc.constantFrom('stored', 'provisioned'),
      missed: fc.constantFrom(0, 2, 3, 7),
    });
    fc.assert(
      fc.property(anIrregularHistory, limits, (history, { maxLength, maxAge, missed, ...parts }) => {
        const chain = { maxLength, maxAge, allowForeignParent: false };
        const policy = withCron(DAILY, { keep: { daily: 7, weekly: 4 }, ...parts, chain });
        const until = new Date(NOW.getTime() + 60 * DAY_MS);
        const course = { policy, from: NOW, until, sizeGib: 10, history, isMissed: missEvery(missed) };
        for (const { made, chainLength, backups, at } of runCourse(course)) {
          if (made === undefined) continue;
          expect(chainLength).toBeLessThanOrEqual(maxLength);
          const fullAt = backups.findLast(({ backup }) => !backup.isIncremental)?.backup.createdAt ?? at;
          if (made === 'incremental') expect(at < addDuration(fullAt, maxAge, ZONE)).toBe(true);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('holds nothing beyond maxAge once what came before has gone', () => {
    fc.assert(
      fc.property(
        anIrregularHistory,
        fc.constantFrom('22d', '30d', '2mo'),
        fc.boolean(),
        (history, age, maxAgeStrict) => {
          const ours = history.filter((each) => each.policy !== undefined);
          const maxAge = parseDuration(age);
          const policy = withCron(DAILY, { keep: { daily: 7, weekly: 3 }, maxAge, maxAgeStrict });
          const settled = forecastPolicy({ policy, from: NOW, days: 70, sizeGib: 10, history: ours });
          const from = new Date(NOW.getTime() + 70 * DAY_MS);
          const after = forecastPolicy({ policy, from, days: 60, sizeGib: 10, history: settled.end });
          expect(after.heldBeyondMaxAge).toBe(0);
        },
      ),
      { numRuns: 10 },
    );
  });

  it('a missed full costs the backups that are kept in its place, not the plan', () => {
    const keep = { daily: 7, weekly: 4, monthly: 6 };
    const course = { from: NOW, days: 800, sizeGib: 10, isMissed: missEvery(9) };
    const auto = forecastPolicy({ policy: withCron(DAILY, { keep }), ...course });
    const always = forecastPolicy({ policy: withCron(DAILY, { keep, full: { kind: 'always' } }), ...course });
    expect(auto.longestChain).toBeLessThanOrEqual(8);
    expect((auto.settled?.backups ?? 0) / (always.settled?.backups ?? 0)).toBeLessThanOrEqual(1.4);
  });
});

describe('full: auto, from the first backup on', () => {
  it.each<[KeepRules, string]>([
    [{ last: 20 }, '22d'],
    [{ daily: 7, weekly: 3 }, '22d'],
    [{ daily: 'all' }, '20d'],
    [{ daily: 7, weekly: 4, monthly: 12 }, '200d'],
  ])('keeping %j: holds nothing beyond a maxAge of %s', (keep, maxAge) => {
    const policy = withCron(DAILY, { keep, maxAge: parseDuration(maxAge) });
    expect(forecastPolicy({ policy, from: NOW, days: 400, sizeGib: 10 }).heldBeyondMaxAge).toBe(0);
  });

  it('makes fulls alone where only they can keep to maxAge', () => {
    const policy = withCron(DAILY, { keep: { daily: 'all' }, maxAge: parseDuration('20d') });
    expect(forecastPolicy({ policy, from: NOW, days: 60, sizeGib: 10 }).longestChain).toBe(1);
  });

  it.each(POLICIES)('%s keeping %j: no deletion trips the guards', (cron, keep) => {
    const policy = withCron(cron, { keep });
    const { largestDeleteShare } = forecastPolicy({ policy, from: NOW, days: 300, sizeGib: 10 });
    expect(largestDeleteShare).toBeLessThanOrEqual(policy.guards.maxDeleteShare);
  });
});

/** How long the chain of the newest backup is. */
function lastChain({ end }: Forecast): number {
  const full = end.findLastIndex(({ backup }) => !backup.isIncremental);
  return end.length - full;
}
