import type { PolicyRecord } from '../domain/backup-record.ts';
import type { Policy } from '../domain/policy.ts';
import { type FormerTerms, parseTerms } from '../domain/retention-terms.ts';
import type { Dependencies } from './run.ts';

const DAY_MS = 86_400_000;

/** The terms that were in force before a change and still keep, as their days of grace last. */
export function findFormerTerms(
  { formerTerms = {} }: PolicyRecord,
  { guards }: Pick<Policy, 'guards'>,
  now: Date,
): readonly FormerTerms[] {
  return Object.entries(formerTerms)
    .map(([terms, inForceUntil]) => ({ terms, until: addGrace(inForceUntil, guards) }))
    .filter(({ until }) => until > now)
    .map(({ terms, until }) => ({ terms: parseTerms(terms), until }));
}

/** Until when terms still keep that were in force until `inForceUntil`. */
export function addGrace(inForceUntil: Date, { graceDays }: Policy['guards']): Date {
  return new Date(inForceUntil.getTime() + graceDays * DAY_MS);
}

/** What former terms of each policy still keep, by the name of the policy; those without any are absent. */
export function formerTermsOf(
  records: ReadonlyMap<string, PolicyRecord>,
  { deployment, clock }: Dependencies,
): ReadonlyMap<string, readonly FormerTerms[]> {
  const now = clock.now();
  return new Map(
    [...deployment.policies.values()].flatMap((policy) => {
      const record = records.get(policy.name);
      const former = record === undefined ? [] : findFormerTerms(record, policy, now);
      return former.length === 0 ? [] : [[policy.name, former] as const];
    }),
  );
}
