import type { Backup, VolumeId } from '../../domain/backup.ts';
import type { RestoreRecord } from '../../domain/restore-record.ts';
import { findTargetProblem, newVolumeFor } from '../../domain/restore-target.ts';
import type { Volume, VolumeFacts } from '../../domain/volume.ts';
import { factsOf } from '../volume-views.ts';
import type { RestoreAsked } from './plan-restore.ts';

type Place = Pick<RestoreRecord, 'into' | 'target' | 'targetId'>;

type ChosenTarget =
  | { readonly place: Place; readonly warnings: readonly string[] }
  | { readonly reason: string };

/** The volume to restore into: the existing one that was named, if it will do, else a new one like the original. */
export async function chooseTarget(
  backup: Backup,
  source: VolumeFacts,
  asked: RestoreAsked,
): Promise<ChosenTarget> {
  const { into = {} } = asked.request;
  const existingId = into.original === true ? backup.volumeId : into.volumeId;
  if (existingId === undefined) {
    return { place: { into: 'new', target: newVolumeFor(backup, source, into) }, warnings: [] };
  }
  const volume = await asked.cloud.getVolume(existingId);
  if (volume === undefined) return { reason: `volume ${existingId}: it is not in the cloud` };
  const which = `volume ${volume.name === '' ? '' : `${volume.name} `}${existingId}`;
  const obstacle = findTargetProblem(volume, backup) ?? (await findOtherRestore(existingId, asked));
  if (obstacle !== undefined) return { reason: `${which}: ${obstacle}; nothing was touched` };
  const loss = `${which}: ${await describeLoss(volume, asked)}`;
  if (asked.request.overwrite !== true) {
    return { reason: `${loss}. To do it all the same say overwrite; nothing was touched` };
  }
  const isNameIgnored = into.volumeId !== undefined && (into.name ?? into.namePrefix) !== undefined;
  return {
    place: { into: 'existing', target: factsOf(volume), targetId: existingId },
    warnings: [loss, ...(isNameIgnored ? [`${which}: it keeps its name, as volumeId goes before name`] : [])],
  };
}

/** A hint: what counts is the lease that the worker takes. */
async function findOtherRestore(
  volumeId: VolumeId,
  { cloud, deps }: RestoreAsked,
): Promise<string | undefined> {
  for await (const page of deps.catalog.listOpenRestores(cloud.name)) {
    const other = page.find(({ targetId }) => targetId === volumeId);
    if (other !== undefined) return `another restore into it is under way (of backup ${other.backupId})`;
  }
  return undefined;
}

/** What goes when a volume is overwritten. */
async function describeLoss(volume: Volume, { cloud }: RestoreAsked): Promise<string> {
  const all = `all of its ${volume.sizeGib} GiB are overwritten`;
  for await (const page of cloud.listBackups({ volumeId: volume.id, status: 'available' })) {
    const [newest] = page;
    if (newest === undefined) break;
    return `${all}; what was written after its newest backup (${newest.id} of ${newest.dataTimestampAt.toISOString()}) is lost`;
  }
  return `${all}, and it has no backup at all`;
}
