import type { BackupRecord } from '../domain/backup-record.ts';
import { mapBounded } from './map-bounded.ts';
import { type PlanOptions, planVolume, type VolumePlan } from './plan-volume.ts';
import type { Cloud } from './ports.ts';
import type { Dependencies } from './run.ts';
import type { ReportBuilder } from './run-report.ts';
import type { CloudView } from './volume-views.ts';

const PLANS_AT_ONCE = 16;

/** The cloud lists no backup at all although the catalog knows of some: a fault of the view, not of the backups. */
export class EmptyListError extends Error {
  override readonly name = 'EmptyListError';
}

/** Decides on every volume of a view. @throws {EmptyListError} */
export async function planVolumes(
  { backups, volumes, wanted }: CloudView,
  cloud: Cloud,
  deps: Dependencies,
  report: ReportBuilder,
  options: PlanOptions,
): Promise<readonly VolumePlan[]> {
  // Volumes without a listed backup too: all that the catalog knows of them may be lost.
  const volumeIds = wanted === 'all' ? new Set([...backups.keys(), ...volumes.keys()]) : wanted;
  return mapBounded([...volumeIds], PLANS_AT_ONCE, async (volumeId) => {
    const records = await deps.catalog.listVolumeRecords(cloud.name, volumeId);
    if (backups.size === 0) refuseEmptyList(records, cloud);
    const facts = volumes.get(volumeId);
    const listed = backups.get(volumeId) ?? [];
    const view = { volumeId, backups: listed, records, ...(facts !== undefined && { facts }) };
    return planVolume(view, cloud, deps, report, options);
  });
}

/** An empty answer from a cloud that holds backups of ours is a fault (a filter gone wrong, another project), not a clean-up. */
function refuseEmptyList(records: readonly BackupRecord[], cloud: Cloud): void {
  const expected = records.filter((record) => record.state === 'available').length;
  if (expected <= 1) return;
  throw new EmptyListError(
    `cloud ${cloud.name}: it lists no backup at all, but the catalog knows of ${expected} of one volume alone; nothing was decided`,
  );
}
