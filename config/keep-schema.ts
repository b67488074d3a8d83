import * as z from 'zod';
import { COUNT_RULES, WITHIN_RULES } from '../lambdas/domain/policy.ts';
import * as field from './fields.ts';

const COUNT_RIGHT = 'a whole number from 0 up, or all';
const keepCount = z.union([field.wholeNumber(0, COUNT_RIGHT), z.literal('all')], {
  error: field.shouldBe(COUNT_RIGHT),
});
const BUCKETS = {
  last: 'The newest backups, so many.',
  hourly: 'The newest backup of each of so many hours.',
  daily: 'The newest backup of each of so many days.',
  weekly: 'The newest backup of each of so many ISO weeks.',
  monthly: 'The newest backup of each of so many months.',
  yearly: 'The newest backup of each of so many years.',
};
const SPANS = {
  within: 'Every backup not older than this, counted from the newest.',
  withinHourly: 'The newest backup of every hour within this, counted from the newest.',
  withinDaily: 'The newest backup of every day within this, counted from the newest.',
  withinWeekly: 'The newest backup of every ISO week within this, counted from the newest.',
  withinMonthly: 'The newest backup of every month within this, counted from the newest.',
  withinYearly: 'The newest backup of every year within this, counted from the newest.',
};
const count = (description: string) => keepCount.exactOptional().meta({ description });
const span = (description: string) => field.positiveDuration().exactOptional().meta({ description });

export const keep = field
  .mapping(
    {
      semantics: z
        .literal('restic', {
          error: field.shouldBe('restic: "7 daily" means different things in different tools'),
        })
        .meta({ description: 'Whose meaning the rules have: restic.' }),
      last: count(BUCKETS.last),
      hourly: count(BUCKETS.hourly),
      daily: count(BUCKETS.daily),
      weekly: count(BUCKETS.weekly),
      monthly: count(BUCKETS.monthly),
      yearly: count(BUCKETS.yearly),
      within: span(SPANS.within),
      withinHourly: span(SPANS.withinHourly),
      withinDaily: span(SPANS.withinDaily),
      withinWeekly: span(SPANS.withinWeekly),
      withinMonthly: span(SPANS.withinMonthly),
      withinYearly: span(SPANS.withinYearly),
    },
    'keep rules',
  )
  .transform(
    ({ semantics: _restic, ...rules }) =>
      // A count of 0 is no rule.
      Object.fromEntries(Object.entries(rules).filter(([, rule]) => rule !== 0)) as typeof rules,
  )
  .refine((rules) => Object.keys(rules).length > 0, {
    error: `keeps nothing; should have at least one of ${[...COUNT_RULES, ...WITHIN_RULES].join(', ')}`,
  });
