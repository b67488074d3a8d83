import type { BackupType, VolumeId } from '../domain/backup.ts';
import type { Policy } from '../domain/policy.ts';
import { isSlot } from '../domain/slot.ts';
import { recordSlot } from './record-slot.ts';
import { InvalidRequestError } from './request-error.ts';
import type { Dependencies, Run } from './run.ts';
import { ReportBuilder, type RunReport } from './run-report.ts';
import { workToEnd } from './work/work-to-end.ts';

export type CreateBackupsRequest =
  | { readonly trigger: 'schedule'; readonly policy: string; readonly slot: Date }
  | {
      readonly trigger: 'manual';
      readonly policy: string;
      /** Instead of the policy's selection. */
      readonly volumeIds?: readonly VolumeId[];
      readonly type?: BackupType;
      readonly dryRun?: boolean;
    };

const SECOND_MS = 1000;
/** An event may be delivered a little before its instant. */
const EARLY_MS = 300_000;

/**
 * Records what is due for one slot of a policy, once per volume however often it is asked for, and starts as much of it as
 * the limits of the cloud allow. A manual run has a slot of its own: the instant at which it was asked for, or the next second that is free.
 *
 * @throws {InvalidRequestError} the policy is not in the config, the slot is not one of its slots.
 */
export async function createBackups(
  request: CreateBackupsRequest,
  run: Run,
  deps: Dependencies,
): Promise<RunReport> {
  const policy = findPolicy(request.policy, deps);
  const slotAt =
    request.trigger === 'manual'
      ? await findFreeSlot(policy, run, deps)
      : checkSlot(request.slot, policy, run);
  const isDryRun = request.trigger === 'manual' && request.dryRun === true;
  const report = new ReportBuilder('create-backups', run.startedAt, isDryRun);
  const records = await recordSlot({ ...request, policy, slotAt }, run, deps, report);
  if (!isDryRun) await workToEnd(policy.cloud, records, run, deps, report);
  return report.finish(deps.clock.now());
}

/** @throws {InvalidRequestError} naming the policies that there are. */
export function findPolicy(name: string, { deployment }: Dependencies): Policy {
  const policy = deployment.policies.get(name);
  if (policy !== undefined) return policy;
  const known = [...deployment.policies.keys()].join(', ');
  throw new InvalidRequestError(`policy: there is no policy "${name}"; there is ${known}`);
}

async function findFreeSlot({ name, schedule }: Policy, run: Run, { catalog }: Dependencies): Promise<Date> {
  let slotAt = new Date(Math.floor(run.startedAt.getTime() / SECOND_MS) * SECOND_MS);
  while (isSlot(schedule, slotAt) || (await catalog.getSlot(name, slotAt)) !== undefined)
    slotAt = new Date(slotAt.getTime() + SECOND_MS);
  return slotAt;
}

function checkSlot(slotAt: Date, policy: Policy, run: Run): Date {
  if (!isSlot(policy.schedule, slotAt)) {
    throw new InvalidRequestError(
      `slot: ${slotAt.toISOString()} is not a slot of policy ${policy.name} (${policy.schedule.cron}, ${policy.schedule.timezone})`,
    );
  }
  if (slotAt.getTime() > run.startedAt.getTime() + EARLY_MS) {
    throw new InvalidRequestError(`slot: ${slotAt.toISOString()} is in the future`);
  }
  return slotAt;
}
