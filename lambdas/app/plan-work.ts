import type { BackupType, VolumeId } from '../domain/backup.ts';
import { planBackup } from '../domain/backup-plan.ts';
import type { FullReason } from '../domain/backup-record.ts';
import type { Policy } from '../domain/policy.ts';
import { isSelected } from '../domain/selection.ts';
import { latestSlot, nextSlot } from '../domain/slot.ts';
import { findPolicy } from './create-backups.ts';
import { pruneBackups } from './prune-backups.ts';
import type { Dependencies, Run } from './run.ts';
import type { RunReport } from './run-report.ts';
import { openSameCloud } from './same-project.ts';
import { readChains } from './work/chains.ts';

export interface PlannedCreate {
  readonly volumeId: VolumeId;
  readonly volumeName: string;
  readonly type: BackupType;
  readonly whyFull?: FullReason;
}

export interface PolicyForecast {
  readonly policy: string;
  readonly cloud: string;
  readonly slotAt: Date;
  /** The slot is due and nothing has taken it up yet; otherwise it is the next one to come. */
  readonly isDue: boolean;
  readonly isPaused: boolean;
  readonly creates: readonly PlannedCreate[];
}

export interface WorkPlan {
  readonly creates: readonly PolicyForecast[];
  /** A dry run of pruning: the same path as the real one. */
  readonly prune: RunReport;
}

/** What would be created at the due or next slot of each policy, and what would be deleted now, with reasons. Changes nothing. */
export async function planWork(
  request: { readonly policy?: string },
  run: Run,
  deps: Dependencies,
): Promise<WorkPlan> {
  const policies =
    request.policy === undefined
      ? [...deps.deployment.policies.values()]
      : [findPolicy(request.policy, deps)];
  const creates: PolicyForecast[] = [];
  for (const policy of policies) creates.push(await planCreates(policy, deps));
  const prune = await pruneBackups(
    { trigger: 'manual', dryRun: true, ...(request.policy !== undefined && { policy: request.policy }) },
    run,
    deps,
  );
  return { creates, prune };
}

async function planCreates(policy: Policy, deps: Dependencies): Promise<PolicyForecast> {
  const { slotAt, isDue } = await findSlot(policy, deps);
  const { cloud } = await openSameCloud(policy.cloud, deps);
  const chains = await readChains(cloud, deps.deployment.name);
  const others = [...deps.deployment.policies.values()].filter(
    (other) => other.cloud === policy.cloud && other.name !== policy.name,
  );
  const creates: PlannedCreate[] = [];
  for await (const page of cloud.listVolumes()) {
    for (const volume of page) {
      if (!isSelected(volume, policy.select)) continue;
      const chain = chains.chainOf(volume.id);
      const plan = planBackup({
        policy,
        slotAt,
        volumeSizeGib: volume.sizeGib,
        cloudNow: cloud.now(),
        alongside: others.filter((other) => isSelected(volume, other.select)),
        ...(chain !== undefined && { chain }),
      });
      creates.push({ volumeId: volume.id, volumeName: volume.name, ...plan });
    }
  }
  return { policy: policy.name, cloud: policy.cloud, slotAt, isDue, isPaused: policy.paused, creates };
}

async function findSlot(policy: Policy, { catalog, clock }: Dependencies) {
  const now = clock.now();
  const latest = latestSlot(policy.schedule, now);
  const ageMs = now.getTime() - latest.getTime();
  const firstSeenAt = (await catalog.getPolicy(policy.name))?.firstSeenAt;
  const isMissing =
    firstSeenAt !== undefined &&
    firstSeenAt < latest &&
    (await catalog.getSlot(policy.name, latest)) === undefined;
  if (isMissing && ageMs <= policy.schedule.makeUpMs) return { slotAt: latest, isDue: true };
  return { slotAt: nextSlot(policy.schedule, now), isDue: false };
}
