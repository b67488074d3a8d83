import type { Backup, VolumeId } from '../domain/backup.ts';
import type { BackupRecord } from '../domain/backup-record.ts';
import { isOpen } from '../domain/backup-record.ts';
import { policyOf } from '../domain/prune-plan.ts';
import type { VolumeFacts } from '../domain/volume.ts';
import { mapBounded } from './map-bounded.ts';
import { notePolicy } from './note-policy.ts';
import type { Cloud } from './ports.ts';
import { reconcileVolume } from './reconcile-volume.ts';
import type { Dependencies, Run } from './run.ts';
import { collectFailure, ReportBuilder, type RunReport } from './run-report.ts';
import { openSameCloud } from './same-project.ts';
import { readBackups, readVolumes } from './volume-views.ts';

const VOLUMES_AT_ONCE = 16;

/**
 * Restores the catalog from what the clouds show: every backup with this deployment's marker is recorded, every record whose backup is
 * proved gone is closed, and every volume is put up for a decision. Changes nothing in the clouds; may be run at any time.
 */
export async function rebuildCatalog(
  request: { readonly dryRun?: boolean },
  run: Run,
  deps: Dependencies,
): Promise<RunReport> {
  const dryRun = request.dryRun === true;
  const report = new ReportBuilder('rebuild', run.startedAt, dryRun);
  const spans: SlotSpans = new Map();
  for (const name of deps.deployment.clouds.keys()) {
    await collectFailure(report, { cloud: name }, () => rebuildCloud(name, dryRun, deps, report, spans));
  }
  if (!dryRun) {
    await rebuildSlots(spans, deps);
    await rebuildPolicies(spans, deps);
  }
  return report.finish(deps.clock.now());
}

/** By policy, under its present name: the oldest and the newest slot that backups tell of. */
type SlotSpans = Map<string, { readonly oldest: Date; readonly newest: Date }>;

async function rebuildCloud(
  name: string,
  dryRun: boolean,
  deps: Dependencies,
  report: ReportBuilder,
  spans: SlotSpans,
): Promise<void> {
  const { cloud } = await openSameCloud(name, deps);
  const backups = await readBackups(cloud, 'all');
  const volumes = await readVolumes(cloud, 'all');
  const volumeIds = new Set([...backups.keys(), ...volumes.keys()]);
  await mapBounded([...volumeIds], VOLUMES_AT_ONCE, async (volumeId) => {
    const records = await rebuildVolume(
      volumeId,
      backups.get(volumeId) ?? [],
      volumes.get(volumeId),
      cloud,
      deps,
      report,
      dryRun,
    );
    for (const record of records) noteSlot(record, spans, deps);
  });
}

function noteSlot(
  { policy: name, slotAt, trigger }: BackupRecord,
  spans: SlotSpans,
  deps: Dependencies,
): void {
  if (trigger === 'manual') return;
  const policy = policyOf(name, deps.deployment.policies)?.name ?? name;
  const { oldest = slotAt, newest = slotAt } = spans.get(policy) ?? {};
  spans.set(policy, {
    oldest: slotAt < oldest ? slotAt : oldest,
    newest: slotAt > newest ? slotAt : newest,
  });
}

async function rebuildVolume(
  volumeId: VolumeId,
  backups: readonly Backup[],
  facts: VolumeFacts | undefined,
  cloud: Cloud,
  deps: Dependencies,
  report: ReportBuilder,
  dryRun: boolean,
): Promise<readonly BackupRecord[]> {
  const known = await deps.catalog.listVolumeRecords(cloud.name, volumeId);
  const view = { volumeId, backups, records: known, ...(facts !== undefined && { facts }) };
  const records = await reconcileVolume(view, cloud, deps, report, { dryRun });
  const kept = records.filter((record) => record.state === 'available' || isOpen(record));
  report.tally('kept', kept.length);
  const last = kept.at(-1);
  if (!dryRun && last !== undefined) {
    const volume = facts ?? last.volume;
    await deps.catalog.noteVolume({ cloud: cloud.name, volumeId, volume, decideAt: deps.clock.now() });
  }
  return records;
}

/** So that the slots which the backups tell of are not made up again. */
async function rebuildSlots(spans: SlotSpans, { catalog, clock }: Dependencies): Promise<void> {
  for (const [policy, { newest: slotAt }] of spans) {
    if ((await catalog.getSlot(policy, slotAt)) !== undefined) continue;
    await catalog.saveSlot({
      policy,
      slotAt,
      state: 'recorded',
      trigger: 'rebuild',
      recordedAt: clock.now(),
    });
  }
}

/** A policy is at least as old as its oldest backup. */
async function rebuildPolicies(spans: SlotSpans, deps: Dependencies): Promise<void> {
  for (const policy of deps.deployment.policies.values()) {
    const known = await notePolicy(policy, deps);
    const oldest = spans.get(policy.name)?.oldest;
    if (oldest !== undefined && oldest < known.firstSeenAt)
      await deps.catalog.savePolicy({ ...known, firstSeenAt: oldest });
  }
}
