import type { BackupId, VolumeId } from '../../domain/backup.ts';
import { isRestoreOpen, type RestoreRecord } from '../../domain/restore-record.ts';
import type { Dependencies } from '../run.ts';

/** What the open restores of a cloud need, and until when. From an index: a hint, by which nothing needed is even decided to go. */
export async function readRestoreHolds(
  cloud: string,
  { catalog, clock }: Pick<Dependencies, 'catalog' | 'clock'>,
): Promise<ReadonlyMap<BackupId, Date>> {
  const now = clock.now();
  const holds = new Map<BackupId, Date>();
  for await (const page of catalog.listOpenRestores(cloud)) {
    for (const { needs, heldUntil } of page.filter((restore) => isHolding(restore, now))) {
      for (const id of needs) holds.set(id, latest(heldUntil, holds.get(id)));
    }
  }
  return holds;
}

/** The restore that needs a backup at this very moment, as every earlier write has it. */
export async function findRestoreHold(
  cloud: string,
  volumeId: VolumeId,
  backupId: BackupId,
  { catalog, clock }: Pick<Dependencies, 'catalog' | 'clock'>,
): Promise<RestoreRecord | undefined> {
  const restores = await catalog.listRestores(cloud, volumeId);
  const now = clock.now();
  return restores.find((restore) => isHolding(restore, now) && restore.needs.includes(backupId));
}

function isHolding(restore: RestoreRecord, now: Date): boolean {
  return isRestoreOpen(restore) && restore.heldUntil > now;
}

function latest(a: Date, b: Date | undefined): Date {
  return b !== undefined && b > a ? b : a;
}
