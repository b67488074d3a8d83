import type { PolicyRecord } from '../domain/backup-record.ts';
import type { Policy } from '../domain/policy.ts';
import { canonicalTerms, termsOf } from '../domain/retention-terms.ts';
import { addGrace } from './former-terms.ts';
import type { Dependencies } from './run.ts';

/**
 * What the catalog knows of a policy, after it was told of the policy as it is now: when it was first seen, what its former
 * terms were, so that a shortened policy deletes only after its days of grace, and since when its restores are tested. A renamed policy goes on with what is known of it under
 * its former name.
 */
export async function notePolicy(
  policy: Policy,
  { catalog, clock }: Pick<Dependencies, 'catalog' | 'clock'>,
  options: { readonly dryRun?: boolean } = {},
): Promise<PolicyRecord> {
  const save = async (record: PolicyRecord): Promise<PolicyRecord> => {
    if (options.dryRun !== true) await catalog.savePolicy(record);
    return record;
  };
  const terms = canonicalTerms(termsOf(policy));
  const known = await catalog.getPolicy(policy.name);
  const now = clock.now();
  if (known !== undefined && known.terms === terms) {
    const isSame = known.restoreTests?.schedule === testScheduleOf(policy);
    return isSame ? known : save(withTests(known, policy, now));
  }
  const before = known ?? (await findUnderFormerName(policy, catalog));
  const formerTerms = before === undefined ? {} : formerTermsOf(before, terms, policy, now);
  const current = {
    policy: policy.name,
    firstSeenAt: known?.firstSeenAt ?? now,
    terms,
    termsSince: now,
    ...(Object.keys(formerTerms).length > 0 && { formerTerms }),
    ...(before?.restoreTests && { restoreTests: before.restoreTests }),
  };
  return save(withTests(current, policy, now));
}

/** With what the config says of tests of restores, and since when. */
function withTests(
  { restoreTests: known, ...others }: PolicyRecord,
  policy: Policy,
  now: Date,
): PolicyRecord {
  const schedule = testScheduleOf(policy);
  if (schedule === undefined) return others;
  const since = known?.schedule === schedule ? known.since : now;
  return { ...others, restoreTests: { schedule, since } };
}

function testScheduleOf({ restoreTests }: Policy): string | undefined {
  return restoreTests && `${restoreTests.schedule.cron} ${restoreTests.schedule.timezone}`;
}

async function findUnderFormerName(
  { formerly }: Policy,
  catalog: Dependencies['catalog'],
): Promise<PolicyRecord | undefined> {
  for (const name of formerly) {
    const known = await catalog.getPolicy(name);
    if (known !== undefined) return known;
  }
  return undefined;
}

/** Not only the last: two changes one after the other must not outwit the days of grace. */
function formerTermsOf(
  before: PolicyRecord,
  current: string,
  { guards }: Policy,
  now: Date,
): Readonly<Record<string, Date>> {
  const former = Object.entries({ ...before.formerTerms, [before.terms]: now });
  return Object.fromEntries(
    former.filter(([terms, inForceUntil]) => terms !== current && addGrace(inForceUntil, guards) > now),
  );
}
