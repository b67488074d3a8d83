import type { VolumeId } from '../../domain/backup.ts';
import type { Dependencies } from '../run.ts';
import type { ReportBuilder } from '../run-report.ts';
import { openSameCloud } from '../same-project.ts';
import type { AskedTests } from './find-asked.ts';

/** Which cloud has the backups of the volumes that were asked for; of which there are none, is reported. */
export async function locateVolumes(
  asked: AskedTests,
  deps: Dependencies,
  report: ReportBuilder,
): Promise<readonly { readonly cloud: string; readonly asked: AskedTests }[]> {
  const byCloud = new Map<string, VolumeId[]>();
  for (const volumeId of new Set(asked.volumeIds)) {
    const cloud = await findCloud(volumeId, deps);
    if (cloud === undefined) {
      const reason = 'no cloud of the config has a backup of it';
      report.add({ outcome: 'refused', isFailure: true, volumeId, reason });
      continue;
    }
    byCloud.set(cloud, [...(byCloud.get(cloud) ?? []), volumeId]);
  }
  return [...byCloud].map(([cloud, volumeIds]) => ({ cloud, asked: { ...asked, volumeIds } }));
}

async function findCloud(volumeId: VolumeId, deps: Dependencies): Promise<string | undefined> {
  for (const name of deps.deployment.clouds.keys()) {
    const { cloud } = await openSameCloud(name, deps);
    for await (const page of cloud.listBackups({ volumeId })) if (page.length > 0) return name;
  }
  return undefined;
}
