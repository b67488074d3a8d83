import { readRestoreMarker } from '../../domain/restore-marker.ts';
import type { RestoreRecord } from '../../domain/restore-record.ts';
import type { Volume } from '../../domain/volume.ts';
import type { Cloud } from '../ports.ts';
import type { Dependencies } from '../run.ts';
import type { ReportBuilder } from '../run-report.ts';

/** The record of a test is there before its volume, but an index may show it later. */
const YOUNG_MS = 3_600_000;

/** Whether a volume is the scratch volume of a test of this deployment, as far as its marker says. */
export function isOwnScratch(
  { description }: Volume,
  { deployment }: Pick<Dependencies, 'deployment'>,
): boolean {
  const marker = readRestoreMarker(description);
  return marker?.purpose === 'test' && marker.deployment === deployment.name;
}

/**
 * Deletes scratch volumes that no test of the catalog has to do with, as when that was lost. What only looks like one, as a copy of one
 * does that someone restored from a backup of their own, is left and told of.
 *
 * @param scratch volumes for which `isOwnScratch` holds.
 */
export async function sweepScratch(
  scratch: readonly Volume[],
  open: readonly RestoreRecord[],
  cloud: Cloud,
  report: ReportBuilder,
): Promise<void> {
  const ids = new Set(open.map(({ id }) => id));
  for (const volume of scratch) {
    const { id, name, status, createdAt, description = '', restoredFrom } = volume;
    const isYoung = cloud.now().getTime() - createdAt.getTime() < YOUNG_MS;
    if (ids.has(readRestoreMarker(description)?.id ?? '') || isYoung || status === 'deleting') continue;
    const what = `volume ${name} (${id}), left over from a test of a restore`;
    if (restoredFrom !== undefined && !description.includes(restoredFrom)) {
      report.warn(
        `${what}, was restored from another backup than it says and may be someone's copy: it was not touched. Delete it, or change its description`,
      );
      continue;
    }
    const outcome = await cloud.deleteVolume(id);
    if (outcome.outcome === 'accepted' || outcome.outcome === 'gone') {
      report.warn(`${what}, was deleted`);
      continue;
    }
    const reason = `${what}, is ${status} and could not be deleted: ${outcome.message}`;
    report.add({
      outcome: 'failed',
      isFailure: true,
      cloud: cloud.name,
      targetId: id,
      targetName: name,
      reason,
    });
  }
}
