import type { VolumeId } from '../domain/backup.ts';
import type { BackupRecord } from '../domain/backup-record.ts';
import { findPolicy } from './create-backups.ts';
import { decidePrune, type PruneDecisions } from './decide-prune.ts';
import { mapBounded } from './map-bounded.ts';
import type { VolumePlan } from './plan-volume.ts';
import { CatalogConflictError } from './ports.ts';
import { noteReview } from './review.ts';
import type { Dependencies, Run } from './run.ts';
import { collectFailure, ReportBuilder, type RunReport } from './run-report.ts';
import { workToEnd } from './work/work-to-end.ts';

export interface PruneBackupsRequest {
  readonly trigger: 'schedule' | 'manual';
  readonly policy?: string;
  readonly volumeIds?: readonly VolumeId[];
  readonly dryRun?: boolean;
  /** Instead of the policies' guards, for this run. */
  readonly maxDeletes?: number;
  readonly maxDeleteShare?: number;
}

const SAVES_AT_ONCE = 32;
/** What stopped a volume's deletions is looked at again this often, and told again, until someone acts. */
const STOPPED_AGAIN_MS = 6 * 3_600_000;

/**
 * Decides what retention keeps on every volume on which a verdict can have changed (asked for by hand, after a change of policies, and once
 * a week: on all), and deletes the rest, dependents first. Each policy's guards, a failed newest slot and days of grace hold it back.
 *
 * @throws {InvalidRequestError} there is no such policy.
 */
export async function pruneBackups(
  request: PruneBackupsRequest,
  run: Run,
  deps: Dependencies,
): Promise<RunReport> {
  const report = new ReportBuilder('prune-backups', run.startedAt, request.dryRun === true);
  const clouds =
    request.policy === undefined ? deps.deployment.clouds.keys() : [findPolicy(request.policy, deps).cloud];
  for (const cloud of clouds) {
    await collectFailure(report, { cloud }, () => pruneCloud(cloud, request, run, deps, report));
  }
  return report.finish(deps.clock.now());
}

async function pruneCloud(
  cloud: string,
  request: PruneBackupsRequest,
  run: Run,
  deps: Dependencies,
  report: ReportBuilder,
): Promise<void> {
  const decided = await decidePrune(cloud, request, deps, report);
  if (decided === undefined) return;
  if (request.dryRun === true) {
    for (const record of decided.allowed.flat()) {
      report.addRecord(record, 'deleting', { reason: `dry run: it would be deleted; ${record.reason}` });
    }
    return;
  }
  const { intents, changed } = await recordIntents(decided, deps);
  await settleDecisions(cloud, request, decided, changed, deps);
  if (decided.isReview) await noteReview(cloud, decided.policies, deps);
  if (intents.length === 0) return;
  await workToEnd(cloud, intents, run, deps, report);
}

interface Intents {
  readonly intents: readonly BackupRecord[];
  /** Volumes on which another run changed a record meanwhile, by a pin say: they are decided again. */
  readonly changed: ReadonlySet<VolumeId>;
}

/** The decision to delete is written down before anything is deleted: a crash leaves it to the next worker. */
async function recordIntents({ allowed }: PruneDecisions, deps: Dependencies): Promise<Intents> {
  const changed = new Set<VolumeId>();
  const saved = await mapBounded(allowed, SAVES_AT_ONCE, async (doomed) => {
    const records: BackupRecord[] = [];
    // Dependents first, here too: whatever is recorded when a crash comes can be carried out.
    for (const record of doomed) {
      try {
        records.push(await deps.catalog.save(record));
      } catch (error) {
        if (!(error instanceof CatalogConflictError)) throw error;
        changed.add(record.volumeId);
        break;
      }
    }
    return records;
  });
  return { intents: saved.flat(), changed };
}

/** What was asked of one policy only, stopped by a guard or a pause, or changed meanwhile, remains to be decided. */
async function settleDecisions(
  cloud: string,
  request: PruneBackupsRequest,
  decided: PruneDecisions,
  changed: ReadonlySet<VolumeId>,
  deps: Dependencies,
): Promise<void> {
  if (request.policy !== undefined) return;
  const carriedOut = new Set(decided.allowed.flat().map(({ volumeId }) => volumeId));
  const againAt = new Date(deps.clock.now().getTime() + STOPPED_AGAIN_MS);
  await mapBounded(decided.plans, SAVES_AT_ONCE, async (plan) => {
    const { volumeId, doomed } = plan;
    if (changed.has(volumeId)) return;
    const isStopped = isPaused(plan) || (doomed.length > 0 && !carriedOut.has(volumeId));
    const isSooner = isStopped && (plan.nextAt === undefined || againAt < plan.nextAt);
    const nextAt = isSooner ? againAt : plan.nextAt;
    const seenAt = decided.dueAt.get(volumeId);
    if (seenAt !== undefined) await deps.catalog.settleDecision(cloud, volumeId, seenAt, nextAt);
    else if (nextAt !== undefined) await bringForward(cloud, plan, nextAt, deps);
  });
}

/** The volume was not due: its next decision is the sooner of what was foreseen before and of what is now. */
async function bringForward(
  cloud: string,
  { volumeId, volume }: VolumePlan,
  nextAt: Date,
  { catalog }: Dependencies,
): Promise<void> {
  const known = await catalog.getVolume(cloud, volumeId);
  if (known === undefined) {
    if (volume !== undefined) await catalog.noteVolume({ cloud, volumeId, volume, decideAt: nextAt });
  } else if (known.decideAt === undefined || nextAt < known.decideAt) {
    await catalog.settleDecision(cloud, volumeId, known.decideAt, nextAt);
  }
}

/** A pause ends with a good backup, which puts the volume up again, but also otherwise, with a slot that was skipped, say. */
function isPaused({ decisions }: VolumePlan): boolean {
  return decisions.some(({ because }) => because.some(({ rule }) => rule === 'blocked'));
}
