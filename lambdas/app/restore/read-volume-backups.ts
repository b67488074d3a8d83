import type { Backup, VolumeId } from '../../domain/backup.ts';
import type { VolumeBackups } from '../../domain/restore-chain.ts';
import type { Cloud } from '../ports.ts';
import type { Dependencies } from '../run.ts';

/** Everything on one volume, as cloud and catalog have it. A page that fails throws: nothing is decided on a partial view. */
export async function readVolumeBackups(
  cloud: Cloud,
  volumeId: VolumeId,
  { catalog }: Pick<Dependencies, 'catalog'>,
): Promise<VolumeBackups> {
  const backups: Backup[] = [];
  for await (const page of cloud.listBackups({ volumeId })) backups.push(...page);
  return { backups, records: await catalog.listVolumeRecords(cloud.name, volumeId) };
}
