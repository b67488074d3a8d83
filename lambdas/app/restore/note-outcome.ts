import type { RestoreNote, RestoreRecord } from '../../domain/restore-record.ts';
import { CatalogConflictError } from '../ports.ts';
import type { Dependencies } from '../run.ts';
import type { RestoreWork } from './restore-work.ts';

const TRIES = 5;

/**
 * Tells the record of the backup, and that of the volume, what a restore has shown: it is proved that they can be restored, or that
 * they could not be. A restore that was given up before anything was touched shows nothing; a test does.
 */
export async function noteOutcome(
  record: RestoreRecord,
  outcome: 'restored' | 'failed',
  { deps }: Pick<RestoreWork, 'deps'>,
): Promise<void> {
  const { startedAt, settledAt = deps.clock.now(), purpose, reason, targetId, backupId } = record;
  if (startedAt === undefined && purpose === 'restore') return;
  const note: RestoreNote = {
    at: settledAt,
    purpose,
    outcome,
    tookMs: settledAt.getTime() - (startedAt ?? settledAt).getTime(),
    backupId,
    ...(purpose === 'restore' && targetId !== undefined && { targetId }),
    ...(reason !== undefined && { reason }),
  };
  await noteOnBackup(record, note, deps);
  await noteOnVolume(record, note, deps);
}

async function noteOnBackup(
  restore: RestoreRecord,
  note: RestoreNote,
  { catalog }: Dependencies,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const records = await catalog.listVolumeRecords(restore.cloud, restore.volumeId);
    const record = records.find(({ backupId }) => backupId === restore.backupId);
    // A foreign backup has none.
    if (record === undefined) return;
    const proved = note.outcome === 'restored' && { provedAt: note.at };
    try {
      await catalog.save({ ...record, ...proved, lastRestore: note });
      return;
    } catch (error) {
      // Someone else changed it in the meantime: it is read again.
      if (!(error instanceof CatalogConflictError) || tries === TRIES) throw error;
    }
  }
}

async function noteOnVolume(
  restore: RestoreRecord,
  note: RestoreNote,
  { catalog }: Dependencies,
): Promise<void> {
  const { cloud, volumeId, backupId } = restore;
  const known = await catalog.getVolume(cloud, volumeId);
  if (known === undefined) return;
  const { provedAt, provedBackupId } = known.proof ?? {};
  const former = {
    ...(provedAt !== undefined && { provedAt }),
    ...(provedBackupId !== undefined && { provedBackupId }),
  };
  const proved = note.outcome === 'restored' ? { provedAt: note.at, provedBackupId: backupId } : former;
  await catalog.noteProof(cloud, volumeId, { ...proved, last: note });
}
