import type { PolicyRecord } from '../domain/backup-record.ts';
import type { Policy } from '../domain/policy.ts';
import { notePolicy } from './note-policy.ts';
import type { PruneBackupsRequest } from './prune-backups.ts';
import type { Dependencies } from './run.ts';

/** So often all volumes are decided on, also those to which nothing has happened. */
const REVIEW_MS = 7 * 86_400_000;

/** What the catalog knows of the policies of the config, after it was told of them as they are now, by name. */
export async function notePolicies(
  deps: Dependencies,
  options: { readonly dryRun: boolean },
): Promise<ReadonlyMap<string, PolicyRecord>> {
  const records = new Map<string, PolicyRecord>();
  for (const policy of deps.deployment.policies.values())
    records.set(policy.name, await notePolicy(policy, deps, options));
  return records;
}

/**
 * Whether a run is to decide on all volumes of a cloud: someone asked for it, or a policy has changed. A volume that is gone or no longer
 * selected gets no new backup that would put it up for a decision, and its backups too are to follow the change.
 */
export function isReview(
  cloud: string,
  request: PruneBackupsRequest,
  records: ReadonlyMap<string, PolicyRecord>,
  { deployment, clock }: Dependencies,
): boolean {
  if (request.policy !== undefined || request.volumeIds !== undefined) return false;
  const dueSince = new Date(clock.now().getTime() - REVIEW_MS);
  const isDue = ({ name }: Policy): boolean => {
    const reviewedAt = records.get(name)?.reviewedAt;
    return reviewedAt === undefined || reviewedAt <= dueSince;
  };
  return request.trigger === 'manual' || policiesOf(cloud, deployment).some(isDue);
}

/** After a review: the next one comes in time, or with the next change. */
export async function noteReview(
  cloud: string,
  records: ReadonlyMap<string, PolicyRecord>,
  { deployment, catalog, clock }: Dependencies,
): Promise<void> {
  for (const { name } of policiesOf(cloud, deployment)) {
    const record = records.get(name);
    if (record !== undefined) await catalog.savePolicy({ ...record, reviewedAt: clock.now() });
  }
}

function policiesOf(cloud: string, deployment: Dependencies['deployment']): Policy[] {
  return [...deployment.policies.values()].filter((policy) => policy.cloud === cloud);
}
