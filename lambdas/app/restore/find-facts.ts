import type { Backup } from '../../domain/backup.ts';
import type { BackupRecord } from '../../domain/backup-record.ts';
import type { VolumeFacts } from '../../domain/volume.ts';
import type { Cloud } from '../ports.ts';
import type { Dependencies } from '../run.ts';
import { factsOf } from '../volume-views.ts';

/**
 * What the volume was when the backup was made, or the nearest that is known: the record of the backup, what the catalog remembers of the
 * volume, the volume itself. It may be gone.
 */
export async function findFacts(
  backup: Backup,
  records: readonly BackupRecord[],
  cloud: Cloud,
  { catalog }: Pick<Dependencies, 'catalog'>,
): Promise<VolumeFacts> {
  const recorded = records.find(({ backupId }) => backupId === backup.id)?.volume;
  // A record that was rebuilt after the volume had gone knows no more than its size.
  if (recorded !== undefined && isTelling(recorded)) return recorded;
  const remembered = (await catalog.getVolume(cloud.name, backup.volumeId))?.volume;
  if (remembered !== undefined && isTelling(remembered)) return remembered;
  const volume = await cloud.getVolume(backup.volumeId);
  if (volume !== undefined) return factsOf(volume);
  return recorded ?? remembered ?? { name: '', sizeGib: backup.sizeGib };
}

function isTelling({ name, volumeType }: VolumeFacts): boolean {
  return name !== '' || volumeType !== undefined;
}
