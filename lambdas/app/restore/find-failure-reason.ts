import type { RestoreJob, RestoreWork } from './restore-work.ts';

/** Slack for the measured skew between the cloud's clock and ours. */
const SLACK_MS = 60_000;

/** What the cloud says of a failure since the restore began, about the first of these that it has something to say of. */
export async function findFailureReason(
  resourceIds: readonly string[],
  { record }: RestoreJob,
  { cloud, deps }: RestoreWork,
): Promise<string> {
  const skewMs = cloud.now().getTime() - deps.clock.now().getTime();
  const sinceMs = (record.startedAt ?? record.askedAt).getTime() + skewMs - SLACK_MS;
  for (const id of resourceIds) {
    const messages = await cloud.listMessages(id);
    const newest = messages.find(({ createdAt }) => createdAt.getTime() >= sinceMs);
    if (newest !== undefined) return newest.text;
  }
  return 'the cloud gave no reason';
}
