import type { Backup } from '../domain/backup.ts';
import { notAdministrator } from './export-records.ts';
import type { Importing } from './import-records.ts';
import type { BackupExport } from './ports.ts';

export type ImportedRecord = { readonly outcome: 'imported' | 'kept' } | { readonly failure: string };

const POLL_MS = 1_000;
/** How long the cloud may take to make sure of what it was told. */
const PATIENCE_MS = 300_000;
/** How long a backup may stay unseen of which it is not known whether the cloud was told. */
const UNSEEN_MS = 10_000;

/** Makes one backup known to the cloud again and waits until it is `available`. One that is there stays as it is. */
export async function importOneRecord(record: BackupExport, importing: Importing): Promise<ImportedRecord> {
  const { cloud, present } = importing;
  if (present.has(record.backupId)) return { outcome: 'kept' };
  const answer = await cloud.importBackup(record);
  if (answer.outcome === 'forbidden') throw notAdministrator(cloud.name, answer.message);
  if (answer.outcome === 'exists') return { outcome: 'kept' };
  if (answer.outcome === 'refused') return { failure: answer.message };
  const backup = await awaitEnd(record, importing);
  if (backup?.status === 'available') return { outcome: 'imported' };
  if (backup !== undefined)
    return { failure: backup.failReason ?? `the cloud shows it as ${backup.statusText}` };
  return { failure: answer.outcome === 'unanswered' ? answer.message : 'it does not come to its end' };
}

async function awaitEnd(
  { backupId }: BackupExport,
  { cloud, deps, run }: Importing,
): Promise<Backup | undefined> {
  const { clock } = deps;
  const startedMs = clock.now().getTime();
  while (true) {
    const backup = await cloud.getBackup(backupId);
    if (backup !== undefined && backup.status !== 'creating') return backup;
    const waitedMs = clock.now().getTime() - startedMs;
    if (waitedMs > (backup === undefined ? UNSEEN_MS : PATIENCE_MS)) return undefined;
    await clock.sleep(POLL_MS, run.signal);
  }
}
