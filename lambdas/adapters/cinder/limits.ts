import type { CloudLimits } from '../../app/ports.ts';
import { expectStatus, readJson } from './answers.ts';
import { readCount, readLimit, readRow } from './fields.ts';
import type { CinderSession } from './session.ts';

/**
 * GET /limits → 200: quota and use of the project, for every member.
 *
 * @see cinder/api/views/limits.py ViewBuilder
 */
export async function getLimits(session: CinderSession): Promise<CloudLimits> {
  const answer = await session.call({ method: 'GET', path: '/limits' });
  expectStatus(answer, 200);
  const limits = readRow(readRow(readJson(answer), 'GET /limits').limits, 'limits');
  const absolute = readRow(limits.absolute, 'limits.absolute');
  const kind = 'limits.absolute';
  const maxBackups = readLimit(absolute, 'maxTotalBackups', kind);
  const maxBackupGib = readLimit(absolute, 'maxTotalBackupGigabytes', kind);
  const maxSnapshots = readLimit(absolute, 'maxTotalSnapshots', kind);
  const maxVolumes = readLimit(absolute, 'maxTotalVolumes', kind);
  const maxGib = readLimit(absolute, 'maxTotalVolumeGigabytes', kind);
  return {
    usedBackups: readCount(absolute, 'totalBackupsUsed', kind),
    usedBackupGib: readCount(absolute, 'totalBackupGigabytesUsed', kind),
    usedSnapshots: readCount(absolute, 'totalSnapshotsUsed', kind),
    usedVolumes: readCount(absolute, 'totalVolumesUsed', kind),
    usedGib: readCount(absolute, 'totalGigabytesUsed', kind),
    ...(maxBackups !== undefined && { maxBackups }),
    ...(maxBackupGib !== undefined && { maxBackupGib }),
    ...(maxSnapshots !== undefined && { maxSnapshots }),
    ...(maxVolumes !== undefined && { maxVolumes }),
    ...(maxGib !== undefined && { maxGib }),
  };
}
